import type { Database } from "better-sqlite3";
import type { CurveBlock, CurvePoint, StepRange } from "../contract/history.ts";
import { logRatio } from "../ratio.ts";
import { LEVELS, SERIES_BYTES } from "../rollup.ts";
import { type RollupRows, rollupReader } from "./rollup-reader.ts";

/** Where series are: their places in a rollup row, after loss and lr those of parameters. */
export type Curve = {
  readonly runId: number;
  /** A place no rollup has, -1, is that of an unknown series. */
  readonly places: readonly number[];
  readonly level: number;
};

const EVERYTHING: StepRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Reads series of a run, in the order of steps. */
export function curveReader(database: Database): (curve: Curve, range?: StepRange) => CurveBlock {
  const readRollup = rollupReader(database);
  const steps = database.prepare<[number, number, number], StepRow>(
    "select step, loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
  );
  steps.raw();

  return ({ runId, places, level }, { from, to } = EVERYTHING) => {
    if (level === 1) {
      const rows = steps.all(runId, from, to);
      const block = emptyBlock(1, rows.length, places.length);
      for (const [r, row] of rows.entries()) readStep(block, r, { row, places });
      return block;
    }
    if (!LEVELS.includes(level)) {
      throw new RangeError(`level ${level} is none of 1, ${LEVELS.join(", ")}`);
    }
    const known = places.filter((place) => place >= 0);
    const first = Math.min(...known);
    const width = Math.max(...known) - first + 1;
    if (known.length === 0) return emptyBlock(level, 0, places.length);
    const [low, high] = [Math.floor(from / level), Math.floor(to / level)];
    const part = [first * SERIES_BYTES + 1, width * SERIES_BYTES] as const;
    const rows = readRollup(...part, runId, level, low, high);
    const block = emptyBlock(level, rows.buckets.length, places.length);
    for (const [r, bucket] of rows.buckets.entries()) block.steps[r] = bucket * level;
    for (const [s, place] of places.entries()) {
      if (place >= 0) readSeries(block, s, { rows, place: place - first });
    }
    return block;
  };
}

/** The rows of a block's first series as points. */
export function pointsOf({ rows, steps, n, min, mean, max }: CurveBlock): CurvePoint[] {
  return Array.from({ length: rows }, (_, r) => {
    const step = steps[r] ?? 0;
    const count = n[r] ?? 0;
    if (count === 0) return { step, n: 0, min: null, mean: null, max: null };
    return { step, n: count, min: min[r] ?? null, mean: mean[r] ?? null, max: max[r] ?? null };
  });
}

function emptyBlock(level: number, rows: number, series: number): CurveBlock {
  const values = () => new Float64Array(rows * series).fill(Number.NaN);
  return {
    level,
    rows,
    series,
    steps: new Float64Array(rows),
    n: new Uint32Array(rows * series),
    min: values(),
    mean: values(),
    max: values(),
  };
}

type StepRow = [step: number, loss: number | null, lr: number | null, ratios: Buffer];

function readStep(
  block: CurveBlock,
  r: number,
  { row, places }: { readonly row: StepRow; readonly places: readonly number[] },
): void {
  const [step, loss, lr, ratios] = row;
  block.steps[r] = step;
  for (const [s, place] of places.entries()) {
    if (place < 0) continue;
    const value = place === 0 ? loss : place === 1 ? lr : logRatio(ratios, place - 2);
    if (value === null || !Number.isFinite(value)) continue;
    const at = s * block.rows + r;
    block.n[at] = 1;
    block.min[at] = value;
    block.mean[at] = value;
    block.max[at] = value;
  }
}

function readSeries(
  block: CurveBlock,
  s: number,
  { rows, place }: { readonly rows: RollupRows; readonly place: number },
): void {
  const { floats, counts, rowBytes } = rows;
  const width = rowBytes / 4;
  for (let r = 0; r < block.rows; r++) {
    const from = r * width + place * (SERIES_BYTES / 4);
    const n = counts[from + 3] ?? 0;
    if (n === 0) continue;
    const at = s * block.rows + r;
    block.n[at] = n;
    block.min[at] = floats[from] ?? Number.NaN;
    block.max[at] = floats[from + 1] ?? Number.NaN;
    block.mean[at] = floats[from + 2] ?? Number.NaN;
  }
}
