/** How a run or a group looks in every view: a colour for life, and a dash where two on the screen share it. */
import { colourKeyOf, slotOf } from "@ablate/store";
import { type Piece, piece, type Tone } from "../text/line.ts";
import type { TableRow } from "./table.ts";

export type Look = {
  readonly tone: Tone;
  /** Index in DASHES. */
  readonly dash: number;
};

export const PLAIN_LOOK: Look = { tone: "plain", dash: 0 };

/** What tells curves of one colour apart: the sign in lists, every how many cells a line pauses, the marker of single values. */
export const DASHES: readonly {
  readonly swatch: string;
  readonly pause: number;
  readonly marker: string;
}[] = [
  { swatch: "━", pause: 0, marker: "◆" },
  { swatch: "╍", pause: 4, marker: "●" },
  { swatch: "┅", pause: 3, marker: "■" },
  { swatch: "┉", pause: 2, marker: "▲" },
];

/** Returns what the colour of a row depends on: the identity of its run, or what the runs of its group have in common. */
export function colourKey({ key, members, isGroup }: TableRow): string {
  const [first, ...others] = members;
  if (first === undefined) return `run:${key}`;
  return colourKeyOf([first, ...(isGroup ? others : [])]) ?? key;
}

type Colouring = {
  /** Slots that were chosen by hand, by key. */
  readonly chosen: ReadonlyMap<string, number>;
  /** How many colours the terminal tells apart. */
  readonly colours: number;
};

/** Gives each key its colour; where an earlier one has the same, another dash. */
export function looksOf(
  keys: readonly string[],
  { chosen, colours }: Colouring,
): ReadonlyMap<string, Look> {
  const taken = new Map<number, number>();
  const looks = new Map<string, Look>();
  for (const key of keys) {
    if (looks.has(key)) continue;
    const slot = (chosen.get(key) ?? slotOf(key)) % colours;
    const dash = taken.get(slot) ?? 0;
    taken.set(slot, dash + 1);
    looks.set(key, { tone: `series${slot}`, dash: dash % DASHES.length });
  }
  return looks;
}

/** Draws the sign of a curve for lists and legends. */
export function swatch({ tone, dash }: Look): Piece {
  return piece(DASHES[dash]?.swatch ?? "━", tone);
}
