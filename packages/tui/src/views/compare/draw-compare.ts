/** The marked runs side by side: what differs in their configs, what came out, what each factor does. */
import {
  type Effect,
  effectsOf,
  type FactorValue,
  momentsOf,
  pairedDifference,
  settingOf,
  VALID_LOSS,
  verdictText,
  withData,
} from "@ablate/store";
import {
  clean,
  count,
  ellipsis,
  loss,
  middleEllipsis,
  signed,
  UNKNOWN,
  widthOf,
} from "@ablate/text";
import { allColumns, type Column } from "../../data/columns.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { rowOf, rowValue, type TableRow } from "../../data/table.ts";
import { cutLine, fitLine, type Line, line, type Piece, piece } from "../../text/line.ts";
import { statesLine } from "../states.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";

const GAP = 2;
const LEAST_CELL = 11;
const MOST_CELL = 26;
/** Room for a difference by seed, with its spread. */
const LEAST_PAIRED = 20;

export function drawCompare(canvas: Canvas): Drawn {
  const { scene, state, rows, columns } = canvas;
  if (scene.chosen.length === 0) {
    const lines: Line[] = [
      line(" ", piece("no runs to compare: esc goes back to the runs", "muted")),
    ];
    return { lines, sheet: () => ({ columns: [], rows: [] }) };
  }
  const comparison = compareRows(canvas);
  const head = titles(comparison, canvas);
  const body = [...table(comparison, canvas), [], ...factorLines(canvas)];
  const room = Math.max(1, rows - head.length);
  const top = Math.min(state.scroll, Math.max(0, body.length - room));
  const lines = [...head, ...body.slice(top, top + room)].map((one) => cutLine(one, columns));
  return {
    lines,
    pageLength: body.length + head.length,
    parts: [0],
    sheet: () => sheetOf(comparison),
  };
}

type Entry = {
  readonly label: string;
  readonly kind: "config" | "result" | "paired";
  readonly column: Column | null;
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
  const runs = scene.chosen.flatMap(({ members }) => members);
  const pinned = scene.snapshot.runs.find(({ name }) => name === state.settings.baseline);
  const inChosen = scene.chosen.find(({ members }) =>
    members.some(({ name }) => name === pinned?.name),
  );
  const baseline = inChosen ?? (pinned === undefined ? null : rowOf(pinned));
  const others = scene.chosen.filter((row) => row !== inChosen);
  const rows = baseline === null ? others : [baseline, ...others];
  const all = allColumns(baseline === null ? runs : [...runs, ...baseline.members]);
  const entries: Entry[] = [
    ...all
      .filter(({ id }) => isConfigKey(id) && !(id === "seed" && state.settings.group === "seed"))
      .map((column): Entry => ({ label: column.id, kind: "config", column })),
    ...all
      .filter(({ isCompared }) => isCompared)
      .toSorted((a, b) => Number(b.id === "state") - Number(a.id === "state"))
      .map((column): Entry => ({ label: column.title, kind: "result", column })),
    ...(baseline === null
      ? []
      : [{ label: "valid, by seed", kind: "paired", column: null } as const]),
  ];
  const labelWidth = Math.min(
    24,
    Math.floor(columns * 0.4),
    Math.max(...entries.map(({ label }) => widthOf(label))),
  );
  const widest = Math.max(
    baseline === null ? LEAST_CELL : LEAST_PAIRED,
    ...rows.map((row) => widthOf(titleOf(row)) + 2),
    ...rows.flatMap((row) => entries.map((entry) => widthOf(plainCell(entry, row)))),
  );
  const cellWidth = Math.min(MOST_CELL, widest);
  const room = Math.max(1, Math.floor((columns - labelWidth) / (cellWidth + GAP)));
  const focus = Math.max(
    0,
    rows.findIndex(
      (row) =>
        row.key === scene.focused?.key ||
        row.members.some(({ name }) => name === scene.focused?.key),
    ),
  );
  const pinnedCount = baseline === null ? 0 : 1;
  const first = Math.max(pinnedCount, Math.min(focus, rows.length - 1) - (room - pinnedCount) + 1);
  const visible = [...rows.slice(0, pinnedCount), ...rows.slice(first, first + room - pinnedCount)];
  return { entries, rows, baseline, labelWidth, cellWidth, visible };
}

function isConfigKey(id: string): boolean {
  return id.includes(".") || id === "seed" || id === "engine";
}

function titleOf({ title, members }: TableRow): string {
  return clean(members.length > 1 ? `${title} ×${members.length}` : title);
}

function titles(
  { rows, visible, baseline, labelWidth, cellWidth }: Comparison,
  { scene, state }: Canvas,
): Line[] {
  const hidden = rows.length - visible.length;
  const note =
    hidden > 0
      ? `${visible.length} of ${rows.length}, ← →`
      : baseline === null
        ? "b pins a baseline"
        : "difference from ◆";
  const cells = visible.flatMap((row): Piece[] => {
    const isFocused =
      row.key === scene.focused?.key || row.members.some(({ name }) => name === scene.focused?.key);
    const isMarked = row.members.every(({ name }) => state.settings.marks.includes(name));
    const sign = row === baseline ? "◆ " : isMarked ? "▌" : "";
    const text = `${sign}${middleEllipsis(titleOf(row), cellWidth - sign.length)}`;
    return [
      piece(" ".repeat(GAP)),
      ...fitLine([{ text, bold: true, inverse: isFocused }], cellWidth, "right"),
    ];
  });
  return [[...fitLine([piece(ellipsis(note, labelWidth), "muted")], labelWidth), ...cells]];
}

function table(comparison: Comparison, { columns }: Canvas): Line[] {
  const { entries, visible, labelWidth, cellWidth, baseline } = comparison;
  const lines: Line[] = [];
  let kind: Entry["kind"] | null = null;
  for (const entry of entries) {
    if (entry.kind !== kind && entry.kind !== "paired") {
      lines.push([
        piece(
          `─ ${entry.kind === "config" ? "config" : "results"} ${"─".repeat(columns)}`.slice(
            0,
            columns,
          ),
          "muted",
        ),
      ]);
    }
    kind = entry.kind;
    const cells = visible.flatMap((row): Piece[] => [
      piece(" ".repeat(GAP)),
      ...fitLine(cellOf(entry, row, baseline), cellWidth, "right"),
    ]);
    lines.push([...fitLine([piece(ellipsis(entry.label, labelWidth))], labelWidth), ...cells]);
  }
  return lines;
}

/** Shows a value, for all but the baseline as its difference from the baseline's. */
function cellOf(entry: Entry, row: TableRow, baseline: TableRow | null): Line {
  const { column, kind } = entry;
  if (column === null)
    return baseline === null || row === baseline ? [] : pairedCell(row, baseline);
  if (column.id === "state") return statesLine(row.members);
  const text = plainCell(entry, row);
  if (baseline === null || row === baseline) return [piece(text)];
  const [own, theirs] = [rowValue(column, row.members), rowValue(column, baseline.members)];
  if (kind === "config") return own === theirs ? [piece("same", "muted")] : [piece(text, "accent")];
  if (typeof own !== "number" || typeof theirs !== "number") return [piece(text)];
  const isLoss = column.id.endsWith("loss");
  const difference = isLoss
    ? signed(own - theirs, 4)
    : `${own < theirs ? "−" : "+"}${count(Math.abs(own - theirs))}`;
  if (own === theirs) return [piece("same", "muted")];
  return [piece(difference, isLoss ? (own < theirs ? "good" : "bad") : "plain")];
}

function plainCell({ column, kind }: Entry, { members }: TableRow): string {
  if (column === null) return "";
  const value = rowValue(column, members);
  const text =
    value === null && members.length > 1 && kind === "config"
      ? "several"
      : clean(column.text(value));
  if (!column.id.endsWith("loss") || members.length < 2) return text;
  const { std } = momentsOf(members.map((run) => Number(column.value(run) ?? Number.NaN)));
  return std === null ? text : `${text} ±${std.toFixed(4)}`;
}

/** Shows mean and spread of the differences between runs of the same seed. */
function pairedCell(row: TableRow, baseline: TableRow): Line {
  const paired = ({ members }: TableRow) =>
    members.map((run) => ({ seed: run.seed, context: "", value: VALID_LOSS.value(run) }));
  const { n, mean, std } = pairedDifference(paired(row), paired(baseline));
  if (mean === null) return [piece("no seed in common", "muted")];
  const text = std === null ? signed(mean, 4) : `${signed(mean, 4)} ±${std.toFixed(4)} n ${n}`;
  return [piece(text, mean < 0 ? "good" : mean > 0 ? "bad" : "plain")];
}

function sheetOf({ entries, rows }: Comparison): Sheet {
  const named = entries.flatMap(({ column }) => (column === null ? [] : [column]));
  return {
    columns: ["key", ...rows.map(titleOf)],
    rows: named.map((column) => [column.id, ...rows.map((row) => rowValue(column, row.members))]),
  };
}

const MOST_VALUE = 32;

/** Shows for each value of each factor mean and spread over its runs, and the difference that it alone makes. */
export function factorLines({ scene, state }: Canvas): Line[] {
  const { runs: all, dataHashes } = scene.snapshot;
  const chosen = scene.chosen.flatMap(({ members }) => members);
  const runs = withData(chosen, dataHashes);
  const effects = effectsOf(runs, {
    measure: VALID_LOSS.value,
    baseline: all.find(({ name }) => name === state.settings.baseline),
  });
  if (effects.length === 0) return [[piece("the configs are the same but for the seed", "muted")]];
  return [
    [
      { text: "validation loss by factor", bold: true },
      piece("  mean ± std of each value; difference from ◆, all else and the seed equal", "muted"),
    ],
    ...effects.flatMap((effect): Line[] => [
      [piece(clean(effect.factor.name), "accent")],
      ...valueLines(effect),
    ]),
  ];
}

function valueLines({ factor, values }: Effect<ShownRun>): Line[] {
  const titles = values.map(({ runs: [run] }) =>
    clean(factor.keys.map((key) => settingOf(run, key)?.text ?? UNKNOWN).join(" + ")),
  );
  const width = Math.min(MOST_VALUE, Math.max(...titles.map(widthOf)));
  return values
    .map((value, i): [string, Line] => {
      const title = ellipsis(titles[i] ?? "", width);
      const padding = " ".repeat(Math.max(0, width - widthOf(title)));
      return [titles[i] ?? "", line(`  ${title}${padding}  `, ...momentPieces(value))];
    })
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, one]) => one);
}

function momentPieces({ runs, moments, difference }: FactorValue<ShownRun>): readonly Piece[] {
  const { n, mean, std } = moments;
  const text = std === null ? loss(mean) : `${loss(mean)} ±${std.toFixed(4)}`;
  const share = `n ${n} of ${runs.length}`;
  const before = [piece(text.padEnd(15)), piece(`  ${share.padEnd(11)}  `, "muted")];
  if (difference === null) return [...before, piece("◆")];
  if (difference.mean === null) return [...before, piece(verdictText(difference), "muted")];
  const found = difference.mean;
  return [
    ...before,
    piece(signed(found, 4), found < 0 ? "good" : found > 0 ? "bad" : "plain"),
    piece(`  ${verdictText(difference)}`, "muted"),
  ];
}
