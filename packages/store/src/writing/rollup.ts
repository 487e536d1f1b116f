import type { StepBlock } from "@ablate/core";
import { log10Each } from "../log10.ts";

/**
 * The summary of a run at four zooms: for every bucket of 16, 256, 4096 and 65536 steps, smallest,
 * largest and mean value of every series, so that a curve of any length is drawn from few rows
 * and a spike of one step never vanishes.
 *
 * Series are in the order loss, lr, then log10 of each update ratio. A row's `data` has 16 bytes
 * for each, little-endian: min, max and mean as float32, and as uint32 how many of the bucket's
 * values were finite (those that float32 rounds to infinity are not). Only these are summarised;
 * without any, min, max and mean are NaN.
 *
 * Sums are kept as doubles and built bottom up: steps in order into buckets of 16, whole buckets
 * in order into those of the next level. So a row depends on the steps alone and not on how they
 * were cut into blocks. The row of an open bucket summarises the steps it has so far.
 */

const SMALLEST = 16;
export const LEVELS: readonly number[] = [SMALLEST, 256, 4096, 65536];

/** Bytes of one series in a rollup row. */
export const SERIES_BYTES = 16;

export type RollupRow = {
  readonly level: number;
  readonly bucket: number;
  /** Steps in the bucket. */
  readonly n: number;
  /** Valid until the next row. */
  readonly data: Uint8Array;
};

export class Rollup {
  /** The next step to add. */
  #next = 0;
  readonly #buckets: readonly Bucket[];
  readonly #preview: Bucket;
  readonly #encode: (bucket: Bucket) => Uint8Array;

  constructor(ratios: number) {
    const series = ratios + 2;
    this.#buckets = LEVELS.map(() => new Bucket(series));
    this.#preview = new Bucket(series);
    this.#encode = encoder(series);
  }

  get next(): number {
    return this.#next;
  }

  /** Starts at a step where a bucket of the highest level begins. */
  startAt(step: number): void {
    this.#next = step;
    for (const bucket of this.#buckets) bucket.clear();
  }

  /** Adds a block and hands over every row that it changed, at most once. */
  append(block: StepBlock, write: (row: RollupRow) => void): void {
    for (let from = 0; from < block.count; ) {
      const end = Math.min(block.count, from + SMALLEST - (this.#next % SMALLEST));
      this.#buckets[0]?.add(block, from, end);
      this.#next += end - from;
      from = end;
      this.#closeFull(write);
    }
    if (block.count > 0) this.writeOpen(write);
  }

  #closeFull(write: (row: RollupRow) => void): void {
    for (let i = 0; i < LEVELS.length; i++) {
      const level = LEVELS[i];
      const bucket = this.#buckets[i];
      if (level === undefined || bucket === undefined || this.#next % level !== 0) return;
      write({ level, bucket: this.#next / level - 1, n: level, data: this.#encode(bucket) });
      this.#buckets[i + 1]?.merge(bucket);
      bucket.clear();
    }
  }

  /** Hands over the rows of the buckets that are not full. */
  writeOpen(write: (row: RollupRow) => void): void {
    for (const [i, level] of LEVELS.entries()) {
      const n = this.#next % level;
      if (n === 0) continue;
      const preview = this.#preview;
      preview.clear();
      for (const open of this.#buckets.slice(0, i + 1).reverse()) preview.merge(open);
      const bucket = Math.floor(this.#next / level);
      write({ level, bucket, n, data: this.#encode(preview) });
    }
  }
}

/** Running summary of all series; what is not finite in float32 is left out. */
class Bucket {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
  readonly count: Uint32Array;
  /** Of the ratios of some steps, step by step. */
  readonly #logarithms: Float64Array;

  constructor(series: number) {
    this.min = new Float64Array(series);
    this.max = new Float64Array(series);
    this.sum = new Float64Array(series);
    this.count = new Uint32Array(series);
    this.#logarithms = new Float64Array(SMALLEST * (series - 2));
    this.clear();
  }

  clear(): void {
    this.min.fill(Number.POSITIVE_INFINITY);
    this.max.fill(Number.NEGATIVE_INFINITY);
    this.sum.fill(0);
    this.count.fill(0);
  }

  /** Adds the steps in these rows of a block, series by series. */
  add({ loss, lr, ratios }: StepBlock, from: number, end: number): void {
    this.#addSeries(0, loss.subarray(from, end), 0, 1);
    this.#addSeries(1, lr.subarray(from, end), 0, 1);
    const parameters = this.sum.length - 2;
    const logarithms = this.#logarithms.subarray(0, parameters * (end - from));
    log10Each(ratios.subarray(parameters * from, parameters * end), logarithms);
    for (let p = 0; p < parameters; p++) this.#addSeries(p + 2, logarithms, p, parameters);
  }

  #addSeries(s: number, values: Float64Array, first: number, stride: number): void {
    let min = this.min[s] ?? Number.POSITIVE_INFINITY;
    let max = this.max[s] ?? Number.NEGATIVE_INFINITY;
    let sum = this.sum[s] ?? 0;
    let count = this.count[s] ?? 0;
    for (let i = first; i < values.length; i += stride) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(Math.fround(value))) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      count += 1;
    }
    this.min[s] = min;
    this.max[s] = max;
    this.sum[s] = sum;
    this.count[s] = count;
  }

  merge(later: Bucket): void {
    const { min, max, sum, count } = this;
    for (let s = 0; s < sum.length; s++) {
      min[s] = Math.min(min[s] ?? 0, later.min[s] ?? 0);
      max[s] = Math.max(max[s] ?? 0, later.max[s] ?? 0);
      sum[s] = (sum[s] ?? 0) + (later.sum[s] ?? 0);
      count[s] = (count[s] ?? 0) + (later.count[s] ?? 0);
    }
  }
}

/** Packs a bucket into one buffer, which the next call uses again. */
function encoder(series: number): (bucket: Bucket) => Uint8Array {
  const data = new Uint8Array(series * SERIES_BYTES);
  const view = new DataView(data.buffer);
  return ({ min, max, sum, count }) => {
    for (let s = 0; s < series; s++) {
      const at = s * SERIES_BYTES;
      const n = count[s] ?? 0;
      view.setFloat32(at, n === 0 ? Number.NaN : (min[s] ?? 0), true);
      view.setFloat32(at + 4, n === 0 ? Number.NaN : (max[s] ?? 0), true);
      view.setFloat32(at + 8, (sum[s] ?? 0) / n, true);
      view.setUint32(at + 12, n, true);
    }
    return data;
  };
}
