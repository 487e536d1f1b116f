import type { Examples } from "../data/dataset.ts";
import { type Engine, type LoadedEngine, MOST_PROBE_EXAMPLES } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { hasBatchNorm } from "../model/layer-list.ts";
import { planNetwork } from "../model/plan-network.ts";
import type { RunSpec } from "../spec.ts";
import { trainedWeights } from "../train/checkpoint.ts";
import type { LayerPass, UnitMoments } from "./network-pass.ts";
import { pickExamples } from "./probe-batch.ts";

type TrainedNetworkOptions = {
  /** What computes; `simd` unless given. */
  readonly engine?: LoadedEngine;
  /** What it was trained by: the size of its batches decides in which order an engine adds. */
  readonly spec: Pick<RunSpec, "model" | "train">;
  /** Safetensors bytes of `Trainer.weights`, which carry the vocabulary. */
  readonly weights: Uint8Array;
};

/** A network with the weights of a run, for one look at what it makes of some contexts. */
export class TrainedNetwork {
  /** Token index to character, the end marker first. */
  readonly vocabulary: readonly string[];
  /** Whether it normalises over the examples that it is given. */
  readonly hasBatchNorm: boolean;
  /** Names of its layers. */
  readonly layers: readonly string[];
  /** Examples that one pass takes. */
  readonly most: number = MOST_PROBE_EXAMPLES;
  readonly #engine: Engine;
  readonly #context: number;

  /** @throws CheckpointError - the weights are not those of such a model */
  constructor({ engine: { create } = SIMD, spec, weights }: TrainedNetworkOptions) {
    const { model, train } = spec;
    const { tensors, vocabulary } = trainedWeights(weights, model);
    const none = { count: 0, contexts: new Uint16Array(), targets: new Uint16Array() };
    this.vocabulary = vocabulary;
    this.layers = planNetwork(model, vocabulary.length).layers.map(({ name }) => name);
    this.hasBatchNorm = hasBatchNorm(model);
    this.#context = model.context;
    this.#engine = create({ model, train, dataset: { train: none, vocabulary }, tensors });
  }

  /** Returns the logits of each context, under running statistics. */
  logits({ count, contexts }: Examples): readonly Float32Array[] {
    const T = this.#context;
    return Array.from({ length: count }, (_, i) => {
      const logits = new Float32Array(this.vocabulary.length);
      this.#engine.predict(contexts.subarray(i * T, (i + 1) * T), logits);
      return logits;
    });
  }

  /**
   * Returns what the examples make of a layer, some of them at a time. With batch norm they all have to be normalised
   * together: only `MOST_PROBE_EXAMPLES` may be given, at least 2.
   */
  *passes(examples: Examples, layer: string): Generator<LayerPass> {
    for (let start = 0; start < examples.count; start += MOST_PROBE_EXAMPLES) {
      const count = Math.min(MOST_PROBE_EXAMPLES, examples.count - start);
      const some = pickExamples(
        examples,
        Int32Array.from({ length: count }, (_, i) => start + i),
      );
      const pass = this.#engine.probe(some).layers.find(({ name }) => name === layer);
      if (pass !== undefined) yield pass;
    }
  }

  /** Frees what the engine holds; the network is not used afterwards. */
  dispose(): void {
    this.#engine.dispose();
  }
}

/** Mean and std of each unit over rows that come some at a time, in doubles. */
export class RunningUnitMoments {
  readonly #units: number;
  readonly #mean: Float64Array;
  /** Sum of squared deviations from the mean. */
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(units: number) {
    this.#units = units;
    this.#mean = new Float64Array(units);
    this.#squares = new Float64Array(units);
  }

  /** @param values - `[rows, units]` */
  take(values: Float32Array): void {
    for (let start = 0; start < values.length; start += this.#units) {
      this.#rows += 1;
      for (let unit = 0; unit < this.#units; unit++) {
        const before = (values[start + unit] ?? 0) - (this.#mean[unit] ?? 0);
        const mean = (this.#mean[unit] ?? 0) + before / this.#rows;
        this.#mean[unit] = mean;
        const after = (values[start + unit] ?? 0) - mean;
        this.#squares[unit] = (this.#squares[unit] ?? 0) + before * after;
      }
    }
  }

  /** The unbiased std; NaN of a single row. */
  moments(): UnitMoments {
    const rows = this.#rows;
    return {
      mean: Float32Array.from(this.#mean),
      std: Float32Array.from(this.#squares, (sum) => Math.sqrt(sum / (rows - 1))),
    };
  }
}
