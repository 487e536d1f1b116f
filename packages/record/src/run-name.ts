/** What a recorded run is called. */
import { NAME_LENGTH } from "@ablate/store";

export type LogName = { readonly grid: string; readonly label: string };

/** Characters of a grid: the label has to fit beside it. */
const GRID_LENGTH = 40;

/** Returns grid and label of the name that a log gives its run: `grid/label`, or a label alone. */
export function splitName(name: string, grid: string): LogName {
  const at = name.indexOf("/");
  return at <= 0 ? { grid, label: name } : { grid: name.slice(0, at), label: name.slice(at + 1) };
}

/** Returns grid and label as words that a command line takes as they are. */
export function usableName({ grid, label }: LogName): LogName {
  const word = { grid: wordOf(grid).slice(0, GRID_LENGTH), label: wordOf(label) };
  const length = NAME_LENGTH - word.grid.length - 1;
  return { ...word, label: word.label.slice(0, length) };
}

/** Letters of any script, digits and what names of runs are usually written with stay; a slash ends no word. */
function wordOf(text: string): string {
  const word = text
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._=+@/-]+/gu, "_")
    .replace(/\/+/g, "/")
    .replace(/^[/_-]+|[/_]+$/g, "");
  return /^\.*$/.test(word) ? "run" : word;
}
