import type { Stroke } from "./marks.ts";

/** How many groups a chart can tell apart. */
export const MOST_SHOWN = 8;

const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 3],
  [4, 2, 1, 2],
  [1, 2],
  [9, 2, 2, 2, 2, 2],
];

/** Returns the colour of the group at a place, one for each scheme of the page (page.ts). */
export function colorAt(place: number): string {
  return `var(--s${place % MOST_SHOWN})`;
}

export function strokeAt(place: number, width = 2): Stroke {
  return { color: colorAt(place), dash: DASHES[place % MOST_SHOWN] ?? [], width };
}

/** The line of guides and edges of bands. */
export const GUIDE: Stroke = { color: "var(--guide)", dash: [5, 4], width: 1.5 };
