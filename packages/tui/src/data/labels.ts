/** What rows of runs are called where there is little room. */
import { labelForms } from "@ablate/store";
import { fitForms } from "@ablate/text";
import type { Table, TableRow } from "./table.ts";

/** A row as far as its name goes. */
export type Called = Pick<TableRow, "title" | "members">;

/**
 * Returns what rows are called in at most `width` cells: their titles where all fit, else in short, and never two
 * the same.
 *
 * @param table - of which they are rows: what differs in it is what they are told apart by
 */
export function fitTitles(
  rows: readonly Called[],
  width: number,
  { differing }: Pick<Table, "differing">,
): string[] {
  const labelled = rows.flatMap(({ title, members: [run] }) =>
    run === undefined ? [] : [{ label: title, run }],
  );
  if (labelled.length < rows.length) return rows.map(({ title }) => title);
  return fitForms(labelForms(labelled, differing), width);
}

/** Says of how many runs a row is. */
export function sizeText({ members }: Called): string {
  return members.length > 1 ? ` ×${members.length}` : "";
}
