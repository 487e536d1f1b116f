/** Lines of styled text whose width is known: what every view is made of. */
import { type Align, cutText, widthOf } from "@ablate/text";

/** What a piece of text means; the theme decides how that looks. `series0` to `series5` tell curves apart. */
export type Tone =
  | "plain"
  | "muted"
  | "accent"
  | "good"
  | "warn"
  | "bad"
  | `series${0 | 1 | 2 | 3 | 4 | 5}`;

export type Style = { readonly tone?: Tone; readonly bold?: boolean; readonly inverse?: boolean };

export type Piece = Style & { readonly text: string };

export type Line = readonly Piece[];

export const EMPTY: Line = [];

export function piece(text: string, tone: Tone = "plain"): Piece {
  return tone === "plain" ? { text } : { text, tone };
}

/** Makes one line of pieces and plain texts. */
export function line(...parts: readonly (Piece | string)[]): Line {
  return parts.map((part) => (typeof part === "string" ? { text: part } : part));
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
    if (text !== one.text) break;
  }
  return width > 0 ? [...kept, { text: "…" }] : EMPTY;
}

/** Cuts or fills the line to exactly `width` cells. */
export function fitLine(pieces: Line, width: number, align: Align = "left"): Line {
  const cut = cutLine(pieces, width);
  const room = width - lineWidth(cut);
  if (room <= 0) return cut;
  const space = { text: " ".repeat(room) };
  return align === "right" ? [space, ...cut] : [...cut, space];
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

/** Puts blocks of lines side by side, `gap` cells apart; the shorter ones are filled up. */
export function beside(
  blocks: readonly { readonly lines: readonly Line[]; readonly width: number }[],
  gap = 2,
): Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap(({ lines, width }, i) => [
      ...(i === 0 ? [] : [{ text: " ".repeat(gap) }]),
      ...fitLine(lines[row] ?? EMPTY, width),
    ]),
  );
}
