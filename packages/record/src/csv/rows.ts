/**
 * Rows of RFC 4180: cells in quotes may have separators, quotes (doubled) and line breaks.
 *
 * Written here because a reader of a growing file has to know after how many bytes a row ends, and whether the last one
 * does: the libraries count characters, or read asynchronously to the end.
 */
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** Returns where the row that begins at `from` ends, behind its line break; -1: it does not end yet. */
export function rowEnd(bytes: Buffer, from: number, separator: string): number {
  const newline = bytes.indexOf(NEWLINE, from);
  const quote = bytes.subarray(from, newline < 0 ? bytes.length : newline).indexOf(QUOTE);
  return quote < 0 ? newline + 1 || -1 : quotedRowEnd(bytes, from, separator.charCodeAt(0));
}

/** A quote opens only where a cell begins. */
function quotedRowEnd(bytes: Buffer, from: number, separator: number): number {
  let isQuoted = false;
  let isStart = true;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE && (isQuoted || isStart)) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) return i + 1;
    // A doubled quote closes the cell and opens it again.
    isStart = byte === separator || (byte === QUOTE && !isQuoted);
  }
  return -1;
}

/** Returns the text of a row without its line break. */
export function rowText(bytes: Buffer, from: number, end: number): string {
  let to = end;
  if (to > from && bytes[to - 1] === NEWLINE) to--;
  if (to > from && bytes[to - 1] === RETURN) to--;
  return bytes.toString("utf8", from, to);
}

export function cellsOf(row: string, separator: string): string[] {
  if (!row.includes('"')) return row.split(separator);
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const isQuoted = row[at] === '"';
    const close = isQuoted ? closingQuote(row, at) : at;
    const next = row.indexOf(separator, close);
    const end = next < 0 ? row.length : next;
    const inner = isQuoted
      ? row.slice(at + 1, close).replaceAll('""', '"') + row.slice(close + 1, end)
      : row.slice(at, end);
    cells.push(inner);
    if (next < 0) return cells;
    at = next + separator.length;
  }
}

function closingQuote(row: string, open: number): number {
  let at = row.indexOf('"', open + 1);
  while (at >= 0 && row[at + 1] === '"') at = row.indexOf('"', at + 2);
  return at < 0 ? row.length : at;
}
