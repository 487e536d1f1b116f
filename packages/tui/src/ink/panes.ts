/** How the parts of a frame stand in Ink's layout. */
import type { Frame } from "../frame/frame.ts";
import type { Size } from "../state/state.ts";
import { fitLine, type Line } from "../text/line.ts";

/** What Ink lays out: rows of header and footer, and the widths and rows of the panes between them. */
export type Geometry = {
  readonly header: number;
  readonly widths: readonly number[];
  readonly rows: number;
  readonly footer: number;
};

/** Returns what Ink is to lay out of a frame. */
export function geometryOf({ header, panes, footer }: Frame): Geometry {
  return {
    header: header.length,
    widths: panes.map(({ rect }) => rect.columns),
    rows: panes[0]?.rect.rows ?? 0,
    footer: footer.length,
  };
}

/** A character of the private use area for each part; what a store says is never laid out by Ink. */
const FIRST_PLACEHOLDER = 0xe000;

/** Makes the text that holds the place of a part in the layout. */
export function placeholder(id: number, { columns, rows }: Size): string {
  const row = String.fromCharCode(FIRST_PLACEHOLDER + id).repeat(columns);
  return Array.from({ length: rows }, () => row).join("\n");
}

const STRETCH = /(.)\1*/gu;

/** Returns the rows that Ink has laid out, with the lines of the parts in their places. */
export function fillPanes(layout: string, parts: readonly (readonly Line[])[]): Line[] {
  const used = parts.map(() => 0);
  return layout.split("\n").map((row) =>
    [...row.matchAll(STRETCH)].flatMap(([stretch]): Line => {
      const id = stretch.charCodeAt(0) - FIRST_PLACEHOLDER;
      const next = used[id];
      if (next === undefined) return [{ text: stretch }];
      used[id] = next + 1;
      return fitLine(parts[id]?.[next] ?? [], stretch.length);
    }),
  );
}
