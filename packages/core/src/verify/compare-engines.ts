import type { Dataset } from "../data/dataset.ts";
import type { LoadedEngine, Tensor } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { log10 } from "../math.ts";
import type { RunSpec } from "../spec.ts";
import { Trainer } from "../train/trainer.ts";

/** Nats for losses, and as much in log10 for ratios. */
const TOLERANCE = 1e-4;

/** A series is compared until rounding alone moves it by this much. */
const SENSITIVITY = TOLERANCE / 10;

/** Two ways to change last bits: one alone might cancel out. */
const NUDGE_PERIODS = [2, 3] as const;

/** How far one series of an engine is from the same series of `simd`. */
export type SeriesDifference = {
  readonly series: string;
  /** The largest difference, in nats or in log10; null where nothing could be compared. */
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
  const reliable = new Map(
    [...reference].map(([name, { values }]) => [name, reliableSteps(name, values, strayed)]),
  );
  return engines.map((engine) => {
    const history = recordHistory(spec, dataset, engine);
    return [...reference].map(([name, series]) =>
      compare({ name, ...series }, history.get(name)?.values, reliable.get(name) ?? 0),
    );
  });
}

/** How many values of a series do not depend on rounding. */
function reliableSteps(name: string, values: Float64Array, strayed: readonly History[]): number {
  const others = strayed.map((history) => history.get(name)?.values);
  const end = values.findIndex((value, i) =>
    others.some((other) => !(distance(value, other?.[i]) <= SENSITIVITY)),
  );
  return end === -1 ? values.length : end;
}

function compare(
  { name, first, values }: RecordedSeries & { readonly name: string },
  others: Float64Array | undefined,
  reliable: number,
): SeriesDifference {
  let difference = 0;
  let at = 0;
  for (let i = 0; i < reliable; i++) {
    const here = distance(values[i], others?.[i]);
    if (here <= difference) continue;
    difference = here;
    at = i;
  }
  return {
    series: name,
    difference: reliable === 0 ? null : difference,
    step: reliable === 0 ? null : first + at,
    tolerance: TOLERANCE,
    compared: reliable,
    steps: values.length,
    ok: difference <= TOLERANCE,
  };
}

/** Infinite where only one of the two is missing or not finite. */
function distance(a: number | undefined, b: number | undefined): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs((a ?? Number.NaN) - (b ?? Number.NaN));
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

/** A constant tensor has no rounding in it. */
function nudge({ values, ...tensor }: Tensor, period: number): Tensor {
  if (values.every((value) => value === values[0])) return { ...tensor, values };
  const moved = values.map((value, i) => value * (1 + (i % period === 0 ? NUDGE : -NUDGE)));
  return { ...tensor, values: moved };
}

/** One number per step, or after the last one; a diverged run has fewer. */
type RecordedSeries = {
  /** The step of the first value; the others follow. */
  readonly first: number;
  readonly values: Float64Array;
};

/** Differences by the name of the series. */
type History = ReadonlyMap<string, RecordedSeries>;

/**
 * Trains a run and returns what it recorded: `loss`, `log10_ratio:PARAM` of each parameter, and, if it
 * comes to its end, `SPLIT:STATISTICS` of each evaluation.
 */
function recordHistory(spec: RunSpec, dataset: Dataset, engine: LoadedEngine): History {
  const trainer = new Trainer(spec, dataset, { engine });
  try {
    const { parameters } = trainer;
    const { steps } = spec.train;
    const loss = new Float64Array(steps);
    const ratios = new Float32Array(steps * parameters.length);
    const made = trainer.advance({ loss, lr: new Float64Array(steps), ratios }, steps);
    const history = new Map([["loss", { first: 0, values: loss.subarray(0, made) }]]);
    for (const [p, { name }] of parameters.entries()) {
      const values = Float64Array.from({ length: made }, (_, step) =>
        log10(ratios[step * parameters.length + p] ?? Number.NaN),
      );
      history.set(`log10_ratio:${name}`, { first: 0, values });
    }
    for (const one of trainer.divergedAt === null ? trainer.evaluate() : []) {
      const values = Float64Array.of(one.loss);
      history.set(`${one.split}:${one.statistics}`, { first: steps, values });
    }
    return history;
  } finally {
    trainer.dispose();
  }
}
