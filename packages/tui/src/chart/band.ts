/** What several runs have in common: their mean and how far they spread. */
import { momentsOf, twoSidedT } from "@ablate/store";
import type { Trace } from "./trace.ts";

export type BandKind = "std" | "stderr" | "min-max" | "95%";

export const BANDS: readonly BandKind[] = ["std", "stderr", "min-max", "95%"];

/** How a band is called beside a chart. */
export const BAND_NAMES: Readonly<Record<BandKind, string>> = {
  std: "mean ± std",
  stderr: "mean ± standard error",
  "min-max": "mean, min to max",
  "95%": "mean, 95 % interval",
};

export type Spread = {
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
};

/**
 * Mean and band of some values; those that are not finite do not count. Standard deviations are
 * unbiased, the 95 % interval is that of the mean (Student's t). Of one value there is no spread.
 */
export function spread(values: readonly number[], kind: BandKind): Spread {
  const { n, mean: found, std } = momentsOf(values);
  const mean = found ?? Number.NaN;
  if (std === null) return { n, mean, low: mean, high: mean };
  if (kind === "min-max") {
    const finite = values.filter(Number.isFinite);
    return { n, mean, low: Math.min(...finite), high: Math.max(...finite) };
  }
  const half = std * halfWidth(kind, n);
  return { n, mean, low: mean - half, high: mean + half };
}

/** Computes mean and band of several traces, column by column; between two values a trace counts as a straight line. */
export function bandOf(sparse: readonly Trace[], kind: BandKind): Trace {
  const traces = sparse.map(filled);
  const columns = traces[0]?.mean.length ?? 0;
  const min = new Float64Array(columns);
  const mean = new Float64Array(columns);
  const max = new Float64Array(columns);
  const gapBefore = new Uint8Array(columns);
  for (let x = 0; x < columns; x++) {
    const all = spread(
      traces.map((one) => one.mean[x] ?? Number.NaN),
      kind,
    );
    mean[x] = all.mean;
    min[x] = all.low;
    max[x] = all.high;
    gapBefore[x] = traces.every((one) => one.gapBefore[x] === 1) ? 1 : 0;
  }
  return { min, mean, max, gapBefore };
}

/** Fills the columns between two values in proportion, except where values are missing. */
function filled(trace: Trace): Trace {
  const mean = trace.mean.slice();
  let previous = -1;
  for (let x = 0; x < mean.length; x++) {
    if (Number.isNaN(mean[x])) continue;
    if (previous >= 0 && trace.gapBefore[x] === 0) {
      const [from = 0, to = 0] = [mean[previous], mean[x]];
      for (let i = previous + 1; i < x; i++)
        mean[i] = from + ((to - from) * (i - previous)) / (x - previous);
    }
    previous = x;
  }
  return { ...trace, mean };
}

function halfWidth(kind: "std" | "stderr" | "95%", n: number): number {
  if (kind === "std") return 1;
  if (kind === "stderr") return 1 / Math.sqrt(n);
  return twoSidedT(0.95, n - 1) / Math.sqrt(n);
}
