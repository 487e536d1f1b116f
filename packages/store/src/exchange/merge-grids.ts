import type { Schema } from "../file/owned-tables.ts";
import { type Files, inserter, ownedCopier, type Row, updater } from "./copy-rows.ts";

/** Grids of two files become one by their name. */

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

/** Makes what says what an import would do to a grid, and which one it is here. */
export function gridComparer({ from, to }: Files): (fromId: number) => ComparedGrid {
  const there = from.prepare<[number], GridRow>("select * from grid where id = ?");
  const here = to.prepare<[string], GridRow>("select * from grid where name = ?");
  return (fromId) => {
    const theirs = there.get(fromId);
    if (theirs === undefined) throw new Error(`there is no grid with id ${fromId}`);
    const ours = here.get(theirs.name);
    if (ours === undefined) return { theirs, ours, isNewer: false, change: "added" };
    const isNewer = theirs.planned_at > ours.planned_at;
    const isOther = theirs.spec !== ours.spec || theirs.description !== ours.description;
    return { theirs, ours, isNewer, change: isNewer && isOther ? "updated" : "kept" };
  };
}

/**
 * Makes what brings a grid over and returns its number here: where both files have it, the text that
 * was planned last stands, as when it is planned again.
 */
export function gridMerger(files: Files, schema: Schema): (fromId: number) => number {
  const { to } = files;
  const compare = gridComparer(files);
  const insert = inserter(to, "grid", schema.grid);
  const update = updater(to, "grid", schema.grid);
  const copyOwned = ownedCopier(files, "grid", schema.ofGrid);
  const mergeAnnotations = annotationsMerger(files, "grid");
  return (fromId) => {
    const { theirs, ours, isNewer, change } = compare(fromId);
    const id = ours?.id ?? insert(theirs);
    if (isNewer) update(id, theirs);
    if (change === "added") copyOwned(fromId, id);
    mergeAnnotations(fromId, id);
    return id;
  };
}

type Membership = { readonly grid_id: number; readonly label: string };

/** Makes what puts a run into the grids that it belongs to there, behind those that are in them here. */
export function membershipMerger(
  { from, to }: Files,
  gridIds: ReadonlyMap<number, number>,
): (fromId: number, toId: number) => void {
  const there = from.prepare<[number], Membership>(
    "select grid_id, label from grid_run where run_id = ? order by id",
  );
  const isMember = to.prepare("select 1 from grid_run where grid_id = ? and run_id = ?");
  const add = to.prepare(
    `insert into grid_run (grid_id, run_id, label, position)
     select @grid, @run, @label, coalesce(max(position) + 1, 0) from grid_run where grid_id = @grid`,
  );
  return (fromId, toId) => {
    for (const { grid_id, label } of there.all(fromId)) {
      const grid = gridIds.get(grid_id);
      if (grid === undefined || isMember.get(grid, toId) !== undefined) continue;
      add.run({ grid, run: toId, label });
    }
  };
}

/** Makes what adds the tags and the note of a run (or grid) there to those of one here. */
export function annotationsMerger(
  { from, to }: Files,
  owner: "run" | "grid",
): (fromId: number, toId: number) => void {
  const tags = owner === "run" ? "tag" : "grid_tag";
  const notes = `${owner}_note`;
  const tagsThere = from.prepare<[number], string>(
    `select tag from ${tags} where ${owner}_id = ? order by tag`,
  );
  const addTag = to.prepare(`insert or ignore into ${tags} (${owner}_id, tag) values (?, ?)`);
  const note = `select text from ${notes} where ${owner}_id = ?`;
  const noteThere = from.prepare<[number], string>(note).pluck();
  const noteHere = to.prepare<[number], string>(note).pluck();
  const setNote = to.prepare(
    `insert into ${notes} (${owner}_id, text) values (?, ?)
     on conflict (${owner}_id) do update set text = excluded.text`,
  );
  return (fromId, toId) => {
    for (const tag of tagsThere.pluck().all(fromId)) addTag.run(toId, tag);
    const theirs = noteThere.get(fromId);
    if (theirs === undefined) return;
    setNote.run(toId, bothNotes(noteHere.get(toId), theirs));
  };
}

/** Both, unless one has the other in it already, as after an earlier import. */
function bothNotes(ours: string | undefined, theirs: string): string {
  if (ours === undefined || theirs.includes(ours)) return theirs;
  return ours.includes(theirs) ? ours : `${ours}\n${theirs}`;
}
