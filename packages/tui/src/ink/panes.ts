/** How panes of lines stand in Ink's layout. */
import type { Line } from "../text/line.ts";

/** A character of the private use area for each pane; what a store says is never laid out by Ink. */
const FIRST_PLACEHOLDER = 0xe000;

/** Makes the text that holds the place of a pane in the layout. */
export function placeholder(id: number, rows: number): string {
  return Array.from({ length: rows }, () => String.fromCharCode(FIRST_PLACEHOLDER + id)).join("\n");
}

/** Returns the rows that Ink has laid out, with the lines of the panes in their places. */
export function fillPanes(layout: string, panes: readonly (readonly Line[])[]): Line[] {
  const used = panes.map(() => 0);
  return layout.split("\n").map((row) => {
    const id = row.charCodeAt(0) - FIRST_PLACEHOLDER;
    const next = used[id];
    if (next === undefined) return [];
    used[id] = next + 1;
    return panes[id]?.[next] ?? [];
  });
}
