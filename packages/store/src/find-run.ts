import { firstOf } from "@ablate/text";
import type { Statements } from "./file/statements.ts";
import { StoreError } from "./store-error.ts";

/** How many candidates an ambiguous name lists. */
const MOST_LISTED = 10;

const begins = (text: string) => `substr(${text}, 1, length(@text)) = @text`;

/** What a run is called in one of its grids, which may not be the one that it is named after. */
const NAME_IN_GRID = "g.name || '/' || m.label";

/** Whole names, from the strictest reading of a text to the loosest. */
const WHOLE: readonly string[] = [
  "r.name = @text",
  `${NAME_IN_GRID} = @text`,
  "r.hash = @text",
  "m.label = @text",
];

const BEGINNING: string = ["r.name", NAME_IN_GRID, "m.label", "r.hash"].map(begins).join(" or ");

/** Runs and their grids; of what is in the trash those are meant that were there before. */
const FROM = {
  kept: `kept_run r left join kept_grid_run m on m.run_id = r.id
    left join kept_grid g on g.id = m.grid_id`,
  trash: `run r join trash_run t on t.run_id = r.id left join grid_run m on m.run_id = r.id
    left join grid g on g.id = m.grid_id`,
} as const;

export type FindOptions = {
  /** Not by the beginning of a name. */
  readonly whole?: boolean;
  /** Where to look for it. */
  readonly among?: keyof typeof FROM;
};

/** Finds the name of the run that a text means. */
export function findRunName(
  sql: Statements,
  text: string,
  { whole = false, among = "kept" }: FindOptions = {},
): string | undefined {
  if (text === "") return undefined;
  for (const condition of [...WHOLE, ...(whole ? [] : [BEGINNING])]) {
    const names = sql.values<string>(
      `select distinct r.name from ${FROM[among]} where ${condition} order by r.id`,
      { text },
    );
    if (names.length > 1) throw ambiguous(text, names);
    if (names.length === 1) return names[0];
  }
  return undefined;
}

function ambiguous(text: string, names: readonly string[]): StoreError {
  const few = firstOf(names, MOST_LISTED);
  return new StoreError(`"${text}" could be any of ${few}; say more of the name`);
}
