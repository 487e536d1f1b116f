/** Lines of styled text whose width is known: what every view is made of. */
import { type Align, cutText, visible, widthOf, wrapWords } from "@ablate/text";

/**
 * What a piece of text means; the theme decides how that looks. A `series` tone tells curves apart, one for each slot
 * of the palette; the `shade` of that slot is for what lies behind a curve; a `ramp` tone is a density, from 0 (nothing) to RAMP_LEVELS - 1.
 */
export type Tone =
  | "plain"
  | "muted"
  | "accent"
  | "good"
  | "warn"
  | "bad"
  | `series${number}`
  | `shade${number}`
  | `ramp${number}`;

/** Densities that a heat map tells apart. */
export const RAMP_LEVELS = 24;

export type Style = {
  readonly tone?: Tone;
  /** The colour behind the text: half blocks show two densities in a cell. */
  readonly back?: Tone;
  readonly bold?: boolean;
  readonly inverse?: boolean;
  /** The key that a click on the text presses. */
  readonly press?: string;
  /** What the text is about, like `row:KEY`, for the view that has drawn it, which hears of clicks on it. */
  readonly about?: string;
  /** The row under the cursor of a list: one look from end to end. */
  readonly selected?: boolean;
};

export type Piece = Style & { readonly text: string };

export type Line = readonly Piece[];

/** Cells between what stands side by side. */
export const GAP = 2;

/** Makes a piece of text with a tone. */
export function piece(text: string, tone: Tone = "plain"): Piece {
  return tone === "plain" ? { text } : { text, tone };
}

/** Makes one line of pieces and plain texts. */
export function line(...parts: readonly (Piece | string)[]): Line {
  return parts.map((part) => (typeof part === "string" ? { text: part } : part));
}

/** Writes a line in its visible form, by which it is measured and cut. */
export function visibleLine(pieces: Line): Line {
  return pieces.map((one) => {
    const text = visible(one.text);
    return text === one.text ? one : { ...one, text };
  });
}

export function lineWidth(pieces: Line): number {
  return pieces.reduce((width, { text }) => width + widthOf(text), 0);
}

export function lineText(pieces: Line): string {
  return pieces.map(({ text }) => text).join("");
}

/** Cuts the line to at most `width` cells, with an ellipsis where something is missing. */
export function cutLine(pieces: Line, width: number): Line {
  if (lineWidth(pieces) <= width) return pieces;
  const kept: Piece[] = [];
  let room = width - 1;
  for (const one of pieces) {
    const text = cutText(one.text, room);
    room -= widthOf(text);
    kept.push({ ...one, text });
    if (text !== visible(one.text)) break;
  }
  return width > 0 ? [...kept, { text: "…" }] : [];
}

/** Cuts or fills the line to exactly `width` cells. */
export function fitLine(pieces: Line, width: number, align: Align = "left"): Line {
  const cut = cutLine(pieces, width);
  const room = width - lineWidth(cut);
  if (room <= 0) return cut;
  const space = { text: " ".repeat(room) };
  return align === "right" ? [space, ...cut] : [...cut, space];
}

/** Fills lines of at most `width` cells with the words of a text; a longer word is cut. */
export function wrapped(
  text: string | readonly string[],
  width: number,
  tone: Tone = "plain",
): Line[] {
  const words = typeof text === "string" ? text.split(" ") : text;
  return wrapWords(words, width).map((one) => [piece(cutText(one, width), tone)]);
}

/** Puts left and right text on one line of exactly `width` cells; the left one gives way. */
export function justify(left: Line, right: Line, width: number): Line {
  const end = cutLine(right, width);
  return [...fitLine(left, width - lineWidth(end)), ...end];
}

/** Adds a style to every piece. */
export function restyle(pieces: Line, style: Style): Line {
  return pieces.map((one) => ({ ...one, ...style }));
}

/** Says what a line is about; those of its pieces that are about something else stay so. */
export function aboutLine(pieces: Line, about: string): Line {
  return pieces.map((one) => ({ about, ...one }));
}

/** Adds a style to the cells from one column up to another. */
export function restyleCells(
  pieces: Line,
  { from, to }: { readonly from: number; readonly to: number },
  style: Style,
): Line {
  let column = 0;
  return pieces.flatMap((one) => {
    const start = column;
    column += widthOf(one.text);
    if (column <= from || start >= to) return [one];
    let at = start;
    const parts = ["", "", ""];
    for (const char of one.text) {
      const part = at < from ? 0 : at < to ? 1 : 2;
      parts[part] += char;
      at += widthOf(char);
    }
    const [before = "", inside = "", after = ""] = parts;
    const cut = [
      { ...one, text: before },
      { ...one, ...style, text: inside },
    ];
    return [...cut, { ...one, text: after }].filter(({ text }) => text !== "");
  });
}

/** Lines that take exactly so many cells. */
export type Block = { readonly lines: readonly Line[]; readonly width: number };

/** Puts blocks of lines side by side, `gap` cells apart; the shorter ones are filled up. */
export function beside(blocks: readonly Block[], gap: number = GAP): Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  const space = gap === 0 ? [] : [{ text: " ".repeat(gap) }];
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap(({ lines, width }, i) => [
      ...(i === 0 ? [] : space),
      ...fitLine(lines[row] ?? [], width),
    ]),
  );
}

/** Returns the cells of each of so many blocks that share a width. */
export function shareOf(width: number, blocks: number): number {
  return Math.floor((width - GAP * (blocks - 1)) / Math.max(1, blocks));
}

/** Puts what is drawn of each item side by side; they share the width evenly. */
export function inColumns<T>(
  items: readonly T[],
  width: number,
  draw: (item: T, width: number) => readonly Line[],
): Line[] {
  const each = shareOf(width, items.length);
  return beside(items.map((item) => ({ lines: draw(item, each), width: each })));
}
