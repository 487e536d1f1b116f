import type { Statements } from "../file/statements.ts";
import type { Annotated, Annotations } from "../reading/history.ts";

type Row = { readonly grid: string; readonly run: string | null; readonly text: string };

/** Reads every tag and note. */
export function readAnnotations(sql: Statements): Annotations {
  const runs = new Map<string, Annotated>();
  const grids = new Map<string, Annotated>();
  const change = ({ grid, run }: Row, to: (before: Annotated) => Annotated): void => {
    const [map, name] = run === null ? [grids, grid] : [runs, run];
    map.set(name, to(map.get(name) ?? { tags: [], note: null }));
  };
  for (const row of sql.rows<Row>('select "grid", run, tag as text from tags order by tag')) {
    change(row, ({ tags, note }) => ({ tags: [...tags, row.text], note }));
  }
  for (const row of sql.rows<Row>('select "grid", run, note as text from notes')) {
    change(row, (before) => ({ ...before, note: row.text }));
  }
  return { runs, grids };
}
