/** What has to be written where a line on the screen becomes another one: over a network each byte counts. */

/** A line whose characters have a cell each, and the SGR codes of each of them. */
type Cells = { readonly text: string; readonly styles: readonly string[] };

/** A part of a line, in cells, without its end. */
type Stretch = { readonly from: number; readonly to: number };

/** Characters that have one cell everywhere: Latin, Greek, punctuation, arrows, mathematics, boxes, blocks and braille. */
const ONE_CELL =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u03ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u25fc\u2713\u2717\u2800-\u28ff]*$/;

const ESCAPE = "\x1b";
const ERASE = "\x1b[K";

/** Fewer equal cells than this between two changes are written again: that is shorter than going there. */
const LEAST_GAP = 6;

/** Returns what turns the line `before` of a row into `after`; without a line before, what writes it as a whole. */
export function lineChange(row: number, before: string | undefined, after: string): string {
  const start = `${ESCAPE}[${row + 1};1H`;
  const next = cellsOf(after);
  if (next === null) return start + ERASE + after; // erased first: after a full line the cursor is on its last cell
  const whole = start + ERASE + written(next, { from: 0, to: lastOf(next) });
  const known = before === undefined ? null : cellsOf(before);
  if (known === null) return whole;
  const changed = changedStretches(known, next, row);
  return changed.length < whole.length ? changed : whole;
}

/** Splits a line into cells; null where a character may have another width than one. */
function cellsOf(line: string): Cells | null {
  const styles: string[] = [];
  let text = "";
  let style = "";
  for (const [i, part] of line.split(ESCAPE).entries()) {
    const end = i === 0 ? -1 : part.indexOf("m");
    if (i > 0) style = styleAfter(part.slice(1, end));
    const shown = part.slice(end + 1);
    if (!ONE_CELL.test(shown)) return null;
    for (let k = 0; k < shown.length; k++) styles.push(style);
    text += shown;
  }
  return { text, styles };
}

/** A line's own sequences name all of a style, or end it. */
function styleAfter(codes: string): string {
  return codes === "0" ? "" : codes;
}

/** Codes that are seen in a blank, too: inverse and what lies behind. */
const BEHIND = /(?:^|;)(?:7|4\d|10[0-7])(?:;|$)/;

/** Whether a cell shows nothing. */
function isBlank({ text, styles }: Cells, i: number): boolean {
  return (text[i] ?? " ") === " " && !BEHIND.test(styles[i] ?? "");
}

/** Counts the cells up to the last that shows something: an erased line has the others already. */
function lastOf(cells: Cells): number {
  let last = cells.text.length;
  while (last > 0 && isBlank(cells, last - 1)) last -= 1;
  return last;
}

/** Writes the stretches that differ, from left to right, and erases what is left of the line before. */
function changedStretches(before: Cells, after: Cells, row: number): string {
  const last = lastOf(after);
  const isLonger = lastOf(before) > last;
  let column = -1;
  let text = "";
  const goTo = (to: number): string => {
    const sequence = column < 0 ? `[${row + 1};${to + 1}H` : `[${to - column}C`;
    return column === to ? "" : ESCAPE + sequence;
  };
  for (const stretch of differing(before, after, last)) {
    text += goTo(stretch.from) + written(after, stretch);
    column = stretch.to;
  }
  // After the last column of a row the cursor is still on it, and would erase it.
  return isLonger ? text + goTo(last) + ERASE : text;
}

/** Returns the stretches of the first `last` cells that differ; a few equal cells in between belong to them. */
function differing(before: Cells, after: Cells, last: number): Stretch[] {
  const found: Stretch[] = [];
  for (let i = 0; i < last; i++) {
    const isSame = before.text[i] === after.text[i] && before.styles[i] === after.styles[i];
    if (isSame || (isBlank(before, i) && isBlank(after, i))) continue;
    const open = found.at(-1);
    if (open !== undefined && i - open.to < LEAST_GAP)
      found[found.length - 1] = { ...open, to: i + 1 };
    else found.push({ from: i, to: i + 1 });
  }
  return found;
}

/** Writes a stretch of cells; its styles end with it. */
function written({ text, styles }: Cells, { from, to }: Stretch): string {
  let all = "";
  let style = "";
  let start = from;
  for (let i = from; i < to; i++) {
    const next = styles[i] ?? "";
    if (next === style) continue;
    all += text.slice(start, i) + restyled(style, next);
    start = i;
    style = next;
  }
  return all + text.slice(start, to) + restyled(style, "");
}

const COLOUR = /^(?:3[0-7]|9[0-7]|38;5;\d+)$/;

/** Goes from one style to another: a colour replaces a colour, anything else begins anew. */
function restyled(style: string, next: string): string {
  if (style === next) return "";
  if (next === "") return `${ESCAPE}[m`;
  const isReplaced = style === "" || (COLOUR.test(style) && COLOUR.test(next));
  return `${ESCAPE}[${isReplaced ? "" : "0;"}${next}m`;
}
