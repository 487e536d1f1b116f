/** Histograms of other programs, whose edges are their own, on the edges of ours. */
import type { HistogramScale, TensorProbe } from "@ablate/core";
import { edgesOf } from "@ablate/store";

/** A histogram: `counts[i]` numbers from `edges[i]` to `edges[i + 1]`, which rise or are equal. */
export type Buckets = { readonly edges: Float64Array; readonly counts: Float64Array };

/** What is known of the numbers beside their buckets. */
export type KnownMoments = {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
};

/** The most that a bin counts. */
const MOST_COUNT = 0xffffffff;

/**
 * Counts numbers on the edges of a scale. Within a bucket they are taken to lie evenly; sums from the lowest bin on are
 * rounded, so that the total stays.
 */
export function rebinned(
  { edges, counts }: Buckets,
  scale: HistogramScale,
): NonNullable<TensorProbe["histogram"]> {
  const ours = edgesOf(scale);
  const total = sumOf(counts);
  const unit = total > MOST_COUNT ? MOST_COUNT / total : 1;
  const bins = new Uint32Array(ours.length + 1);
  let before = 0;
  for (const [bin, edge] of ours.entries()) {
    const below = Math.round(unit * countBelow({ edges, counts }, edge));
    bins[bin] = Math.max(0, below - before);
    before = Math.max(before, below);
  }
  bins[ours.length] = Math.max(0, Math.round(unit * total) - before);
  return { scale, counts: bins };
}

/** Counts what lies below an edge; of a bin the edge that is farther from 0 belongs to it. */
function countBelow({ edges, counts }: Buckets, edge: number): number {
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    const [from, to, count] = [edges[i] ?? 0, edges[i + 1] ?? 0, counts[i] ?? 0];
    if (to < edge || (to === edge && (from < to || edge > 0))) below += count;
    else if (from < edge) below += (count * (edge - from)) / (to - from);
  }
  return below;
}

function sumOf(numbers: Float64Array): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** Returns statistics of numbers in buckets: by their sums where these are known, else by the middle of each bucket. */
export function bucketedTensor(
  buckets: Buckets,
  scale: HistogramScale,
  known: KnownMoments | null = null,
): TensorProbe {
  const { edges, counts } = buckets;
  const { count, sum, squares } = known ?? estimated(buckets);
  const mean = sum / count;
  const variance = Math.max(0, (squares - sum * mean) / (count - 1));
  const first = counts.findIndex((one) => one > 0);
  const last = counts.findLastIndex((one) => one > 0);
  return {
    mean,
    std: Math.sqrt(variance),
    min: edges[first] ?? Number.NaN,
    max: edges[last + 1] ?? Number.NaN,
    histogram: rebinned(buckets, scale),
  };
}

function estimated({ edges, counts }: Buckets): KnownMoments {
  let [count, sum, squares] = [0, 0, 0];
  for (const [i, one] of counts.entries()) {
    const middle = ((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2;
    count += one;
    sum += one * middle;
    squares += one * middle * middle;
  }
  return { count, sum, squares };
}
