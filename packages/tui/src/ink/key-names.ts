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

/** Returns the keys in one event: what was typed fast can arrive together. */
export function keyNames(input: string, key: Key): string[] {
  if (key.tab && key.shift) return ["shift-tab"];
  if (key.shift && (key.leftArrow || key.rightArrow))
    return [key.leftArrow ? "shift-left" : "shift-right"];
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return input === "" ? [] : [`ctrl-${input}`];
  if (key.meta) return ["escape", ...keyNames(input, { ...key, meta: false })]; // typed fast after each other
  return [...input].map((char) => {
    if (char === "\x7f") return "backspace";
    return char < " " ? controlKey(char) : char;
  });
}

/** Names a control character in the middle of other text. */
function controlKey(char: string): string {
  const named = CONTROL.get(char);
  return named ?? `ctrl-${String.fromCharCode(char.charCodeAt(0) + 96)}`;
}

const CONTROL: ReadonlyMap<string, string> = new Map([
  ["\r", "enter"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\x1b", "escape"],
  ["\b", "backspace"],
]);
