/** Mistakes in a config: where, what, and the line with a caret under the place. */
import type { Problem } from "@ablate/runner";
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
  const first = `${paint("bold", where)} ${paint("red", message)}`;
  if (line === null || col === null || text === undefined || text.trim() === "") return first;
  const { shown, before } = windowAround(text, col - 1);
  const margin = " ".repeat(String(line).length);
  return [
    first,
    `${paint("dim", `  ${line} |`)} ${shown}`,
    `${paint("dim", `  ${margin} |`)} ${blank(before)}${paint("red", "^")}`,
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
  const clean = (text: string): string => text.replace(CONTROL, "\u00b7");
  return {
    shown: `${less}${clean(cut)}${more}`,
    before: `${less}${clean(line.slice(start, index))}`,
  };
}

/** Characters that a terminal would obey rather than show. Tabs stay, so that the caret is under its place. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Makes white space as wide as the text: a terminal draws wide characters in two columns. */
function blank(text: string): string {
  return [...text].map((char) => (char === "\t" ? "\t" : WIDE.test(char) ? "  " : " ")).join("");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
