/** Mistakes in a config: where, what, and the line with a caret under the place. */
import type { Problem } from "@ablate/runner";
import { visible, widthOf } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";

export type SourceLines = ReadonlyMap<string, readonly string[]>;

/** Splits the texts of files, by path: once, since a file may have thousands of mistakes. */
export function linesOf(sources: ReadonlyMap<string, string>): SourceLines {
  return new Map([...sources].map(([path, text]) => [path, text.split(/\r\n|\r|\n/)]));
}

/** Columns of a line that are shown at most; the place is always among them. */
const WIDEST = 100;

/**
 * `file:line:col: message`, and below it the line of the file.
 *
 * @param lines - by path, from `linesOf`
 */
export function problemText(
  { line, col, source, message }: Problem,
  lines: SourceLines,
  paint: Paint,
): string {
  const text = line === null ? undefined : lines.get(source)?.[line - 1];
  const where = line === null ? `${source}:` : `${source}:${line}:${col}:`;
  const first = `${paint("bold", visible(where))} ${paint("red", visible(message))}`;
  if (line === null || col === null || text === undefined || text.trim() === "") return first;
  const { shown, before } = windowAround(text, col - 1);
  const margin = " ".repeat(String(line).length);
  return [
    first,
    `${paint("dim", `  ${line} |`)} ${shown}`,
    `${paint("dim", `  ${margin} |`)} ${" ".repeat(widthOf(before))}${paint("red", "^")}`,
  ].join("\n");
}

/** Cuts the part of a line around a place, and what of it is before the place. */
function windowAround(
  line: string,
  index: number,
): { readonly shown: string; readonly before: string } {
  const start = line.length <= WIDEST || index < WIDEST * 0.75 ? 0 : index - WIDEST / 2;
  const cut = line.slice(start, start + WIDEST);
  const more = start + WIDEST < line.length ? "…" : "";
  const less = start > 0 ? "…" : "";
  return {
    shown: `${less}${visible(cut)}${more}`,
    before: `${less}${visible(line.slice(start, index))}`,
  };
}
