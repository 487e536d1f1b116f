/** The view Compare: the marked runs side by side: what differs in their configs, what came out, what each factor does. */
import {
  differenceBySeed,
  isLost,
  isOfSurvivors,
  revisionsNote,
  seedsText,
  VALID_LOSS,
  verdictText,
} from "@ablate/store";
import { count, cutTogether, ellipsis, widthOf } from "@ablate/text";
import { allColumns, type Column } from "../../data/columns.ts";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { isRecorded } from "../../data/shown-run.ts";
import {
  columnTexts,
  isRowOf,
  rowOf,
  rowValue,
  type TableRow,
  withSpread,
} from "../../data/table.ts";
import { BASELINE_KEY } from "../../keys/annotation-keys.ts";
import { focusOn, PAGE_KEYS, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, bindBoth, ROWS } from "../../keys/rows.ts";
import {
  COLUMNS,
  choosing,
  markFocused,
  TABLE_CHOOSERS,
  TABLE_KEYS,
} from "../../keys/table-keys.ts";
import { clamp, type State, show } from "../../state/state.ts";
import {
  cutLine,
  fitLine,
  GAP,
  type Line,
  lineWidth,
  type Piece,
  piece,
  wrapped,
} from "../../text/line.ts";
import { lostCount, statesLine } from "../states.ts";
import {
  type Canvas,
  type Context,
  type Drawn,
  emptyView,
  type Sheet,
  type View,
} from "../view.ts";
import { pointCompare } from "./compare-pointer.ts";
import { differencePiece, factorLines } from "./factors.ts";

export const compareView: View = {
  name: "compare",
  title: "Compare",
  key: "4",
  help: "the marked runs side by side",
  draw: drawCompare,
  point: pointCompare,
  choosers: [COLUMNS, ...TABLE_CHOOSERS],
  keys: [
    ...PAGE_KEYS,
    ...ROW_KEYS,
    ...bindBoth([ROWS.left, ROWS.right], toCompared),
    bind(ROWS.mark, (state, { scene }) => markFocused(state, scene)),
    bind(ROWS.enter, (state, { scene }) => ({
      ...show(state, "run"),
      opened: scene.focused?.members[0]?.name ?? null,
    })),
    ...TABLE_KEYS,
    choosing(COLUMNS),
    BASELINE_KEY,
  ],
};

/** Puts the cursor on the next or previous of those that are compared. */
function toCompared(state: State, { scene }: Context, by: number): State {
  const { chosen, table, focused, focusAt } = scene;
  const at = chosen.findIndex(({ key }) => key === focused?.key);
  const key = chosen[clamp(at + by, 0, chosen.length - 1)]?.key;
  const row = table.rows.findIndex((one) => isRowOf(one, key));
  return focusOn(state, scene, row < 0 ? focusAt : row);
}

const LEAST_CELL = 11;
const MOST_CELL = 26;
/** Cells of the sign of the baseline or of a mark before a title. */
const SIGN = 2;
/** Room for a difference by seed, with its spread. */
const LEAST_PAIRED = 20;

function drawCompare(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  if (scene.chosen.length === 0) return emptyView("no runs to compare: esc goes back to the runs");
  const comparison = compareRows(canvas);
  const notes = revisionLines(comparison, columns);
  const body = [...table(comparison, columns), ...notes, [], ...factorLines(canvas)];
  const room = Math.max(1, rows - 1);
  const top = Math.min(state.scroll, Math.max(0, body.length - room));
  const lines = [titles(comparison, canvas), ...body.slice(top, top + room)];
  return {
    lines: lines.map((one) => cutLine(one, columns)),
    pageLength: body.length + 1,
    parts: [0],
    sheet: () => sheetOf(comparison),
  };
}

/** A line of the comparison: a setting, a result, or without a column the difference by seed. */
type Entry = {
  readonly label: string;
  readonly kind: "config" | "results" | "paired";
  readonly column: Column | null;
  /** What each row has, by its key. */
  readonly texts: ReadonlyMap<string, string>;
};

type Comparison = {
  readonly entries: readonly Entry[];
  /** The baseline first. */
  readonly rows: readonly TableRow[];
  readonly baseline: TableRow | null;
  readonly labelWidth: number;
  readonly cellWidth: number;
  /** Those that fit on the screen. */
  readonly visible: readonly TableRow[];
};

function compareRows({ scene, state, columns }: Canvas): Comparison {
  const pinned = scene.table.all.find(({ name }) => name === state.settings.baseline);
  const inChosen = scene.chosen.find(({ members }) =>
    members.some(({ name }) => name === pinned?.name),
  );
  const baseline = inChosen ?? (pinned === undefined ? null : rowOf(pinned));
  const others = scene.chosen.filter((row) => row !== inChosen);
  const rows = baseline === null ? others : [baseline, ...others];
  const compared = [...scene.chosen, ...(baseline === null ? [] : [baseline])];
  const entries = entriesOf(compared, state.settings.group === "seed", baseline !== null);
  const labelWidth = Math.min(
    24,
    Math.floor(columns * 0.4),
    Math.max(...entries.map(({ label }) => widthOf(label))),
  );
  const widest = Math.max(
    baseline === null ? LEAST_CELL : LEAST_PAIRED,
    ...rows.map((row) => widthOf(titleOf(row)) + 2),
    ...entries.flatMap(({ texts }) => [...texts.values()].map(widthOf)),
    ...rows.map(({ members }) => lineWidth(statesLine(members))),
    ...others.map((row) => (baseline === null ? 0 : lineWidth(pairedCell(row, baseline)))),
  );
  const cellWidth = Math.min(MOST_CELL, widest, Math.max(1, columns - labelWidth - GAP));
  const room = Math.max(1, Math.floor((columns - labelWidth) / (cellWidth + GAP)));
  const pins = baseline === null ? 0 : 1;
  const focus = rows.findIndex((row) => isRowOf(row, scene.focused?.key));
  const first = Math.max(pins, focus - (room - pins) + 1);
  const visible = [...rows.slice(0, pins), ...rows.slice(first, first + room - pins)];
  const cut = entries.map((entry) => cutEntry(entry, cellWidth));
  return { entries: cut, rows, baseline, labelWidth, cellWidth, visible };
}

function entriesOf(rows: readonly TableRow[], isBySeed: boolean, hasBaseline: boolean): Entry[] {
  const all = allColumns(rows.flatMap(({ members }) => members));
  const config = all.filter(
    ({ id, isSetting = false }) => isSetting && (id !== "seed" || !isBySeed),
  );
  const results = all
    .filter((column) => column.isCompared && isSaid(column, rows))
    .toSorted((a, b) => Number(b.id === "state") - Number(a.id === "state"));
  const entry = (kind: Entry["kind"], label: string, column: Column): Entry => {
    const texts = columnTexts(column, rows).map((text, i) => withSpread(text, column, rows[i]));
    return { kind, label, column, texts: new Map(rows.map(({ key }, i) => [key, texts[i] ?? ""])) };
  };
  const paired: Entry = { label: "valid, by seed", kind: "paired", column: null, texts: new Map() };
  return [
    ...config.map((column) => entry("config", column.id, column)),
    ...results.map((column) => entry("results", column.title, column)),
    ...(hasBaseline ? [paired] : []),
  ];
}

/** Whether any of these runs has a value in a column; one that is trained here could have. */
function isSaid({ value }: Column, rows: readonly TableRow[]): boolean {
  const runs = rows.flatMap(({ members }) => members);
  return runs.some((run) => !isRecorded(run) || value(run) !== null);
}

/** Cuts the texts of a line together. */
function cutEntry(entry: Entry, width: number): Entry {
  const keys = [...entry.texts.keys()];
  const texts = cutTogether([...entry.texts.values()], width, ellipsis);
  return { ...entry, texts: new Map(keys.map((key, i) => [key, texts[i] ?? ""])) };
}

function titleOf(row: TableRow): string {
  return row.title + sizeText(row);
}

function titles(
  { rows, visible, baseline, labelWidth, cellWidth }: Comparison,
  { scene, state }: Canvas,
): Line {
  const about =
    baseline === null ? ["b pins a baseline", "b baseline"] : ["difference from ◆", "from ◆"];
  const notes = rows.length > visible.length ? [`${visible.length} of ${rows.length}, ← →`] : about;
  const note = notes.find((one) => widthOf(one) <= labelWidth) ?? notes[0] ?? "";
  const longest = Math.max(0, ...rows.map((row) => sizeText(row).length)) + SIGN;
  const called = fitTitles(rows, Math.max(1, cellWidth - longest), scene.table);
  const names = new Map(rows.map((row, i) => [row, (called[i] ?? "") + sizeText(row)]));
  const cells = visible.map((row): Line => {
    const inverse = isRowOf(row, scene.focused?.key);
    const isMarked = row.members.every(({ name }) => state.settings.marks.includes(name));
    const sign = row === baseline ? "◆ " : isMarked ? "▌" : "";
    const text = `${sign}${names.get(row) ?? ""}`;
    return [{ text, bold: true, inverse, about: `compared:${row.key}` }];
  });
  return tableLine(piece(ellipsis(note, labelWidth), "muted"), cells, { labelWidth, cellWidth });
}

function tableLine(
  label: Piece,
  cells: readonly Line[],
  { labelWidth, cellWidth }: Pick<Comparison, "labelWidth" | "cellWidth">,
): Line {
  const fitted = cells.flatMap((cell) => [
    piece(" ".repeat(GAP)),
    ...fitLine(cell, cellWidth, "right"),
  ]);
  return [...fitLine([label], labelWidth), ...fitted];
}

function table(comparison: Comparison, columns: number): Line[] {
  const { entries, visible, baseline, labelWidth } = comparison;
  const labels = cutTogether(
    entries.map(({ label }) => label),
    labelWidth,
    ellipsis,
  );
  return entries.flatMap((entry, i): Line[] => {
    const isFirst = entry.kind !== "paired" && entry.kind !== entries[i - 1]?.kind;
    const rule = `─ ${entry.kind} ${"─".repeat(columns)}`.slice(0, columns);
    const label = piece(labels[i] ?? "");
    const cells = visible.map((row) => cellOf(entry, row, baseline));
    const values = tableLine(label, cells, comparison);
    return isFirst ? [[piece(rule, "muted")], values] : [values];
  });
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
  if (isAlone) return [piece(text)];
  const [own, theirs] = [rowValue(column, row.members), rowValue(column, baseline.members)];
  const areNumbers = typeof own === "number" && typeof theirs === "number";
  if (own === theirs && (areNumbers || kind === "config")) return [piece("same", "muted")];
  if (!areNumbers) return [piece(text, kind === "config" ? "accent" : "plain")];
  if (kind === "config") return [piece(text, "accent")];
  if (column.id.endsWith("loss")) {
    const areSurvivors = [...row.members, ...baseline.members].some((run) =>
      isLost(run, VALID_LOSS),
    );
    return [differencePiece(own - theirs, { areSurvivors })];
  }
  return [piece(`${own < theirs ? "−" : "+"}${count(Math.abs(own - theirs))}`)];
}

/** Shows mean and spread of the differences between runs of the same seed. */
function pairedCell(row: TableRow, baseline: TableRow): Line {
  const difference = differenceBySeed(row.members, baseline.members, VALID_LOSS);
  const { mean, std } = difference;
  if (mean === null) return [piece(verdictText(difference), "muted")];
  const spread = std === null ? "" : ` ±${std.toFixed(4)}`;
  const areSurvivors = isOfSurvivors(difference);
  return [differencePiece(mean, { text: `${spread} n ${seedsText(difference)}`, areSurvivors })];
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
