/** Grids of two files become one by their name; what users said of grids and runs is united. */
import { canonical } from "@ablate/text";
import { renewGridNames } from "../digest/seal.ts";
import type { Schema } from "../file/owned-tables.ts";
import { readGrid, unitedPlans, writePlans } from "../writing/grid-plans.ts";
import { freeLabel } from "../writing/run-names.ts";
import { columnsOf, copyOwned, type Files, type Row } from "./copy-rows.ts";

type GridRow = Row & { readonly id: number; readonly name: string; readonly planned_at: number };

type ComparedGrid = {
  readonly theirs: GridRow;
  readonly ours: GridRow | undefined;
  /** Whether it was planned later there, be it with the same text. */
  readonly isNewer: boolean;
  readonly change: GridChange;
};

/** What became of a grid here. */
export type GridChange = "added" | "updated" | "kept";

/** Says what an import would do to a grid, and which one it is here. */
export function compareGrid({ from, to }: Files, id: number): ComparedGrid {
  const theirs = from.row<GridRow>("select * from grid where id = ?", id);
  if (theirs === undefined) throw new Error(`there is no grid with id ${id}`);
  const ours = to.row<GridRow>("select * from grid where name = ?", theirs.name);
  if (ours === undefined) return { theirs, ours, isNewer: false, change: "added" };
  const isNewer = theirs.planned_at > ours.planned_at;
  const isOther = theirs.spec !== ours.spec || theirs.description !== ours.description;
  return { theirs, ours, isNewer, change: isNewer && isOther ? "updated" : "kept" };
}

/**
 * Brings a grid over and returns its number here: where both files have it, the text that was planned
 * last stands, as when it is planned again.
 */
export function mergeGrid(files: Files, { grid, ofGrid }: Schema, fromId: number): number {
  const { theirs, ours, isNewer, change } = compareGrid(files, fromId);
  const before = readGrid(files.to, theirs.name);
  const columns = columnsOf(theirs, grid);
  const id = ours?.id ?? Number(files.to.insert("grid", columns).lastInsertRowid);
  if (isNewer) files.to.update("grid", id, columns);
  if (change === "added") copyOwned(files, ofGrid, { from: fromId, to: id });
  else writePlans(files.to, id, unitedPlans(before, readGrid(files.from, theirs.name)));
  mergeAnnotations(files, "grid", { from: fromId, to: id });
  renewGridNames(files.to, id);
  return id;
}

type Membership = { readonly grid_id: number; readonly label: string };

/** The numbers of a run or a grid in both files. */
type Ids = { readonly from: number; readonly to: number };

/** Puts a run into the grids that it belongs to there, behind those that are in them here. */
export function joinGrids(
  { from, to }: Files,
  gridIds: ReadonlyMap<number, number>,
  run: Ids,
): void {
  const members = "select grid_id, label from grid_run where run_id = ? order by id";
  for (const { grid_id, label } of from.rows<Membership>(members, run.from)) {
    const grid = gridIds.get(grid_id);
    const isMember = "select 1 from grid_run where grid_id = ? and run_id = ?";
    if (grid === undefined || to.value(isMember, grid, run.to) !== undefined) continue;
    to.run(
      `insert into grid_run (grid_id, run_id, label, position)
       select @grid, @run, @label, coalesce(max(position) + 1, 0) from grid_run where grid_id = @grid`,
      { grid, run: run.to, label: freeLabel(to, { gridId: grid, runId: run.to, label }) },
    );
  }
}

/** Keeps the names that a run had there before it was renamed, where no run had them here. */
export function mergeFormerNames({ from, to }: Files, ids: Ids): void {
  for (const name of from.values("select name from former_name where run_id = ?", ids.from)) {
    to.insert("former_name", { name, run_id: ids.to }, "or ignore");
  }
}

/** Adds the tags and the note of a run (or grid) there to those of one here. */
export function mergeAnnotations({ from, to }: Files, owner: "run" | "grid", ids: Ids): void {
  const tags = owner === "run" ? "tag" : "grid_tag";
  const tagsOf = `select tag from ${tags} where ${owner}_id = ? order by tag`;
  const here = new Set(to.values<string>(tagsOf, ids.to).map(canonical));
  for (const tag of new Set(from.values<string>(tagsOf, ids.from).map(canonical))) {
    if (here.has(tag)) continue;
    to.run(`insert into ${tags} (${owner}_id, tag) values (?, ?)`, ids.to, tag);
  }
  const note = `select text from ${owner}_note where ${owner}_id = ?`;
  const theirs = from.value<string>(note, ids.from);
  if (theirs === undefined) return;
  const ours = to.value<string>(note, ids.to);
  to.run(
    `insert into ${owner}_note (${owner}_id, text) values (?, ?)
     on conflict (${owner}_id) do update set text = excluded.text`,
    ids.to,
    bothNotes(ours === undefined ? undefined : canonical(ours), canonical(theirs)),
  );
}

/** Returns both, unless one has the other in it already, as after an earlier import. */
function bothNotes(ours: string | undefined, theirs: string): string {
  if (ours === undefined || theirs.includes(ours)) return theirs;
  return ours.includes(theirs) ? ours : `${ours}\n${theirs}`;
}
