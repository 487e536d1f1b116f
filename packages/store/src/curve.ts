import type { Database } from "better-sqlite3";
import type { CurvePoint, StepRange } from "./contract.ts";
import { logRatio } from "./ratio.ts";
import { LEVELS, SERIES_BYTES } from "./rollup.ts";

/** Where a series is: its place in a rollup row, after loss and lr that of its parameter. */
export type Curve = {
  readonly runId: number;
  readonly place: number;
  readonly level: number;
};

const EVERYTHING: StepRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Reads one series of a run, in the order of steps. */
export function curveReader(database: Database): (curve: Curve, range?: StepRange) => CurvePoint[] {
  const rollups = database.prepare<[number, number, number, number], [number, Buffer]>(
    `select bucket, data from rollup
     where run_id = ? and level = ? and bucket between ? and ? order by bucket`,
  );
  const steps = database.prepare<[number, number, number], StepRow>(
    "select step, loss, lr, ratios from step where run_id = ? and step between ? and ? order by step",
  );
  rollups.raw();
  steps.raw();

  return ({ runId, place, level }, { from, to } = EVERYTHING) => {
    if (level === 1) return steps.all(runId, from, to).map((row) => pointOfStep(row, place));
    if (!LEVELS.includes(level)) {
      throw new RangeError(`level ${level} is none of 1, ${LEVELS.join(", ")}`);
    }
    return rollups
      .all(runId, level, Math.floor(from / level), Math.floor(to / level))
      .map(([bucket, data]) => pointOfBucket(bucket * level, data, place * SERIES_BYTES));
  };
}

type StepRow = [step: number, loss: number | null, lr: number | null, ratios: Buffer];

function pointOfStep([step, loss, lr, ratios]: StepRow, place: number): CurvePoint {
  const value = place === 0 ? loss : place === 1 ? lr : logRatio(ratios, place - 2);
  if (value === null || !Number.isFinite(value)) {
    return { step, n: 0, min: null, mean: null, max: null };
  }
  return { step, n: 1, min: value, mean: value, max: value };
}

function pointOfBucket(step: number, data: Buffer, at: number): CurvePoint {
  const n = data.readUInt32LE(at + 12);
  if (n === 0) return { step, n, min: null, mean: null, max: null };
  return {
    step,
    n,
    min: data.readFloatLE(at),
    mean: data.readFloatLE(at + 8),
    max: data.readFloatLE(at + 4),
  };
}
