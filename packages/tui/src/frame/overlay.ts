/** Boxes over the panes of a frame: lists to choose from, and what completes the text that is typed. */
import { widthOf } from "@ablate/text";
import { cutLine, fitLine, type Line, lineWidth, piece, visibleLine } from "../text/line.ts";
import type { Rect } from "../views/view.ts";

/** Lines that fill a rectangle; it counts from the upper left corner of the body. */
export type Overlay = {
  readonly rect: Rect;
  readonly lines: readonly Line[];
  /** Rows of the list in it. */
  readonly listRows: number;
};

/** Returns a box with places that count from the first row of the screen. */
export function belowHeader(box: Overlay, header: number): Overlay {
  return { ...box, rect: { ...box.rect, row: box.rect.row + header } };
}

type Covered = { readonly rect: Rect; readonly lines: readonly Line[] };

/** Returns the lines of a pane with the part of a box over it that lies there. */
export function coveredLines(
  { rect, lines }: Covered,
  { rect: box, lines: over }: Overlay,
): Line[] {
  const from = Math.max(box.column, rect.column);
  const to = Math.min(box.column + box.columns, rect.column + rect.columns);
  return lines.map((below, i) => {
    const row = over[rect.row + i - box.row];
    if (row === undefined || from >= to) return below;
    return [
      ...sliceLine(below, 0, from - rect.column),
      ...sliceLine(row, from - box.column, to - box.column),
      ...sliceLine(below, to - rect.column, rect.columns),
    ];
  });
}

/** Returns the cells of a line from one to another; a wide character that lies across an end gives way to spaces. */
function sliceLine(pieces: Line, from: number, to: number): Line {
  if (to <= from) return [];
  let at = 0;
  const kept = pieces.flatMap((one) => {
    const first = at;
    at += widthOf(one.text);
    if (at <= from || first >= to) return [];
    if (first >= from && at <= to) return [one];
    return [{ ...one, text: cellsOf(one.text, from - first, to - first) }];
  });
  return fitLine(kept, to - from);
}

function cellsOf(text: string, from: number, to: number): string {
  let at = 0;
  let kept = "";
  for (const char of text) {
    const first = at;
    at += widthOf(char);
    if (first >= from && at <= to) kept += char;
    else if (first < to && at > from) kept += " ".repeat(Math.min(at, to) - Math.max(first, from));
  }
  return kept;
}

type Box = {
  readonly columns: number;
  readonly title: Line;
  /** What stands at the right of the upper border, and in the lower one. */
  readonly note: string;
  readonly hint: string;
};

/** Draws a border around lines, with a title in it. */
export function boxed(lines: readonly Line[], { columns, title, note, hint }: Box): Line[] {
  const inner = columns - 2;
  const side = piece("│", "accent");
  return [
    border(["┌", "┐"], { left: title, right: note, inner }),
    ...lines.map((one) => [side, ...fitLine(cutLine(visibleLine(one), inner), inner), side]),
    border(["└", "┘"], { left: [piece(hint, "muted")], right: "", inner }),
  ];
}

type Border = { readonly left: Line; readonly right: string; readonly inner: number };

function border([start, end]: readonly [string, string], { left, right, inner }: Border): Line {
  const spaced = (some: Line): Line =>
    lineWidth(some) === 0 ? [] : [piece(" "), ...some, piece(" ")];
  const head = cutLine(spaced(left), Math.max(0, inner - 1));
  const note = spaced([piece(right, "muted")]);
  const fits = right !== "" && lineWidth(head) + lineWidth(note) + 2 <= inner;
  const tail = fits ? note : [];
  const rest = Math.max(0, inner - 1 - lineWidth(head) - lineWidth(tail) - (fits ? 1 : 0));
  const rule = (cells: number) => piece("─".repeat(Math.max(0, cells)), "accent");
  const drawn = [rule(Math.min(1, inner)), ...head, rule(rest), ...tail, rule(fits ? 1 : 0)];
  return [piece(start, "accent"), ...fitLine(drawn, inner), piece(end, "accent")];
}
