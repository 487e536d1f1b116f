import { readFileSync } from "node:fs";
import type { Engine } from "../src/engines/engine.ts";
import {
  buildDataset,
  type Dataset,
  type InitScheme,
  type LoadedEngine,
  modelOf,
  parseNames,
  type RunSpec,
  type ShortForm,
  Trainer,
} from "../src/index.ts";

export const zeros: InitScheme = { scheme: "zeros", scale: 1 };
export const ones: InitScheme = { scheme: "ones", scale: 1 };

export function normal(std: number, scale = 1): InitScheme {
  return { scheme: "normal", std, scale };
}

export function kaiming(gain: number, scale = 1): InitScheme {
  return { scheme: "kaiming", gain, mode: "fan_in", distribution: "normal", scale };
}

export const namesFile: URL = new URL("../../../data/names.txt", import.meta.url);

/** The project's names with a context of three characters. */
export function makeNames(): Dataset {
  return buildDataset(parseNames(readFileSync(namesFile)).names, { context: 3, shuffleSeed: 42 });
}

const FEW = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "zoe", "noah", "liam", "leo"];

/** Ten names, for what needs no statistics. */
export function makeFewNames(context: number): Dataset {
  return buildDataset(FEW, { context, shuffleSeed: 1 });
}

export type SpecChanges = {
  readonly model?: Partial<ShortForm>;
  readonly init?: Partial<RunSpec["init"]>;
  readonly train?: Partial<RunSpec["train"]>;
  readonly seed?: number;
};

/** A small two-layer run, changed as asked. */
export function makeSpec({ model, init, train, seed = 7 }: SpecChanges = {}): RunSpec {
  const layer = { weight: kaiming(1), bias: zeros, gamma: ones, beta: zeros };
  return {
    model: modelOf({
      context: 3,
      embedding: 4,
      hidden: [16],
      activation: "tanh",
      bias: true,
      batchNorm: "none",
      ...model,
    }),
    init: { embedding: normal(1), hidden: layer, output: layer, ...init },
    train: { steps: 50, batchSize: 8, lr: [{ step: 0, rate: 0.1 }], l2: 0, ...train },
    seed,
    shuffleSeed: 42,
  };
}

/** Makes one step with the same rate for every parameter; returns its loss and its ratios. */
export function stepOf(
  engine: Engine,
  batch: Int32Array,
  rate: number,
): { readonly loss: number; readonly ratios: Float32Array; readonly metrics: Float64Array } {
  const count = engine.parameters.length;
  const width = engine.metrics.length;
  const [ratios, metrics] = [new Float32Array(count), new Float64Array(width)];
  const rates = new Float64Array(count).fill(rate);
  const loss = engine.step(batch, rates, { ratios, metrics, width, row: 0 });
  return { loss, ratios, metrics };
}

export type History = {
  readonly trainer: Trainer;
  readonly loss: Float64Array;
  readonly ratios: Float32Array;
};

/** Trains to the end (or to divergence) and returns everything recorded. */
export function trainAll(spec: RunSpec, dataset: Dataset, engine?: LoadedEngine): History {
  const trainer = new Trainer(spec, dataset, engine === undefined ? {} : { engine });
  const { steps } = spec.train;
  const loss = new Float64Array(steps);
  const ratios = new Float32Array(steps * trainer.parameters.length);
  const made = trainer.advance({ loss, lr: new Float64Array(steps), ratios }, steps);
  return { trainer, loss: loss.subarray(0, made), ratios };
}
