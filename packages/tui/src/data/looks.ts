/** How a run or a group looks in every view: a colour for life, and a dash where two on the screen share it. */
import { seedlessId } from "@ablate/store";
import { COLOURS, type Piece, piece, type Tone } from "../text/line.ts";
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
  const [first] = members;
  if (!isGroup || first === undefined) return `run:${first?.hash ?? key}`;
  const isOfSeeds = members.every((run) => seedlessId(run) === seedlessId(first));
  return isOfSeeds ? `group:${hash(seedlessId(first)).toString(16)}` : key;
}

/** Of many, the one with which the groups of the configs that come with ablate share the fewest colours. */
const SALT = 1285;

/** Returns the colour of a key: one of COLOURS slots, always the same one. */
export function slotOf(key: string): number {
  return hash(`${SALT} ${key}`) % COLOURS;
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

/** FNV-1a: equal texts have equal colours on every machine. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value ^= value >>> 15; // the low bits of FNV alone are those of the last characters
  return value >>> 0;
}
