/** Reads the numbers of a metric by the steps that they belong to. */
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import type { Points } from "../writing/metric-rollup.ts";
import type { StepRange } from "./history.ts";

/** A metric of a run, by the numbers that the file knows them by. */
export type MetricId = { readonly runId: number; readonly metric: number };

/** A row of `metric_point`: some numbers, one after the other. */
export type PointRow = {
  readonly step: number;
  readonly steps: Buffer | null;
  readonly numbers: Buffer;
};

/** Rows that have numbers of steps up to @to, from the one on that begins at @from or before. */
const ROWS = `
  select step, steps, numbers from metric_point where run_id = @runId and metric = @metric
    and step <= @to and step >= ifnull((select max(step) from metric_point
      where run_id = @runId and metric = @metric and step <= @from), 0)
  order by step`;

const ALL: StepRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/**
 * Reads the numbers of some steps, in their order.
 *
 * @throws DamageError - if their rows do not have a step for each number
 */
export function readPoints(sql: Statements, id: MetricId, { from, to }: StepRange = ALL): Points {
  const rows = sql.rows<PointRow>(ROWS, { ...id, from, to });
  const count = rows.reduce((sum, { numbers }) => sum + Math.floor(numbers.length / NUMBER), 0);
  const steps = new Float64Array(count);
  const numbers = new Float64Array(count);
  let end = 0;
  for (const row of rows) {
    const read = pointsOf(row);
    numbers.set(read.numbers, end);
    steps.set(read.steps, end);
    end += read.numbers.length;
  }
  const first = steps.findIndex((step) => step >= from);
  const after = steps.findLastIndex((step) => step <= to) + 1;
  return first === -1
    ? { steps: new Float64Array(), numbers: new Float64Array() }
    : { steps: steps.subarray(first, after), numbers: numbers.subarray(first, after) };
}

const NUMBER = 8;
const OFFSET = 4;

/** Unpacks a row. */
export function pointsOf({ step, steps: later, numbers: bytes }: PointRow): {
  readonly steps: Float64Array;
  readonly numbers: Float64Array;
} {
  const count = bytes.length / NUMBER;
  if (!Number.isInteger(count) || (later !== null && later.length !== count * OFFSET)) {
    throw new DamageError(`a metric has rows of other sizes than its numbers at step ${step}`);
  }
  const numbers = new Float64Array(count);
  new Uint8Array(numbers.buffer).set(bytes);
  const offset = (i: number) => (later === null ? i : later.readUInt32LE(i * OFFSET));
  return { numbers, steps: Float64Array.from(numbers, (_, i) => step + offset(i)) };
}

/** Packs numbers whose steps rise. */
export function pointRowOf({ steps, numbers }: Points): PointRow {
  const step = steps[0] ?? 0;
  const last = steps[numbers.length - 1] ?? step;
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (last - step === numbers.length - 1) return { step, steps: null, numbers: bytes };
  const later = Uint32Array.from(steps, (one) => one - step);
  return { step, steps: Buffer.from(later.buffer), numbers: bytes };
}
