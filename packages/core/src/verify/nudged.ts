import type { LoadedEngine, Tensor } from "../engines/engine.ts";

/** Half a unit in the last place of a float32, relative. */
const NUDGE = 2 ** -23;

/**
 * The same engine, started from tensors whose last bits are changed: how far its run strays is how far
 * any two correct implementations may.
 *
 * @param period - every `period`-th value is made larger, all others smaller
 */
export function nudged(engine: LoadedEngine, period: number): LoadedEngine {
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
