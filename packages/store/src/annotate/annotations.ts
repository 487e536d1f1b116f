import type { Database } from "better-sqlite3";
import type { Annotated, Annotations } from "../contract/history.ts";

type Row = { readonly grid: string; readonly run: string | null; readonly text: string };

/** Makes the function that reads every tag and note. */
export function annotationsReader(database: Database): () => Annotations {
  const tags = database.prepare<[], Row>('select "grid", run, tag as text from tags order by tag');
  const notes = database.prepare<[], Row>('select "grid", run, note as text from notes');
  return () => {
    const runs = new Map<string, Annotated>();
    const grids = new Map<string, Annotated>();
    const change = ({ grid, run }: Row, to: (before: Annotated) => Annotated): void => {
      const [map, name] = run === null ? [grids, grid] : [runs, run];
      map.set(name, to(map.get(name) ?? { tags: [], note: null }));
    };
    for (const row of tags.all()) {
      change(row, ({ tags: others, note }) => ({ tags: [...others, row.text], note }));
    }
    for (const row of notes.all()) change(row, (before) => ({ ...before, note: row.text }));
    return { runs, grids };
  };
}
