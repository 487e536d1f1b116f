/** Draws runs side by side: a table of what differs and what came out, factors below, curves where there is room. */
import { differenceBySeed, revisionsNote, seedsText, VALID_LOSS, verdictText } from "@ablate/store";
import { count, cutTogether, ellipsis, signed, widthOf } from "@ablate/text";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { swatch } from "../../data/looks.ts";
import { isRowOf, rowValue, type TableRow } from "../../data/table.ts";
import {
  beside,
  cutLine,
  fitLine,
  GAP,
  type Line,
  lineWidth,
  type Piece,
  piece,
  restyle,
  type Tone,
  wrapped,
} from "../../text/line.ts";
import { differenceTone } from "../difference-tone.ts";
import { lookOf } from "../looks.ts";
import { lostCount, statesLine } from "../states.ts";
import { type Canvas, type Drawn, emptyView, type Sheet } from "../view.ts";
import { chartsBelow, chartsBeside } from "./compared-charts.ts";
import { type Comparison, comparisonOf, cutEntry, type Entry, titleOf } from "./comparison.ts";
import { factorLines } from "./factors.ts";

const LEAST_CELL = 11;
const MOST_CELL = 26;
/** Titles that are longer than this are cut where the values need less. */
const MOST_TITLE = 18;
/** Cells before a title: the sign of its curve, that of the baseline or of a mark, and a space after each. */
const SIGNS = 4;
/** Room for a difference by seed, with its spread. */
const LEAST_PAIRED = 20;

/** After the best value of a line, as in `ablate compare`. */
const BEST = " *";

/** Cells in which the lines of factors are not cut, and those of a chart beside them. */
const GOOD_WIDTH = 78;
const CHART_WIDTH = 48;

/** Where the columns are. */
type Layout = {
  readonly labelWidth: number;
  readonly cellWidth: number;
  /** The rows of the columns that fit on the screen. */
  readonly visible: readonly TableRow[];
};

export function drawCompare(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  if (scene.chosen.length === 0) return emptyView("no runs to compare: esc goes back to the runs");
  const comparison = comparisonOf(scene);
  const layout = layOut(comparison, columns);
  const used = layout.labelWidth + layout.visible.length * (layout.cellWidth + GAP);
  const least = Math.max(used, Math.min(GOOD_WIDTH, columns - CHART_WIDTH - GAP));
  const rest = columns - least - GAP;
  const side = chartsBeside(canvas, comparison, { columns: rest, rows });
  const width = side === null ? columns : least;
  const body = [
    ...table(comparison, layout, width),
    ...crownLines(comparison, width),
    ...revisionLines(comparison, width),
    [],
    ...factorLines(canvas, width),
  ];
  const room = Math.max(1, rows - 1);
  const top = Math.min(state.scroll, Math.max(0, body.length - room));
  const shown = [titles(comparison, layout, canvas), ...body.slice(top, top + room)];
  const below = { columns, rows: rows - shown.length };
  const lines =
    side === null
      ? [...shown, ...chartsBelow(canvas, comparison, below)]
      : beside([
          { lines: shown, width },
          { lines: side, width: rest },
        ]);
  return {
    lines: lines.map((one) => cutLine(one, columns)),
    pageLength: body.length + 1,
    parts: [0],
    sheet: () => sheetOf(comparison),
  };
}

function layOut({ entries, rows, baseline, current }: Comparison, columns: number): Layout {
  const labelWidth = Math.min(
    24,
    Math.floor(columns * 0.4),
    Math.max(...entries.map(({ label }) => widthOf(label))),
  );
  const widest = Math.max(
    baseline === null ? LEAST_CELL : LEAST_PAIRED,
    ...rows.map((row) => Math.min(MOST_TITLE, widthOf(titleOf(row)) + SIGNS)),
    ...entries.flatMap((entry) =>
      rows.map((row) => lineWidth(cellOf(entry, row, baseline)) + signsOf(entry)),
    ),
  );
  const cellWidth = Math.min(MOST_CELL, widest, Math.max(1, columns - labelWidth - GAP));
  const room = Math.max(1, Math.floor((columns - labelWidth) / (cellWidth + GAP)));
  const pins = baseline === null ? 0 : 1;
  const focus = current === undefined ? 0 : rows.indexOf(current);
  const first = Math.max(pins, focus - (room - pins) + 1);
  const visible = [...rows.slice(0, pins), ...rows.slice(first, first + room - pins)];
  return { labelWidth, cellWidth, visible };
}

/** Counts the cells behind the values of a line: those of results have room for the sign of the best. */
function signsOf({ kind }: Entry): number {
  return kind === "config" ? 0 : BEST.length;
}

function titles({ rows, baseline, current }: Comparison, layout: Layout, canvas: Canvas): Line {
  const { scene, state } = canvas;
  const { labelWidth, cellWidth, visible } = layout;
  const pins =
    baseline === null ? ["b pins a baseline", "b baseline"] : ["difference from ◆", "from ◆"];
  const about = rows.length === 1 ? ["one alone"] : pins;
  const notes = rows.length > visible.length ? [`${visible.length} of ${rows.length}, ← →`] : about;
  const note = notes.find((one) => widthOf(one) <= labelWidth) ?? notes[0] ?? "";
  const longest = Math.max(0, ...rows.map((row) => sizeText(row).length)) + SIGNS;
  const called = fitTitles(rows, Math.max(1, cellWidth - longest), scene.table);
  const names = new Map(rows.map((row, i) => [row, (called[i] ?? "") + sizeText(row)]));
  const cells = visible.map((row): Line => {
    const isMarked = row.members.every(({ name }) => state.settings.marks.includes(name));
    const isBaseline = baseline !== null && isRowOf(row, baseline.key);
    const sign = isBaseline ? "◆ " : isMarked ? "▌" : "";
    const text = `${sign}${names.get(row) ?? ""}`;
    const about = `compared:${row.key}`;
    const name = { text, bold: true, inverse: row === current, about };
    return [swatch(lookOf(canvas, row)), piece(" "), name];
  });
  return tableLine(piece(ellipsis(note, labelWidth), "muted"), cells, layout);
}

function tableLine(
  label: Piece,
  cells: readonly Line[],
  { labelWidth, cellWidth }: Pick<Layout, "labelWidth" | "cellWidth">,
): Line {
  const fitted = cells.flatMap((cell) => [
    piece(" ".repeat(GAP)),
    ...fitLine(cell, cellWidth, "right"),
  ]);
  return [...fitLine([label], labelWidth), ...fitted];
}

function table({ entries, baseline, rows }: Comparison, layout: Layout, columns: number): Line[] {
  const { visible, labelWidth, cellWidth } = layout;
  const labels = cutTogether(
    entries.map(({ label }) => label),
    labelWidth,
    ellipsis,
  );
  return entries.flatMap((entry, i): Line[] => {
    const isFirst = entry.kind !== "paired" && entry.kind !== entries[i - 1]?.kind;
    const rule = `─ ${entry.kind} ${"─".repeat(columns)}`.slice(0, columns);
    const label = piece(labels[i] ?? "", isDim(entry) ? "muted" : "plain");
    const cut = cutEntry(entry, cellWidth - signsOf(entry));
    const cells = visible.map((row): Line => {
      const isBest = !entry.isSame && entry.outcomes.get(row.key)?.isBest === true;
      const cell = cellOf(cut, row, baseline);
      return rows.length > 1 && isBest
        ? [...restyle(cell, { bold: true }), { text: BEST, tone: "good", bold: true }]
        : [...cell, piece(" ".repeat(signsOf(entry)))];
    });
    const values = tableLine(label, cells, layout);
    return isFirst ? [[piece(rule, "muted")], values] : [values];
  });
}

/** Whether a line is a setting that is the same in all runs. */
function isDim({ isSame, kind }: Entry): boolean {
  return isSame && kind === "config";
}

/** Says what the star stands for where rows lost runs: the mean of survivors may be better. */
function crownLines({ entries, rows }: Comparison, columns: number): Line[] {
  const isOfSome = entries.some(({ isSame, outcomes }) => {
    const all = [...outcomes.values()];
    return !isSame && all.some(({ isBest }) => isBest) && all.some(({ lost }) => lost > 0);
  });
  if (rows.length < 2 || !isOfSome) return [];
  return wrapped(`${BEST.trim()} the best of those that lost no run`, columns, "muted");
}

/** Says, as `ablate compare` does, where not one revision of the engine trained all that is compared. */
function revisionLines({ rows }: Comparison, columns: number): Line[] {
  const note = revisionsNote(rows.flatMap(({ members }) => members));
  return note === null ? [] : [[], ...wrapped(note, columns, "warn")];
}

/** Shows a value, for all but the baseline as its difference from the baseline's. */
function cellOf(entry: Entry, row: TableRow, baseline: TableRow | null): Line {
  const { column, kind } = entry;
  const isAlone = baseline === null || row === baseline;
  if (column === null) return isAlone ? [] : pairedCell(row, baseline);
  if (column.id === "state") return statesLine(row.members);
  const text = entry.texts.get(row.key) ?? "";
  if (isAlone) return [piece(text, isDim(entry) ? "muted" : "plain")];
  const [own, theirs] = [rowValue(column, row.members), rowValue(column, baseline.members)];
  const areNumbers = typeof own === "number" && typeof theirs === "number";
  if (own === theirs && (areNumbers || kind === "config")) return [piece("same", "muted")];
  if (!areNumbers) return [piece(text, kind === "config" ? "accent" : "plain")];
  if (kind === "config") return [piece(text, "accent")];
  return [piece(differenceText(column.id, own - theirs), toneOf(entry, row))];
}

/** Writes a difference of losses with their decimals, one of counts in whole numbers. */
function differenceText(id: string, difference: number): string {
  if (id.endsWith("loss")) return signed(difference, 4);
  const size = Math.abs(difference);
  const text =
    size >= 100 || Number.isInteger(size) ? count(size) : String(Number(size.toPrecision(3)));
  return `${difference < 0 ? "−" : "+"}${text}`;
}

/** Colours a difference that is larger than the spread over seeds; what may be chance is dim. */
function toneOf({ outcomes }: Entry, { key }: TableRow): Tone {
  const { difference = null, metric } = outcomes.get(key) ?? {};
  return difference === null || metric === undefined ? "plain" : differenceTone(difference, metric);
}

/** Shows mean and spread of the differences between runs of the same seed. */
function pairedCell(row: TableRow, baseline: TableRow): Line {
  const difference = differenceBySeed(row.members, baseline.members, VALID_LOSS);
  const { mean, std } = difference;
  if (mean === null) return [piece(verdictText(difference), "muted")];
  const spread = std === null ? "" : ` ±${std.toFixed(4)}`;
  const text = `${signed(mean, 4)}${spread} n ${seedsText(difference)}`;
  return [piece(text, differenceTone(difference, VALID_LOSS))];
}

function sheetOf({ entries, rows }: Comparison): Sheet {
  const named = entries.flatMap(({ column }) => (column === null ? [] : [column]));
  return {
    columns: ["key", ...rows.map(titleOf)],
    rows: [
      ["n", ...rows.map(({ members }) => members.length)],
      ["lost", ...rows.map(({ members }) => lostCount(members))],
      ...named.map((column) => [column.id, ...rows.map((row) => rowValue(column, row.members))]),
    ],
  };
}
