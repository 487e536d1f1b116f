/** Text in the cells of a terminal. */
import { createRequire } from "node:module";
import { unstyled, visible } from "./terminal-text.ts";

/** What this program writes itself, and Latin letters; every one of these characters takes one cell. */
const ONE_CELL =
  /^[\x20-\x7e\u00b0-\u017f\u2013\u2014\u2022\u2026\u203a\u2139\u2190-\u21ff\u2212\u221e\u23ce\u2423\u2500-\u25ff\u2605\u2713\u2716\u2717\u2800-\u28ff]*$/;

const require = createRequire(import.meta.url);

/** Loads string-width with the first text of other characters: it costs 15 ms of CPU time. */
const measured: () => (text: string) => number = once(() => {
  const { default: width }: typeof import("string-width") = require("#string-width");
  return width;
});

const graphemes: () => Intl.Segmenter = once(
  () => new Intl.Segmenter(undefined, { granularity: "grapheme" }),
);

/** Returns how many cells `text` takes in a terminal, which shows it in its visible form. */
export function widthOf(text: string): number {
  if (ONE_CELL.test(text)) return text.length;
  const shown = unstyled(visible(text));
  return ONE_CELL.test(shown) ? shown.length : measured()(shown);
}

/** Cuts `text` in its middle to at most `width` cells: names differ at their ends. */
export function middleEllipsis(text: string, width: number): string {
  if (widthOf(text) <= width || width < 8) return ellipsis(text, width);
  const end = [...visible(text)].slice(-Math.floor((width - 1) / 2)).join("");
  const room = width - 1 - widthOf(end);
  return room < 1 ? ellipsis(text, width) : `${cutText(text, room)}…${end}`;
}

/** Returns the beginning of `text`, in its visible form and without styles, that fits into `width` cells. */
export function cutText(text: string, width: number): string {
  if (width <= 0) return "";
  if (ONE_CELL.test(text)) return text.slice(0, width);
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes().segment(unstyled(visible(text)))) {
    used += measured()(segment);
    if (used > width) break;
    kept += segment;
  }
  return kept;
}

/** Cuts `text` to at most `width` cells, with an ellipsis where something is missing. */
export function ellipsis(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${cutText(text, width - 1)}${width > 0 ? "…" : ""}`;
}

/** Breaks a text at its spaces into lines of at most `width` cells; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  return wrapWords(text.split(/\s+/), width);
}

/** Fills lines of at most `width` cells with words; a longer word has a line of its own. */
export function wrapWords(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const joined = last === undefined || last === "" ? word : `${last} ${word}`;
    if (last !== undefined && (last === "" || widthOf(joined) <= width))
      lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
