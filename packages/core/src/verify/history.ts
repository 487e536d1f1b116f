import type { Dataset } from "../data/dataset.ts";
import type { LoadedEngine } from "../engines/engine.ts";
import { log10 } from "../math.ts";
import type { RunSpec } from "../spec.ts";
import { Trainer } from "../train/trainer.ts";

/** One number a step, or after the last one; a diverged run has fewer. */
export type RecordedSeries = {
  readonly name: string;
  /** The step of the first value; the others follow. */
  readonly first: number;
  readonly values: Float64Array;
};

/**
 * Trains a run and returns what it recorded: `loss`, `log10_ratio:PARAM` of each parameter, and, if it
 * comes to its end, `SPLIT:STATISTICS` of each evaluation.
 */
export function recordHistory(
  spec: RunSpec,
  dataset: Dataset,
  engine: LoadedEngine,
): RecordedSeries[] {
  const trainer = new Trainer(spec, dataset, { engine });
  try {
    const { parameters } = trainer;
    const { steps } = spec.train;
    const buffer = {
      loss: new Float64Array(steps),
      lr: new Float64Array(steps),
      ratios: new Float32Array(steps * parameters.length),
    };
    const made = trainer.advance(buffer, steps);
    const evaluations = trainer.divergedAt === null ? trainer.evaluate() : [];
    return [
      { name: "loss", first: 0, values: buffer.loss.subarray(0, made) },
      ...parameters.map(({ name }, p) => ({
        name: `log10_ratio:${name}`,
        first: 0,
        values: Float64Array.from({ length: made }, (_, step) =>
          log10(buffer.ratios[step * parameters.length + p] ?? Number.NaN),
        ),
      })),
      ...evaluations.map(({ split, statistics, loss }) => ({
        name: `${split}:${statistics}`,
        first: steps,
        values: Float64Array.of(loss),
      })),
    ];
  } finally {
    trainer.dispose();
  }
}
