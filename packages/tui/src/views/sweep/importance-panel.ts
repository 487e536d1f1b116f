/** How much each setting decides: bars of its share of the variance between settings, and where that says little. */
import { type Importance, importanceWords, type Share } from "@ablate/store";
import { counted, cutTogether, ellipsis, percent, widthOf, wrapText } from "@ablate/text";
import { fitLine, justify, type Line, type Piece, piece, restyle } from "../../text/line.ts";
import type { Box } from "../plots.ts";
import { around } from "../view.ts";
import type { Sweep } from "./sweep-data.ts";

const MOST_NAME = 30;
const MOST_BAR = 32;
/** As wide as ` 100 %  9.9–100 %`. */
const NUMBERS = 18;

/** What the model of added effects leaves. */
const REST = "not additive";

/** Draws a bar for each setting and for what is not additive; the sentences below say what does not hold. */
export function importancePanel(
  sweep: Sweep,
  { box, at, isFocused }: { readonly box: Box; readonly at: number; readonly isFocused: boolean },
): Line[] {
  const { columns, rows } = box;
  const found = sweep.importance();
  const head = headOf(found, columns, isFocused);
  const words = wordLines(found, columns);
  if (found.factors.length === 0) return [head, ...words];
  const names = [...found.factors.map(({ factor }) => factor.name), REST];
  const width = Math.min(MOST_NAME, Math.floor(columns * 0.35), Math.max(...names.map(widthOf)));
  const short = cutTogether(names, Math.max(4, width), ellipsis);
  const bar = Math.max(4, Math.min(MOST_BAR, columns - width - NUMBERS - 3));
  const all = found.factors.map((one, i) => {
    const label = {
      text: `${(short[i] ?? "").padEnd(width)}  `,
      about: `factor:${one.factor.name}`,
    };
    const fitted = fitLine([label, ...barOf(one, bar, "accent"), ...numbersOf(one)], columns);
    return isFocused && i === at ? restyle(fitted, { selected: true }) : fitted;
  });
  // Where words do not fit below all settings, the settings give way, but for some.
  const room = Math.max(Math.min(all.length, LEAST_FACTORS), rows - 2 - words.length);
  const rest = fitLine(
    [
      piece(`${(short.at(-1) ?? "").padEnd(width)}  `, "muted"),
      ...barOf(found.rest, bar, "muted"),
      ...numbersOf(found.rest),
    ],
    columns,
  );
  return cutBelow([head, ...around(all, at, room).items, rest, ...words], rows, columns);
}

/** Cuts what is below some rows, and says so at the end of the last one. */
function cutBelow(lines: readonly Line[], rows: number, columns: number): Line[] {
  const last = lines[rows - 1];
  if (lines.length <= rows || last === undefined) return [...lines];
  return [...lines.slice(0, rows - 1), [...fitLine(last, columns - 2), piece(" …", "muted")]];
}

const LEAST_FACTORS = 3;

/** Returns how many lines all of it takes. */
export function importanceRows(sweep: Sweep, columns: number): number {
  const found = sweep.importance();
  const bars = found.factors.length === 0 ? 0 : found.factors.length + 1;
  return 1 + bars + wordLines(found, columns).length;
}

function headOf({ metric, cells, seeds }: Importance, columns: number, isFocused: boolean): Line {
  const tone = isFocused ? "accent" : "plain";
  const title = { ...piece(`importance for ${metric.title}`, tone), bold: true };
  const extent = `${counted(cells.n, "setting")}, ${counted(seeds.n, "seed")}`;
  const whole = `share of the variance between ${extent}`;
  const isRoom = widthOf(title.text) + 2 + widthOf(whole) <= columns;
  return justify([title], [piece(isRoom ? whole : extent, "muted")], columns);
}

/** Says first where the shares hold little, then what they leave: that is long. */
function wordLines(found: Importance, columns: number): readonly Line[] {
  const [rest, ...others] = importanceWords(found);
  return [...others, ...(rest === undefined ? [] : [rest])].flatMap((text) =>
    wrapText(text, Math.max(20, columns - 2)).map(
      (line, i): Line => [piece(`${i === 0 ? "· " : "  "}${line}`, "muted")],
    ),
  );
}

/** Draws a share: solid as far as its interval begins, then fainter up to the share, and faint up to its end. */
function barOf(
  { share, low, high }: Share,
  cells: number,
  tone: "accent" | "muted",
): readonly Piece[] {
  const cellsOf = (part: number): number => Math.round(Math.min(1, Math.max(0, part)) * cells);
  const [from, at, to] = [cellsOf(low ?? share), cellsOf(share), cellsOf(high ?? share)];
  const solid = Math.min(from, at);
  const end = Math.max(at, to);
  return [
    piece("█".repeat(solid) + "▓".repeat(at - solid), tone),
    piece(`${"░".repeat(end - at)}${" ".repeat(cells - end)}`, "muted"),
  ];
}

function numbersOf({ share, low, high }: Share): readonly Piece[] {
  const interval =
    low === null || high === null ? "" : `  ${percent(low).replace(" %", "")}–${percent(high)}`;
  return [piece(` ${percent(share).padStart(6)}`), piece(interval, "muted")];
}
