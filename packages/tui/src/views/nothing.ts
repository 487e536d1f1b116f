/** What a list says that has nothing to show: why, and what to type. */
import { readingText } from "../data/log-source.ts";
import { currentFilter } from "../state/prompt.ts";
import { type Line, piece, wrapped } from "../text/line.ts";
import type { Canvas } from "./view.ts";

/** What brings runs into a store, and what comes of it. */
const WAYS: readonly (readonly [command: string, what: string])[] = [
  ["ablate run CONFIG", "trains a grid; its runs appear here as soon as they start"],
  ["ablate demo", "trains a small grid, as an example"],
  ["ablate ui FOLDER", "shows logs of other programs"],
];

/** Says in place of a list why it is empty, and what to do about it. */
export function nothingLines({ scene: { table, snapshot }, state, columns }: Canvas): Line[] {
  const width = Math.max(10, columns - 2 * MARGIN);
  const { logs } = snapshot;
  const isEmpty = table.all.length === 0;
  const filter = `no run matches ${currentFilter(state, "filter")}; esc shows all ${table.all.length}`;
  const left = "all runs are left from earlier plans: a shows them";
  if (!isEmpty) return indented(wrapped(filter, width, "muted"));
  if (table.left > 0) return indented(wrapped(left, width, "muted"));
  if (logs?.isReading === true)
    return indented(wrapped(`${logs.title}: ${readingText(logs)} ...`, width, "muted"));
  if (logs !== null) {
    const none = `no log in ${logs.title} yet; when there is one it appears here (docs/record.md has the formats)`;
    return indented(wrapped(none, width, "muted"));
  }
  return indented([
    [],
    [{ text: snapshot.waiting === null ? "no runs yet" : "waiting for runs", bold: true }],
    [],
    ...wrapped("In another terminal:", width, "muted"),
    ...WAYS.flatMap(([command, what]): Line[] => wayLines(command, what, width)),
  ]);
}

const MARGIN = 5;
/** Cells of the commands, where there is room for words beside them. */
const COMMANDS = 20;

function wayLines(command: string, what: string, width: number): Line[] {
  const shown = piece(command.padEnd(COMMANDS), "accent");
  if (width < COMMANDS + 24) return [[shown], ...wrapped(`  ${what}`, width, "muted")];
  return wrapped(what, width - COMMANDS).map(
    (one, i): Line => [i === 0 ? shown : piece(" ".repeat(COMMANDS)), ...one],
  );
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map((one) => [piece(" ".repeat(MARGIN)), ...one]);
}
