/** What Compare shows: the rows side by side, what they differ in, and what came out by which metric. */
import {
  METRICS,
  type Metric,
  type Outcome,
  outcomesOfGroups,
  type RunGroup,
  recordedMetrics,
} from "@ablate/store";
import { cutTogether, ellipsis } from "@ablate/text";
import { allColumns, type Column, wholeConfig } from "../../data/columns.ts";
import { sizeText } from "../../data/labels.ts";
import { isRecorded, type ShownRun } from "../../data/shown-run.ts";
import {
  columnTexts,
  isRowOf,
  rowOf,
  rowValue,
  type TableRow,
  withSpread,
} from "../../data/table.ts";
import { type Scene, scenePart } from "../../state/scene.ts";

/** A line of the comparison: a setting, a result, or without a column the difference by seed. */
export type Entry = {
  readonly label: string;
  readonly kind: "config" | "results" | "paired";
  readonly column: Column | null;
  /** What each row has, by its key. */
  readonly texts: ReadonlyMap<string, string>;
  /** What came out of each row, by its key, where the column is a metric. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Whether all rows have the same. */
  readonly isSame: boolean;
};

export type Comparison = {
  readonly entries: readonly Entry[];
  /** The baseline first. */
  readonly rows: readonly TableRow[];
  readonly baseline: TableRow | null;
  /** The row of the column under the cursor. */
  readonly current: TableRow | undefined;
};

/** Compares what is chosen, the pinned run or its group first. */
export const comparisonOf: (scene: Scene) => Comparison = scenePart((scene) => {
  const { state, table, chosen, focused } = scene;
  const pinned = table.all.find(({ name }) => name === state.settings.baseline);
  const inChosen = chosen.find(({ members }) => members.some(({ name }) => name === pinned?.name));
  const baseline = inChosen ?? (pinned === undefined ? null : rowOf(pinned));
  const others = chosen.filter((row) => row !== inChosen);
  const rows = baseline === null ? others : [baseline, ...others];
  const current =
    rows.find((row) => isRowOf(row, state.focus)) ??
    rows.find((row) => isRowOf(row, focused?.key)) ??
    rows[0];
  return { entries: entriesOf(rows, scene, pinned), rows, baseline, current };
});

function entriesOf(
  rows: readonly TableRow[],
  { state }: Scene,
  pinned: ShownRun | undefined,
): Entry[] {
  const runs = rows.flatMap(({ members }) => members);
  const all = allColumns(runs);
  const settings = state.isWholeConfig
    ? wholeConfig(runs)
    : all.filter(({ isSetting }) => isSetting);
  const isBySeed = state.settings.group === "seed";
  const config = settings.filter(({ id }) => id !== "seed" || !isBySeed);
  const results = all
    .filter((column) => column.isCompared && isSaid(column, rows))
    .toSorted((a, b) => Number(b.id === "state") - Number(a.id === "state"));
  const metrics = new Map([...METRICS, ...recordedMetrics(runs)].map((one) => [one.name, one]));
  const entry = (kind: Entry["kind"], label: string, column: Column): Entry => {
    const texts = columnTexts(column, rows).map((text, i) => withSpread(text, column, rows[i]));
    const values = rows.map(({ members }) => rowValue(column, members));
    return {
      ...{ kind, label, column },
      texts: new Map(rows.map(({ key }, i) => [key, texts[i] ?? ""])),
      outcomes: outcomesOf(rows, metrics.get(column.id), pinned),
      isSame: values.every((value) => value === values[0]),
    };
  };
  const paired: Entry = {
    ...{ label: "valid, by seed", kind: "paired", column: null },
    ...{ texts: new Map(), outcomes: new Map(), isSame: false },
  };
  return [
    ...config.map((column) => entry("config", column.id, column)),
    ...results.map((column) => entry("results", column.title, column)),
    ...(pinned !== undefined && rows.length > 1 ? [paired] : []),
  ];
}

/** Compares rows by a metric; a column that is none has no outcomes. */
function outcomesOf(
  rows: readonly TableRow[],
  metric: Metric | undefined,
  baseline: ShownRun | undefined,
): ReadonlyMap<string, Outcome> {
  if (metric === undefined) return new Map();
  const groups = rows.flatMap(({ key, members: [first, ...others] }): RunGroup<ShownRun>[] =>
    first === undefined ? [] : [{ id: key, runs: [first, ...others] }],
  );
  const found = outcomesOfGroups(groups, { metric, baseline });
  return new Map(
    groups.flatMap(({ id }, i): [string, Outcome][] => {
      const outcome = found[i];
      return outcome === undefined ? [] : [[id, outcome]];
    }),
  );
}

/** Whether any of these runs has a value in a column; one that is trained here could have. */
function isSaid({ value }: Column, rows: readonly TableRow[]): boolean {
  const runs = rows.flatMap(({ members }) => members);
  return runs.some((run) => !isRecorded(run) || value(run) !== null);
}

/** Cuts the texts of a line together. */
export function cutEntry(entry: Entry, width: number): Entry {
  const keys = [...entry.texts.keys()];
  const texts = cutTogether([...entry.texts.values()], width, ellipsis);
  return { ...entry, texts: new Map(keys.map((key, i) => [key, texts[i] ?? ""])) };
}

export function titleOf(row: TableRow): string {
  return row.title + sizeText(row);
}
