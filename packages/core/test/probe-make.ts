import {
  type Dataset,
  type LoadedEngine,
  learningRateAt,
  planParameters,
  type RunSpec,
  SIMD,
} from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import type { NetworkPass, Pass } from "../src/probe/network-pass.ts";
import { pickExamples } from "../src/probe/probe-batch.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { stepOf } from "./make.ts";

/** What a training step does to a network, seen before the step and after it. */
export type WatchedStep = {
  readonly pass: NetworkPass;
  readonly batch: Int32Array;
  /** Parameters after the update, by name. */
  readonly after: ReadonlyMap<string, Float32Array>;
};

/**
 * Trains `steps` steps by simd as a trainer would, then probes `engine`, made from what came of them, on
 * the batch of the next step, and makes that step.
 */
export function watchStep(
  spec: RunSpec,
  dataset: Dataset,
  { steps, engine = SIMD }: { readonly steps: number; readonly engine?: LoadedEngine },
): WatchedStep {
  const generator = new TorchGenerator(spec.seed);
  const draw = () =>
    Int32Array.from({ length: spec.train.batchSize }, () => generator.randint(dataset.train.count));
  const tensors = planParameters(spec, dataset.vocabulary.length).map(({ name, shape, init }) => ({
    name,
    shape,
    values: initialise(init, shape, generator),
  }));
  const rate = learningRateAt(spec.train.lr, 0);
  const { model, train } = spec;
  const trained = SIMD.create({ model, train, dataset, tensors });
  for (let step = 0; step < steps; step++) stepOf(trained, draw(), rate);

  const watched = engine.create({ model, train, dataset, tensors: trained.tensors() });
  const batch = draw();
  const pass = kept(watched.probe(pickExamples(dataset.train, batch)));
  stepOf(watched, batch, rate);
  const after = new Map(watched.tensors().map(({ name, values }) => [name, values]));
  watched.dispose();
  return { pass, batch, after };
}

/** A pass that outlives the next call of its engine. */
function kept({ layers, parameters, ...rest }: NetworkPass): NetworkPass {
  const copy = <P extends Pass>(pass: P): P => ({
    ...pass,
    values: pass.values.slice(),
    gradient: pass.gradient.slice(),
  });
  return {
    ...rest,
    parameters: parameters.map(copy),
    layers: layers.map((layer) => ({
      ...layer,
      linear: copy(layer.linear),
      preactivation: copy(layer.preactivation),
      activation: copy(layer.activation),
      stream: layer.stream && copy(layer.stream),
    })),
  };
}

/** Everything a pass says of its layers, by name. */
export function seenIn({ layers, parameters }: NetworkPass): ReadonlyMap<string, Pass> {
  return new Map<string, Pass>([
    ...layers.flatMap(({ name, linear, preactivation, activation, stream }): [string, Pass][] => [
      [`${name} linear`, linear],
      [`${name} preactivation`, preactivation],
      [`${name} activation`, activation],
      ...(stream === null ? [] : [[`${name} stream`, stream] satisfies [string, Pass]]),
    ]),
    ...parameters.map((parameter): [string, Pass] => [parameter.name, parameter]),
  ]);
}
