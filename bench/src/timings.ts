/** Seconds of chunks of steps, as every side of a comparison prints them, and the rates that they give. */

/** What one process measured: ours, a peer, or the engine tfjs. */
export type Timings = {
  /** Steps of each chunk. */
  readonly chunk: number;
  readonly seconds: readonly number[];
  /** Processor seconds of a step, of all threads and processes. */
  readonly cpuPerStep: number;
  /** Mean of the last losses. */
  readonly loss: number;
  readonly version: string;
};

/** Steps per second. */
export type Rates = {
  /** Of the best decile of chunks: what other work on the machine has not slowed. */
  readonly best: number;
  /** Of the median chunk. */
  readonly median: number;
  /** Of the slowest decile of chunks. */
  readonly low: number;
  /** Of all chunks together. */
  readonly whole: number;
};

/** Returns the rates of equal chunks. */
export function ratesOf({ chunk, seconds }: Pick<Timings, "chunk" | "seconds">): Rates {
  const sorted = [...seconds].sort((a, b) => a - b);
  const rate = (share: number): number =>
    chunk / (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  return {
    best: rate(0.1),
    median: rate(0.5),
    low: rate(0.9),
    whole: (chunk * seconds.length) / total,
  };
}

/** The median of some measurements, the lowest and the highest. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number };

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  const low = sorted.length % 2 === 1 ? high : (sorted[middle - 1] ?? high);
  return {
    median: (low + high) / 2,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}
