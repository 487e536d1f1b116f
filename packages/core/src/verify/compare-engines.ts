import type { Dataset } from "../data/dataset.ts";
import type { LoadedEngine, Tensor } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import type { RunSpec } from "../spec.ts";
import { type History, type RecordedSeries, recordHistory } from "./history.ts";

/** Nats for losses, as much in log10 for ratios and metrics, and of a tensor's largest value for its values. */
const TOLERANCE = 1e-4;

/** A series is compared until rounding alone moves it by this much. */
const SENSITIVITY = TOLERANCE / 10;

/** Two ways to change last bits: one alone might cancel out. */
const NUDGE_PERIODS = [2, 3] as const;

/** How far one series of an engine is from the same series of `simd`. */
export type SeriesDifference = {
  readonly series: string;
  /** The largest, in nats, in log10, or of a tensor's largest value; null where nothing could be compared. */
  readonly difference: number | null;
  /** The step at which it is largest. */
  readonly step: number | null;
  readonly tolerance: number;
  /** Steps compared, from the first on: until rounding alone would make a difference. */
  readonly compared: number;
  readonly steps: number;
  readonly ok: boolean;
};

/**
 * Trains a run on `simd` and on every other engine, from the same initial tensors and batches, and
 * compares all that they record. A chaotic run is compared as far as it can be told: until a change of
 * the last bits of the initial tensors alone moves it by a tenth of the tolerance.
 *
 * @returns the differences of each engine, in the order of `engines`
 */
export function compareEngines(
  spec: RunSpec,
  dataset: Dataset,
  engines: readonly LoadedEngine[],
): SeriesDifference[][] {
  const reference = recordHistory(spec, dataset, SIMD);
  const strayed = NUDGE_PERIODS.map((period) => recordHistory(spec, dataset, nudged(SIMD, period)));
  const all = [...reference.series].map(([name, series]) => {
    const decided = decidedSteps(series, reference.decided);
    return { name, ...series, reliable: Math.min(decided, reliableSteps(name, series, strayed)) };
  });
  return engines.map((engine) => {
    const { series } = recordHistory(spec, dataset, engine);
    return all.map((one) => compare(one, series.get(one.name)));
  });
}

/** How many values of a series come before the first update that rounding may decide. */
function decidedSteps({ kind, first }: RecordedSeries, updates: number): number {
  return Math.max(0, updates - first + (kind === "updates" ? 0 : 1));
}

/** How many values of a series do not depend on rounding; a tensor counts as one. */
function reliableSteps(name: string, series: RecordedSeries, strayed: readonly History[]): number {
  const distances = strayed.map((history) => distancesOf(series, history.series.get(name)));
  const steps = lengthOf(series);
  for (let i = 0; i < steps; i++) {
    if (distances.some((one) => !((one[i] ?? 0) <= SENSITIVITY))) return i;
  }
  return steps;
}

function compare(
  {
    name,
    reliable,
    ...series
  }: RecordedSeries & { readonly name: string; readonly reliable: number },
  others: RecordedSeries | undefined,
): SeriesDifference {
  const distances = distancesOf(series, others);
  let difference = 0;
  let at = 0;
  for (let i = 0; i < reliable; i++) {
    const here = distances[i] ?? 0;
    if (here <= difference) continue;
    difference = here;
    at = i;
  }
  return {
    series: name,
    difference: reliable === 0 ? null : difference,
    step: reliable === 0 ? null : series.first + at,
    tolerance: TOLERANCE,
    compared: reliable,
    steps: lengthOf(series),
    ok: difference <= TOLERANCE,
  };
}

function lengthOf({ kind, values }: RecordedSeries): number {
  return kind === "tensor" ? 1 : values.length;
}

/** The distance at each step; that of a tensor is of its values, relative to its largest. */
function distancesOf(
  { kind, values }: RecordedSeries,
  other: RecordedSeries | undefined,
): ArrayLike<number> {
  const distances = Float64Array.from(values, (value, i) => distance(value, other?.values[i]));
  if (kind !== "tensor") return distances;
  const farthest = distances.reduce((most, one) => Math.max(most, one), 0);
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value));
  return [farthest === 0 ? 0 : farthest / scale];
}

/** Infinite where only one of the two is missing or not finite. */
function distance(a = Number.NaN, b = Number.NaN): number {
  if (Object.is(a, b) || !(Number.isFinite(a) || Number.isFinite(b))) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

/** Half a unit in the last place of a float32, relative. */
const NUDGE = 2 ** -23;

/**
 * Returns the same engine, started from tensors whose last bits are changed: how far its run strays is how far
 * any two correct implementations may.
 *
 * @param period - every `period`-th value is made larger, all others smaller
 */
function nudged(engine: LoadedEngine, period: number): LoadedEngine {
  return {
    ...engine,
    create: (options) =>
      engine.create({ ...options, tensors: options.tensors.map((one) => nudge(one, period)) }),
  };
}

/**
 * A constant tensor has no rounding in it, but what a bias or a shift of zeros is added to has: it is moved by as much
 * as rounds a sum around 1.
 */
function nudge({ values, ...tensor }: Tensor, period: number): Tensor {
  const [first] = values;
  const isConstant = values.every((value) => value === first);
  const isZeroVector = isConstant && first === 0 && tensor.shape.length === 1;
  if (isConstant && !isZeroVector) return { ...tensor, values };
  const moved = values.map((value, i) => {
    const direction = i % period === 0 ? NUDGE : -NUDGE;
    return isZeroVector ? direction : value * (1 + direction);
  });
  return { ...tensor, values: moved };
}
