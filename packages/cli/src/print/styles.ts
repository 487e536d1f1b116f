/** What printed pages have in common on a terminal that shows styles: heads, states, levels of findings. */
import type { Finding } from "@ablate/core";
import type { RunState } from "@ablate/store";
import type { TableStyle } from "@ablate/text";
import type { Paint, Style } from "../command-line/terminal.ts";

/** Red is trouble, and nothing else is red. */
const STATES: Readonly<Record<RunState | "new", Style>> = {
  new: "cyan",
  pending: "dim",
  running: "cyan",
  finished: "green",
  failed: "red",
  diverged: "red",
  stopped: "yellow",
  interrupted: "yellow",
};

/** Returns the style of a text about states, that of the worst of them; null where it names none. */
export function stateStyle(text: string): Style | null {
  const words = text.match(/[a-z]+/g) ?? [];
  const named = words.flatMap((word) => (isState(word) ? [STATES[word]] : []));
  return WORST_FIRST.find((style) => named.includes(style)) ?? null;
}

const WORST_FIRST: readonly Style[] = ["red", "yellow", "cyan", "dim", "green"];

function isState(word: string): word is keyof typeof STATES {
  return Object.hasOwn(STATES, word);
}

export type Level = Finding["level"];

/** Signs of the levels that are reason to look at a run. */
export const SIGNS: Readonly<Record<Level, string>> = { error: "✗", warning: "▲", info: "·" };

export const LEVEL_STYLES: Readonly<Record<Level, Style>> = {
  error: "red",
  warning: "yellow",
  info: "dim",
};

/** Writes how many findings there are of each level that is reason to look: `✗1 ▲2`; empty without any. */
export function troubleText(errors: number, warnings: number): string {
  const counts: readonly (readonly [Level, number])[] = [
    ["error", errors],
    ["warning", warnings],
  ];
  return counts
    .filter(([, count]) => count > 0)
    .map(([level, count]) => `${SIGNS[level]}${count}`)
    .join(" ");
}

/** Returns the style of what troubleText writes. */
export function troubleStyle(text: string): Style | null {
  if (text.startsWith(SIGNS.error)) return LEVEL_STYLES.error;
  return text.startsWith(SIGNS.warning) ? LEVEL_STYLES.warning : null;
}

/** Makes the style of a table: heads are bold, cells have what is said of them. */
export function tableStyle(
  paint: Paint,
  styleOf: (text: string, row: number, column: number) => Style | null = () => null,
): TableStyle {
  return {
    head: (title) => paint("bold", title),
    cell: (text, row, column) => {
      const style = styleOf(text, row, column);
      return style === null ? text : paint(style, text);
    },
  };
}
