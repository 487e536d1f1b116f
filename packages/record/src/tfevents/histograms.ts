/** Histograms as TensorBoard has them: its own message, or a tensor of edges and counts. */
import type { Buckets, KnownMoments } from "../buckets.ts";
import { BYTES, FIXED64, keyOf, type WireReader } from "../protobuf.ts";
import type { Tensor } from "./tensor.ts";

export type ReadHistogram = { readonly buckets: Buckets; readonly known: KnownMoments | null };

const MIN = keyOf(1, FIXED64);
const MAX = keyOf(2, FIXED64);
const COUNT = keyOf(3, FIXED64);
const SUM = keyOf(4, FIXED64);
const SQUARES = keyOf(5, FIXED64);
const LIMITS = 6;
const COUNTS = 7;

/** More buckets than any writer makes. */
const MOST_BUCKETS = 65_536;

/** Reads the HistogramProto that the reader is in; null: it counts nothing, or nothing finite. */
export function readHistogram(reader: WireReader): ReadHistogram | null {
  let [min, max, count, sum, squares] = [0, 0, 0, 0, 0];
  const limits: number[] = [];
  const counts: number[] = [];
  while (reader.next()) {
    const { key } = reader;
    if (key === MIN) min = reader.double();
    else if (key === MAX) max = reader.double();
    else if (key === COUNT) count = reader.double();
    else if (key === SUM) sum = reader.double();
    else if (key === SQUARES) squares = reader.double();
    else if (key >>> 3 === LIMITS) readDoubles(reader, limits);
    else if (key >>> 3 === COUNTS) readDoubles(reader, counts);
    else reader.skip();
  }
  // The first bucket begins at the lowest number, the last one ends at the highest.
  const within = limits.map((limit) => Math.min(max, Math.max(min, limit)));
  const buckets = checked([min, ...within], counts.slice(0, limits.length));
  if (buckets === null) return null;
  return { buckets, known: count > 1 ? { count, sum, squares } : null };
}

function readDoubles(reader: WireReader, into: number[]): void {
  if (reader.key % 8 === FIXED64) {
    into.push(reader.double());
    return;
  }
  if (reader.key % 8 !== BYTES) {
    reader.skip();
    return;
  }
  const outer = reader.enter();
  while (reader.hasMore && into.length < MOST_BUCKETS) into.push(reader.double());
  reader.leave(outer);
}

/** Reads a tensor whose rows are the left edge, the right edge and the count of a bucket. */
export function histogramOfTensor({ shape, numbers }: Tensor): ReadHistogram | null {
  const [rows = 0] = shape;
  const edges: number[] = [];
  const counts: number[] = [];
  for (let row = 0; row < rows; row++) {
    const [left = 0, right = 0, count = 0] = numbers.subarray(3 * row, 3 * row + 3);
    // Rows follow each other; where they leave a gap, nothing is in it.
    if (edges.length > 0 && left > (edges.at(-1) ?? left)) {
      edges.push(left);
      counts.push(0);
    }
    if (edges.length === 0) edges.push(left);
    edges.push(right);
    counts.push(count);
  }
  const buckets = checked(edges, counts);
  return buckets === null ? null : { buckets, known: null };
}

/** Says whether a tensor can be a histogram. */
export function isHistogram({ shape, numbers }: Tensor): boolean {
  const [rows = 0, columns] = shape;
  return shape.length === 2 && columns === 3 && numbers.length === 3 * rows;
}

function checked(edges: readonly number[], counts: readonly number[]): Buckets | null {
  const isRising = edges.every(
    (edge, i) => Number.isFinite(edge) && edge >= (edges[i - 1] ?? edge),
  );
  const isCount = counts.every((count) => Number.isFinite(count) && count >= 0);
  if (!isRising || !isCount || !counts.some((count) => count > 0)) return null;
  return { edges: Float64Array.from(edges), counts: Float64Array.from(counts) };
}
