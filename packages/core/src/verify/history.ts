import type { Dataset } from "../data/dataset.ts";
import type { Engine, LoadedEngine, Tensor } from "../engines/engine.ts";
import { log10 } from "../math.ts";
import type { PlannedLayer } from "../model/network-plan.ts";
import { planNetwork } from "../model/plan-network.ts";
import type { NetworkPass } from "../probe/network-pass.ts";
import { PROBE_EXAMPLES, probeBatch } from "../probe/probe-batch.ts";
import type { RunSpec } from "../spec.ts";
import { type StepBuffer, Trainer } from "../train/trainer.ts";
import { SignWatch } from "./signs.ts";

/** What a run records under one name: a number per step or after the last one, or a tensor after the last one. */
export type RecordedSeries = {
  /** Numbers of a step are those before its update or `updates` themselves. */
  readonly kind: "numbers" | "updates" | "tensor";
  /** The step of the first value; those of numbers follow it. */
  readonly first: number;
  /** A diverged run has fewer numbers. */
  readonly values: Float64Array | Float32Array;
};

export type History = {
  /** What a run records, by name. */
  readonly series: ReadonlyMap<string, RecordedSeries>;
  /** Updates until rounding may decide one; endless, but where an optimiser takes signs. */
  readonly decided: number;
};

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
    const [own] = made;
    if (own === undefined) throw new RangeError("verify: the trainer has made no engine");
    const steps = makeSteps(trainer, spec.train, new SignWatch(own, spec.train.optimizer));
    const series = new Map(seriesOf(trainer, steps));
    const { decided } = steps;
    if (trainer.divergedAt !== null) return { series, decided };
    for (const { split, statistics, loss } of trainer.evaluate()) {
      series.set(`${split}:${statistics}`, numbers(Float64Array.of(loss), trainer.step));
    }
    const { layers } = planNetwork(spec.model, dataset.vocabulary.length);
    for (const [name, values] of atTheEnd(own, dataset, layers)) {
      series.set(name, { kind: "tensor", first: trainer.step, values });
    }
    return { series, decided };
  } finally {
    trainer.dispose();
  }
}

type Steps = Required<StepBuffer> & { readonly made: number; readonly decided: number };

/** Makes all steps; one at a time where signs are watched. */
function makeSteps(
  trainer: Trainer,
  { steps }: Pick<RunSpec["train"], "steps">,
  watch: SignWatch,
): Steps {
  const buffer = {
    loss: new Float64Array(steps),
    lr: new Float64Array(steps),
    ratios: new Float32Array(steps * trainer.parameters.length),
    metrics: new Float64Array(steps * trainer.metrics.length),
  };
  let made = 0;
  let decided = Number.POSITIVE_INFINITY;
  while (!trainer.isDone) {
    made += trainer.advance(buffer, watch.isNeeded ? 1 : steps, made);
    if (watch.isUndecided()) decided = Math.min(decided, made - 1);
  }
  return { ...buffer, made, decided };
}

/** What each step recorded. */
function* seriesOf(
  { parameters, metrics: names }: Trainer,
  { loss, ratios, metrics, made }: Steps,
): Generator<[string, RecordedSeries]> {
  const column = (values: Float64Array | Float32Array, width: number, at: number) =>
    Float64Array.from({ length: made }, (_, i) => log10(values[i * width + at] ?? Number.NaN));
  yield ["loss", numbers(loss.subarray(0, made))];
  for (const [m, name] of names.entries()) {
    yield [`log10_${name}`, numbers(column(metrics, names.length, m))];
  }
  for (const [p, { name }] of parameters.entries()) {
    const values = column(ratios, parameters.length, p);
    yield [`log10_ratio:${name}`, { kind: "updates", first: 0, values }];
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
