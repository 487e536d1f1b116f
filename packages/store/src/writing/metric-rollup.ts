/**
 * The summary of a metric at three zooms: for every bucket of 256, 4096 and 65536 steps that has a number, the smallest,
 * largest, mean, first and last one. Fewer steps are as quickly read number by number.
 *
 * A row's `data` is little-endian: minimum, maximum, mean, first and last as float64, then as uint32 how many numbers
 * are finite and how many there are. Only those that are finite are in the minimum, the maximum and the mean, which
 * are NaN without any. Sums are built bottom up in the order of steps: a row depends on the numbers alone, not on how
 * they arrived. The row of an open bucket summarises what it has so far.
 */
import { LEVELS } from "./rollup.ts";

/** The levels of the steps' rollup but for the lowest. */
export const METRIC_LEVELS: readonly number[] = LEVELS.slice(1);

/** Numbers of a metric by the steps that they belong to, which rise. */
export type Points = { readonly steps: Float64Array; readonly numbers: Float64Array };

/** A summary of consecutive numbers. */
export type Summary = {
  readonly points: number;
  /** How many are finite; without any the next three are NaN. */
  readonly finite: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly first: number;
  readonly last: number;
};

export type MetricRow = {
  readonly level: number;
  readonly bucket: number;
  readonly data: Uint8Array;
};

/** Sums numbers up as they come, in the order of steps. */
export class Bucket {
  points = 0;
  finite = 0;
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;
  sum = 0;
  first: number = Number.NaN;
  last: number = Number.NaN;

  add(number: number): void {
    if (this.points === 0) this.first = number;
    this.points++;
    this.last = number;
    if (!Number.isFinite(number)) return;
    this.finite++;
    this.sum += number;
    if (number < this.min) this.min = number;
    if (number > this.max) this.max = number;
  }

  merge(later: Bucket): void {
    if (later.points === 0) return;
    if (this.points === 0) this.first = later.first;
    this.last = later.last;
    this.points += later.points;
    this.finite += later.finite;
    this.sum += later.sum;
    if (later.min < this.min) this.min = later.min;
    if (later.max > this.max) this.max = later.max;
  }

  get summary(): Summary {
    const { points, finite, first, last, sum } = this;
    const [min, max] = finite === 0 ? [Number.NaN, Number.NaN] : [this.min, this.max];
    return { points, finite, min, max, mean: sum / finite, first, last };
  }
}

/** Makes the rows of a metric; numbers are added in the order of steps. */
export class MetricRollup {
  /** The open bucket of each level, and its place. */
  readonly #open: Bucket[] = METRIC_LEVELS.map(() => new Bucket());
  #step = -1;

  /** Adds numbers and hands over every row that they changed. */
  append({ steps, numbers }: Points, write: (row: MetricRow) => void): void {
    for (let i = 0; i < numbers.length; i++) {
      const step = steps[i] ?? Number.NaN;
      if (bucketAt(LOWEST, step) !== bucketAt(LOWEST, this.#step)) this.#close(step, write);
      this.#step = step;
      this.#open[0]?.add(numbers[i] ?? Number.NaN);
    }
    if (numbers.length > 0) this.writeOpen(write);
  }

  /** Ends the buckets in which the step does not lie. */
  #close(step: number, write: (row: MetricRow) => void): void {
    for (const [i, level] of METRIC_LEVELS.entries()) {
      const bucket = bucketAt(level, this.#step);
      const open = this.#open[i];
      if (open === undefined || bucket === bucketAt(level, step)) return;
      if (open.points === 0) return;
      write({ level, bucket, data: encode(open.summary) });
      this.#open[i + 1]?.merge(open);
      this.#open[i] = new Bucket();
    }
  }

  /** Hands over the rows of the buckets that are open. */
  writeOpen(write: (row: MetricRow) => void): void {
    for (const [i, level] of METRIC_LEVELS.entries()) {
      const bucket = new Bucket();
      for (const open of this.#open.slice(0, i + 1).reverse()) bucket.merge(open);
      if (bucket.points === 0) continue;
      write({ level, bucket: bucketAt(level, this.#step), data: encode(bucket.summary) });
    }
  }
}

const [LOWEST = Number.NaN] = METRIC_LEVELS;

function bucketAt(level: number, step: number): number {
  return Math.floor(step / level);
}

const BYTES = 48;

function encode({ min, max, mean, first, last, finite, points }: Summary): Uint8Array {
  const view = new DataView(new ArrayBuffer(BYTES));
  for (const [i, value] of [min, max, mean, first, last].entries()) {
    view.setFloat64(8 * i, value, true);
  }
  view.setUint32(40, finite, true);
  view.setUint32(44, points, true);
  return new Uint8Array(view.buffer);
}

/** Reads the data of a row; undefined where it has another size. */
export function decodeSummary({ buffer, byteOffset, byteLength }: Uint8Array): Summary | undefined {
  if (byteLength !== BYTES) return undefined;
  const view = new DataView(buffer, byteOffset, byteLength);
  const [min, max, mean, first, last] = [0, 8, 16, 24, 32].map((at) => view.getFloat64(at, true));
  if (first === undefined || last === undefined) return undefined;
  if (min === undefined || max === undefined || mean === undefined) return undefined;
  const [finite, points] = [view.getUint32(40, true), view.getUint32(44, true)];
  return { min, max, mean, first, last, finite, points };
}
