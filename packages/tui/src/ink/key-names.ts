import type { Key } from "ink";

/** Keys that Ink reports by a flag, and what the table of keys calls them. */
const NAMED: readonly (readonly [keyof Key, string])[] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "delete"],
];

/** The keys in one event: what was typed fast can arrive together. */
export function keyNames(input: string, key: Key): string[] {
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return input === "" ? [] : [`ctrl-${input}`];
  if (key.meta) return ["escape", ...keyNames(input, { ...key, meta: false })]; // typed fast after each other
  return [...input].flatMap((char) => CONTROL.get(char) ?? (char >= " " ? [char] : []));
}

/** Control characters in the middle of other text. */
const CONTROL: ReadonlyMap<string, string[]> = new Map([
  ["\r", ["enter"]],
  ["\n", ["enter"]],
  ["\t", ["tab"]],
  ["\x1b", ["escape"]],
  ["\x7f", ["backspace"]],
  ["\b", ["backspace"]],
  ["\x03", ["ctrl-c"]],
  ["\x1a", ["ctrl-z"]],
]);
