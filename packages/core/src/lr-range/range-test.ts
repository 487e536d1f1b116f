import type { Dataset } from "../data/dataset.ts";
import type { LoadedEngine } from "../engines/engine.ts";
import { largestRate } from "../learning-rate.ts";
import type { RunSpec, ScheduleCurve } from "../spec.ts";
import { Trainer } from "../train/trainer.ts";

/** The rates of a test: `steps` of them, from `from` to `to`, equally far apart on a logarithmic axis. */
export type RangeOptions = {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
};

/** The loss of every step before its update, up to the first that is not finite, beside the rate of the update. */
export type RangeTest = { readonly lr: Float64Array; readonly loss: Float64Array };

/**
 * Trains a run for one step at each of these rates, the smallest first, instead of at its own. A group's own rate, where
 * it is a number, keeps its ratio to the run's. Nothing is evaluated and nothing stops it but a loss that is not finite.
 *
 * Source: Smith (2017), arXiv:1506.01186; `10**torch.linspace(a, b, steps)` in the lectures.
 */
export function rangeTest(
  spec: RunSpec,
  dataset: Dataset,
  { from, to, steps, engine }: RangeOptions & { readonly engine?: LoadedEngine },
): RangeTest {
  const { stop: _, groups, ...train } = spec.train;
  const scale = to / (largestRate(train.lr) || to);
  const scaled = groups?.map((group) =>
    typeof group.lr === "number" ? { ...group, lr: group.lr * scale } : group,
  );
  const tested = { ...train, steps, lr: risingFrom({ from, to, steps }) };
  const trainer = new Trainer(
    { ...spec, train: scaled === undefined ? tested : { ...tested, groups: scaled } },
    dataset,
    engine === undefined ? {} : { engine },
  );
  try {
    const loss = new Float64Array(steps);
    const lr = new Float64Array(steps);
    const ratios = new Float32Array(steps * trainer.parameters.length);
    const metrics = new Float64Array(steps * trainer.metrics.length);
    const made = trainer.advance({ loss, lr, ratios, metrics }, steps);
    return { lr: lr.subarray(0, made), loss: loss.subarray(0, made) };
  } finally {
    trainer.dispose();
  }
}

function risingFrom({ from, to, steps }: RangeOptions): ScheduleCurve {
  return { rate: from, warmup: 0, from, then: "exponential", steps: Math.max(1, steps - 1), to };
}
