/** Series of several runs brought onto the same columns of a chart. */
import {
  joinRows,
  momentsOf,
  type RunSummary,
  type SeriesRows,
  type StoreReader,
  spansOf,
} from "@ablate/store";

/** Edges of columns, in updates. */
export type Columns = { readonly edges: readonly number[]; readonly middles: readonly number[] };

/** What the runs of a group have in a column, by series. */
export type ColumnValue = Readonly<Record<"at" | "mean" | "std" | "n", number>>;

export function evenColumns(steps: number, count: number): Columns {
  const columns = Math.max(1, Math.min(steps, count));
  const edges = Array.from({ length: columns + 1 }, (_, i) => (steps * i) / columns);
  return { edges, middles: edges.slice(1).map((edge, i) => (edge + (edges[i] ?? 0)) / 2) };
}

/** Makes columns of equal width on a logarithmic axis from 1 on; a column is at least one step wide. */
export function logColumns(steps: number, count: number): Columns {
  const wanted = Array.from({ length: count + 1 }, (_, i) => Math.round(steps ** (i / count)));
  const edges = [...new Set([0, ...wanted])];
  const last = (edge: number, i: number): number => (edge + (edges[i] ?? 0) + 1) / 2;
  return { edges, middles: edges.slice(1).map(last) };
}

/** Averages one series in each column that has any: over the steps of a run, then over runs. */
export function inColumns(
  { edges, middles }: Columns,
  runs: readonly (readonly SeriesRows[])[],
  series: number,
): readonly ColumnValue[] {
  const ofRuns = runs.map((all) => columnMeans(edges, all[series]));
  return middles.flatMap((at, column) => {
    const { n, mean, std } = momentsOf(ofRuns.map((means) => means[column] ?? null));
    return mean === null ? [] : [{ at, mean, std: std ?? 0, n }];
  });
}

function columnMeans(
  edges: readonly number[],
  rows: SeriesRows | undefined,
): readonly (number | null)[] {
  const sums = new Float64Array(edges.length - 1);
  const totals = new Float64Array(edges.length - 1);
  let column = 0;
  for (const [row, step] of rows?.x.entries() ?? []) {
    const middle = step + (rows?.width[row] ?? 1) / 2; // in updates: 0.5 is that of the first step
    while (column < sums.length - 1 && middle >= (edges[column + 1] ?? 0)) column++;
    const n = rows?.n[row] ?? 0;
    if (n === 0) continue;
    sums[column] = (sums[column] ?? 0) + n * (rows?.mean[row] ?? 0);
    totals[column] = (totals[column] ?? 0) + n;
  }
  return [...sums].map((sum, i) => (totals[i] === 0 ? null : sum / (totals[i] ?? 1)));
}

/** Steps of which each is read, where there are more than that. */
const EVERY_STEP = 256;
/** Runs up to this length are read step by step. */
const SHORT = 2048;
/** From this step on a column of a chart of a long run is wider than 256 steps. */
const LATE = 8192;
const LONG = 65_536;

/** Returns the widest row in which a step of a run of so many steps is read. */
function widestRow(step: number, steps: number): number {
  if (steps <= SHORT || step < EVERY_STEP) return 1;
  return steps < LONG || step < LATE ? 16 : 256;
}

export function readSeries(
  reader: StoreReader,
  { name, lastStep }: RunSummary,
  series: readonly string[],
): readonly SeriesRows[] {
  const steps = (lastStep ?? 0) + 1;
  const spans = spansOf({ from: 0, to: steps - 1 }, (step) => widestRow(step, steps));
  return joinRows(spans.map((span) => reader.curves(name, series, span)));
}
