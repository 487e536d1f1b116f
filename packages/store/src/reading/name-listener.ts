/** What should be said of runs that a word names. */
import type { Statements } from "../file/statements.ts";
import type { Meaning } from "../resolve/resolve.ts";
import { LEFT_EVERYWHERE } from "../views/runs.ts";

export type NameListener = {
  /** The word is what the run was called before it was renamed. */
  readonly onFormerName?: (word: string, run: string) => void;
  /** No config of their grids has these runs any more. */
  readonly onLeft?: (runs: readonly string[]) => void;
};

const LEFT_AMONG = `
  select name from kept_run r where name in (select value from json_each(?)) and ${LEFT_EVERYWHERE}
  order by id`;

/** Tells of the runs that a word names; what a filter finds it asks for. */
export function tellOf(
  sql: Statements,
  { onFormerName = () => {}, onLeft = () => {} }: NameListener,
  { word, runs, by }: Meaning & { readonly word: string },
): void {
  if (by === "filter") return;
  if (by === "former name") for (const run of runs) onFormerName(word, run);
  const left = sql.values<string>(LEFT_AMONG, JSON.stringify(runs));
  if (left.length > 0) onLeft(left);
}
