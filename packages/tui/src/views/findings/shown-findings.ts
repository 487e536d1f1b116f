/** Which findings the view lists, and which of them is under the cursor. */
import { type FindingList, type FindingRow, findingsOf, unfolded } from "../../data/findings.ts";
import type { FoundIn } from "../../data/run-reader.ts";
import { rowOf, type Table, type TableRow } from "../../data/table.ts";
import { currentFilter } from "../../state/prompt.ts";
import { type Scene, scenePart } from "../../state/scene.ts";

export type ShownFindings = {
  readonly list: FindingList;
  /** The lines that are shown: of groups that are unfolded their findings, too. */
  readonly rows: readonly FindingRow[];
  /** The line under the cursor; -1 where there is none. */
  readonly at: number;
};

/** Lists the findings of one run, or of the marked runs that the filter leaves, without marks of all of them. */
export const shownFindings: (scene: Scene) => ShownFindings = scenePart((scene) => {
  const { state } = scene;
  const list = listOf(scene);
  const rows = list.rows.flatMap((row) =>
    isGroup(row) && state.openFindings.includes(row.key) ? [row, ...unfolded(row)] : [row],
  );
  const at = rows.findIndex(({ key }) => key === state.finding);
  const inside = list.rows.find(({ found }) => found.some(({ key }) => key === state.finding));
  const near = at < 0 && inside !== undefined ? rows.indexOf(inside) : at;
  return { list, rows, at: near < 0 && rows.length > 0 ? 0 : near };
});

/** Whether a line stands for the findings of several runs. */
export function isGroup({ found }: FindingRow): boolean {
  return found.length > 1;
}

export function rowAt(scene: Scene): FindingRow | undefined {
  const { rows, at } = shownFindings(scene);
  return rows[at];
}

/** Returns the finding under the cursor, of a group its first. */
export function foundAt(scene: Scene): FoundIn | undefined {
  return rowAt(scene)?.found[0];
}

const lists = new WeakMap<Table, { readonly wanted: string; readonly list: FindingList }>();

/** Makes the list once for as long as the table and what is wanted of it stay the same. */
function listOf({ state, run, table, readers }: Scene): FindingList {
  const { findingScope, marks } = state.settings;
  const filter = currentFilter(state, "findingFilter");
  const isOfRun = findingScope === "run";
  const wanted = JSON.stringify([filter, isOfRun ? (run?.name ?? null) : marks]);
  const known = lists.get(table);
  if (known?.wanted === wanted) return known.list;
  const one = run === undefined ? [] : [rowOf(run)];
  const list = findingsOf(isOfRun ? one : markedRows(table, marks), filter, readers.stored);
  lists.set(table, { wanted, list });
  return list;
}

/** Returns the rows of the table with their marked runs; without marks with all. */
function markedRows({ rows, matches }: Table, marks: readonly string[]): readonly TableRow[] {
  const top = rows.filter(({ isInGroup }) => !isInGroup);
  const marked = new Set(marks);
  if (!matches.some(({ name }) => marked.has(name))) return top;
  return top.flatMap((row) => {
    const members = row.members.filter(({ name }) => marked.has(name));
    return members.length === 0 ? [] : [{ ...row, members }];
  });
}
