/** What users said of runs and grids: tags of both files are united, notes put below each other. */
import type { Files } from "./files.ts";

/** Makes what adds the tags and the note of a run (or grid) there to those of one here. */
export function wordsMerger(
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
