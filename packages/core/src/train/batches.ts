import { type GeneratorState, TorchGenerator } from "../random/torch-generator.ts";
import type { BatchesSpec, TrainSpec } from "../spec.ts";

/**
 * A place in the stream of batches. `taken`: examples that the current epoch has given away, missing where none has begun;
 * the generator is then where it was before the epoch's permutation.
 */
export type BatchesState = { readonly generator: GeneratorState; readonly taken?: number };

const SAMPLE: BatchesSpec = { from: "sample" };

/** The mini-batches of a run: indices of training examples, drawn from its generator. */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #spec: BatchesSpec;
  readonly #generator: TorchGenerator;
  readonly #batch: Int32Array;
  #epoch: Epoch | null = null;

  /** @param generator - where the first batch begins; nothing else draws from it afterwards */
  constructor(generator: TorchGenerator, options: BatchesOptions) {
    this.#options = options;
    this.#spec = options.batches ?? SAMPLE;
    this.#generator = generator;
    this.#batch = new Int32Array(options.batchSize);
  }

  /** @throws RangeError - this is no state of such batches */
  static fromState({ generator, taken }: BatchesState, options: BatchesOptions): Batches {
    const batches = new Batches(TorchGenerator.fromState(generator), options);
    const isEpochs = batches.#spec.from === "epochs";
    if (taken === undefined) return batches;
    if (!isEpochs || !Number.isInteger(taken) || taken < 0 || taken > options.examples) {
      throw new RangeError(`${taken} of ${options.examples} examples are no place in an epoch`);
    }
    batches.#begin().taken = taken;
    return batches;
  }

  /** Returns the next batch, valid until the one after it. */
  next(): Int32Array {
    if (this.#spec.from === "sample") {
      this.#generator.randints(this.#options.examples, this.#batch);
      return this.#batch;
    }
    const size = this.#batch.length;
    let epoch = this.#epoch ?? this.#begin();
    const left = epoch.order.length - epoch.taken;
    if (left < (this.#spec.last === "drop" ? size : 1)) epoch = this.#begin();
    const begin = epoch.taken;
    epoch.taken = Math.min(begin + size, epoch.order.length);
    return epoch.order.subarray(begin, epoch.taken);
  }

  /** Returns what `next` will, and leaves it to come. */
  peek(): Int32Array {
    return Batches.fromState(this.state(), this.#options).next();
  }

  state(): BatchesState {
    const { generator, taken } = this.#epoch ?? { generator: this.#generator.state() };
    return taken === undefined ? { generator } : { generator, taken };
  }

  #begin(): Epoch {
    const generator = this.#generator.state();
    const order = this.#generator.randperm(this.#options.examples);
    this.#epoch = { generator, order, taken: 0 };
    return this.#epoch;
  }
}

type BatchesOptions = Pick<TrainSpec, "batchSize" | "batches"> & {
  /** Training examples that there are. */
  readonly examples: number;
};

type Epoch = {
  /** Where the permutation was drawn. */
  readonly generator: GeneratorState;
  readonly order: Int32Array;
  taken: number;
};
