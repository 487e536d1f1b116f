import type { Dataset } from "../data/dataset.ts";
import type { Engine, LoadedEngine, Tensor } from "../engines/engine.ts";
import { log10 } from "../math.ts";
import { type PlannedLayer, planNetwork } from "../model/network-plan.ts";
import type { NetworkPass } from "../probe/network-pass.ts";
import { PROBE_EXAMPLES, probeBatch } from "../probe/probe-batch.ts";
import type { RunSpec } from "../spec.ts";
import { Trainer } from "../train/trainer.ts";

/** What a run records under one name: a number per step or after the last one, or a tensor after the last one. */
export type RecordedSeries = {
  readonly kind: "numbers" | "tensor";
  /** The step of the first value; those of numbers follow it. */
  readonly first: number;
  /** A diverged run has fewer numbers. */
  readonly values: Float64Array | Float32Array;
};

/** What a run records, by the name of the series. */
export type History = ReadonlyMap<string, RecordedSeries>;

/**
 * Trains a run and returns what it recorded: `loss`; `log10_METRIC` of each metric and `log10_ratio:PARAM` of each
 * parameter; and, if it comes to its end, `SPLIT:STATISTICS` of each evaluation, `tensor:NAME` of each parameter and
 * running statistic, `state:NAME` of what the optimiser keeps, and of a probe `LAYER:STAGE` and `LAYER:STAGE_gradient`.
 */
export function recordHistory(spec: RunSpec, dataset: Dataset, engine: LoadedEngine): History {
  const made: Engine[] = [];
  const watched: LoadedEngine = {
    ...engine,
    create: (options) => {
      const created = engine.create(options);
      made.push(created);
      return created;
    },
  };
  const trainer = new Trainer(spec, dataset, { engine: watched, measuresGradient: true });
  try {
    const history = new Map(stepsOf(trainer, spec.train.steps));
    const [own] = made;
    if (trainer.divergedAt !== null || own === undefined) return history;
    for (const { split, statistics, loss } of trainer.evaluate()) {
      history.set(`${split}:${statistics}`, numbers(Float64Array.of(loss), trainer.step));
    }
    const { layers } = planNetwork(spec.model, dataset.vocabulary.length);
    for (const [name, values] of atTheEnd(own, dataset, layers)) {
      history.set(name, { kind: "tensor", first: trainer.step, values });
    }
    return history;
  } finally {
    trainer.dispose();
  }
}

/** Makes all steps; returns what each of them recorded. */
function* stepsOf(trainer: Trainer, steps: number): Generator<[string, RecordedSeries]> {
  const { parameters, metrics: names } = trainer;
  const loss = new Float64Array(steps);
  const ratios = new Float32Array(steps * parameters.length);
  const metrics = new Float64Array(steps * names.length);
  const buffer = { loss, lr: new Float64Array(steps), ratios, metrics };
  const made = trainer.advance(buffer, steps);
  const column = (values: Float64Array | Float32Array, width: number, at: number) =>
    numbers(
      Float64Array.from({ length: made }, (_, i) => log10(values[i * width + at] ?? Number.NaN)),
    );
  yield ["loss", numbers(loss.subarray(0, made))];
  for (const [m, name] of names.entries()) {
    yield [`log10_${name}`, column(metrics, names.length, m)];
  }
  for (const [p, { name }] of parameters.entries()) {
    yield [`log10_ratio:${name}`, column(ratios, parameters.length, p)];
  }
}

function numbers(values: Float64Array, first = 0): RecordedSeries {
  return { kind: "numbers", first, values };
}

function* atTheEnd(
  engine: Engine,
  dataset: Dataset,
  layers: readonly PlannedLayer[],
): Generator<[string, Float32Array]> {
  yield* named("tensor", engine.tensors());
  yield* named("state", engine.optimizerTensors());
  yield* stagesOf(engine.probe(probeBatch(dataset.train, PROBE_EXAMPLES)), layers);
}

function* named(kind: string, tensors: readonly Tensor[]): Generator<[string, Float32Array]> {
  for (const { name, values } of tensors) yield [`${kind}:${name}`, values];
}

/** What a probe sees, each stage once: some are the same module's. */
function* stagesOf(
  pass: NetworkPass,
  layers: readonly PlannedLayer[],
): Generator<[string, Float32Array]> {
  for (const [i, { name, stages }] of layers.entries()) {
    const modules = [...stages.values()];
    for (const [at, [stage, module]] of [...stages].entries()) {
      const seen = pass.layers[i]?.[stage];
      if (!seen || modules.indexOf(module) < at) continue;
      yield [`${name}:${stage}`, seen.values.slice()];
      yield [`${name}:${stage}_gradient`, seen.gradient.slice()];
    }
  }
}
