/** Random input that is the same every time. */
import { KEYS } from "../src/keys/table.ts";
import type { Size } from "../src/state/state.ts";
import type { Pointer } from "../src/views/view.ts";

export type Random = {
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(all: readonly [T, ...T[]]) => T;
};

/** A small generator (mulberry32): 32 bits of state are enough to press keys. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return { between, pick: (all) => all[between(0, all.length - 1)] ?? all[0] };
}

/** Keys of the table that neither end the UI nor stop it. */
const HARMLESS_KEYS: readonly string[] = KEYS.filter(
  ({ keys: [key] }) => key !== "q" && key !== "ctrl-z",
).flatMap(({ keys }) => keys);

/** What is typed into prompts: letters, operators of filters, wide and joined characters. */
const TYPED: readonly [string, ...string[]] = [
  "v",
  "a",
  "3",
  ":",
  ">",
  '"',
  "(",
  ")",
  "-",
  "=",
  "ü",
  "漢",
  "🎉",
  "backspace",
  "delete",
  "left",
  "right",
  "home",
  "end",
  "ctrl-u",
  "ctrl-w",
  "ctrl-x",
];

/** A key that is likely to do something: from time to time one that closes what is open. */
export function randomKey({ between, pick }: Random, isTyping: boolean): string {
  if (between(0, 99) < 12) return pick(["escape", "enter"]);
  return isTyping && between(0, 99) < 70 ? pick(TYPED) : pick(["?", ...HARMLESS_KEYS]);
}

export const PASTES: readonly [string, ...string[]] = [
  "state:finished",
  "train.lr>=0.1 and not (",
  "two\nlines\tand\x1b[31m a colour\x07",
  "漢字かな交じり文".repeat(20),
  "👩‍👩‍👧‍👦🏳️‍🌈👍🏽é",
  "\u202eright to left\u2066\u200b\ufeff",
  "\u2028\u0085\x9b2J",
  "x".repeat(5000),
];

/** A size of a terminal, often at the ends of the range. */
export function randomSize(
  { between, pick }: Random,
  {
    columns,
    rows,
  }: { readonly columns: readonly [number, number]; readonly rows: readonly [number, number] },
): { readonly columns: number; readonly rows: number } {
  return {
    columns: pick([columns[0], between(...columns), between(...columns), 80, columns[1]]),
    rows: pick([rows[0], between(...rows), between(...rows), 24, rows[1]]),
  };
}

const KINDS = ["press", "press", "double", "drag", "drag", "release", "move", "wheel"] as const;

/** Something done with the mouse at a cell of a screen, from time to time beside it; drags go on from presses. */
export function randomPointer({ between, pick }: Random, { columns, rows }: Size): Pointer {
  const kind = pick([...KINDS]);
  const isHeld = between(0, 9) === 0;
  const isPlain = kind === "wheel" || kind === "move";
  return {
    kind,
    button: isPlain ? "none" : pick(["left", "left", "left", "middle", "right"]),
    by: kind === "wheel" ? pick([-1, 1, -7, 7]) : 0,
    column: between(0, columns + 2),
    row: pick([between(0, rows + 1), between(0, rows + 1), 0, 1, rows - 1]),
    isShift: isHeld && between(0, 1) === 0,
    isAlt: isHeld && between(0, 1) === 0,
    isCtrl: isHeld && between(0, 1) === 0,
  };
}

const BUTTONS = ["left", "middle", "right", "none"] as const;

/** What a terminal sends for it; a double click is two presses. */
export function reportOf({
  kind,
  button,
  by,
  column,
  row,
  isShift,
  isAlt,
  isCtrl,
}: Pointer): string {
  const held = (isShift ? 4 : 0) + (isAlt ? 8 : 0) + (isCtrl ? 16 : 0);
  const at = `${column + 1};${row + 1}`;
  if (kind === "wheel") return `\x1b[<${(by < 0 ? 64 : 65) + held};${at}M`.repeat(Math.abs(by));
  const moved = kind === "drag" || kind === "move" ? 32 : 0;
  const report = `\x1b[<${BUTTONS.indexOf(button) + moved + held};${at}`;
  if (kind === "double") return `${report}M${report}m${report}M${report}m`;
  return `${report}${kind === "release" ? "m" : "M"}`;
}
