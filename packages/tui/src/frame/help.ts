/** The help: keys and commands in parts, in as many columns as there is room for. */
import { widthOf } from "@ablate/text";
import { beside, GAP, type Line, lineWidth, piece, shareOf, wrapped } from "../text/line.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Drawn } from "../views/view.ts";
import { found, type HelpPart, type HelpRow, helpParts } from "./help-rows.ts";

/** From so many cells on there are two columns, and three. */
const [TWO, THREE] = [100, 180];
/** Cells of what is pressed; what is longer has its words below it. */
const KEYS_WIDTH = 14;

/** Draws the part of the help that the screen shows. */
export function drawHelp({ columns, rows, state }: Canvas): Drawn {
  const { settings, helpText, scroll } = state;
  const all = helpParts(settings.view);
  const parts = found(all, helpText);
  const room = Math.max(0, rows - 2);
  const most = columns >= THREE ? 3 : columns >= TWO ? 2 : 1;
  const width = shareOf(columns - 1, most);
  const units = parts.flatMap((part) => partUnits(part, width));
  const many = Math.min(most, Math.ceil(units.flat().length / Math.max(1, room)));
  const body = units.length === 0 ? [nothing(helpText)] : inTurn(units, many, width);
  const top = Math.min(scroll, Math.max(0, body.length - room));
  const shown = body.slice(top, top + room);
  return {
    lines: [head(helpText, { top, shown: shown.length, all: body.length }), [], ...shown],
    pageLength: body.length + 2,
    parts: [0],
    sheet: () => ({
      columns: ["keys", "help"],
      rows: all.flatMap((part) => part.rows.map(({ keys, help }) => [keys, help])),
    }),
  };
}

type Shown = { readonly top: number; readonly shown: number; readonly all: number };

function head(text: string, { top, shown, all }: Shown): Line {
  const cursor = { text: " ", inverse: true };
  const more = shown < all ? `  lines ${top + 1} to ${top + shown} of ${all}, ↑ ↓ scroll` : "";
  const searched =
    text === ""
      ? [cursor, piece(" type to search", "muted")]
      : [piece(text, "accent"), cursor, piece("  esc shows all", "muted")];
  return [
    { text: " keys and commands  ", bold: true },
    ...searched,
    piece(`${more}  esc closes`, "muted"),
  ];
}

function nothing(text: string): Line {
  return [piece(` no key or command matches "${text}"; esc shows all`, "muted")];
}

/** Lines that stay together. */
type Unit = readonly Line[];

/** Draws a part; its heading stays with its first row. */
function partUnits({ title, rows }: HelpPart, width: number): Unit[] {
  const heading: Line = [piece(" "), { text: title, bold: true, tone: "accent" }];
  const [first = [], ...others] = rows.map((row) => rowLines(row, width));
  return [[heading, ...first], ...others, [[]]];
}

function rowLines({ keys, help, views }: HelpRow, width: number): Line[] {
  const names = views?.map((name) => viewNamed(name).title.toLowerCase()).join(", ");
  const room = Math.max(10, width - KEYS_WIDTH - 2);
  const said = wrapped(names === undefined ? help : `${help} (${names})`, room);
  const isLong = widthOf(keys) >= KEYS_WIDTH;
  const first: Line = [piece(` ${isLong ? keys : keys.padEnd(KEYS_WIDTH)}`, "accent")];
  const indent = piece(" ".repeat(KEYS_WIDTH + 1));
  const beginning = isLong
    ? [first, [indent, ...(said[0] ?? [])]]
    : [[...first, ...(said[0] ?? [])]];
  return [...beginning, ...said.slice(1).map((one): Line => [indent, ...one])];
}

/** Lets rows go on in the next column; no row is torn, and no heading stands at the end. */
function inTurn(rows: readonly Unit[], many: number, width: number): Line[] {
  const each = Math.ceil(rows.reduce((sum, { length }) => sum + length, 0) / many);
  const columns: Line[][] = [[]];
  for (const lines of rows) {
    const last = columns.at(-1) ?? [];
    const isFull = last.length > 0 && last.length + lines.length > each && columns.length < many;
    const isBlank = lines.length === 1 && lineWidth(lines[0] ?? []) === 0;
    if (!isFull) last.push(...lines);
    else columns.push(isBlank ? [] : [...lines]);
  }
  return beside(
    columns.map((lines) => ({ lines, width })),
    GAP,
  );
}
