import stringWidth from "string-width";

/** What this program writes itself; every one of these characters takes one cell. */
const ONE_CELL =
  /^[\x20-\x7e\u00b0-\u00d7\u2013\u2014\u2022\u2026\u2190-\u21ff\u2212\u2500-\u25ff\u2713\u2717\u2800-\u28ff]*$/;

/** Characters that move the cursor, change colours or reorder text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cells that `text` takes in a terminal. */
export function widthOf(text: string): number {
  return ONE_CELL.test(text) ? text.length : stringWidth(text);
}

/** The same with both its ends, which tell names apart. */
export function middleEllipsis(text: string, width: number): string {
  if (widthOf(text) <= width || width < 8) return ellipsis(text, width);
  const end = [...text].slice(-Math.floor((width - 1) / 2)).join("");
  const room = width - 1 - widthOf(end);
  return room < 1 ? ellipsis(text, width) : `${cutText(text, room)}…${end}`;
}

/** Text from a store on one line, free of what would disturb a terminal. */
export function clean(text: string): string {
  return text.replace(UNPRINTABLE, " ");
}

/** The beginning of `text` that fits into `width` cells. */
export function cutText(text: string, width: number): string {
  if (width <= 0) return "";
  if (ONE_CELL.test(text)) return text.slice(0, width);
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return kept;
}

/** `text` in at most `width` cells, with an ellipsis where something is missing. */
export function ellipsis(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${cutText(text, width - 1)}${width > 0 ? "…" : ""}`;
}
