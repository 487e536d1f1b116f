import type { Dataset, Examples } from "../data/dataset.ts";
import type { Engine, LoadedEngine, Tensor, ThreadTeam } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { initialise } from "../init/initialise.ts";
import { learningRateAt } from "../learning-rate.ts";
import { hasBatchNorm } from "../model/layer-list.ts";
import { planParameters } from "../model/parameters.ts";
import type { Probe } from "../probe/probe.ts";
import { probeBatch } from "../probe/probe-batch.ts";
import { summarise } from "../probe/summarise.ts";
import { TorchGenerator } from "../random/torch-generator.ts";
import type { Evaluation, Parameter, RunSpec, Split, Statistics } from "../spec.ts";
import { encodeSafetensors } from "../weights/safetensors.ts";
import { type Checkpoint, CheckpointError, trainedWeights } from "./checkpoint.ts";
import { sampleNames } from "./sample-names.ts";

/** Where steps are recorded: row i of a chunk is step `trainer.step + i` at the time of the call. */
export type StepBuffer = {
  readonly loss: Float64Array;
  readonly lr: Float64Array;
  /** `[capacity, parameters]` */
  readonly ratios: Float32Array;
  /** `[capacity, metrics of the run]`; needed where it has any. */
  readonly metrics?: Float64Array;
};

type TrainerOptions = {
  /** What trains; `simd` unless given. */
  readonly engine?: LoadedEngine;
  /** The checkpoint to go on from, instead of initialisation. */
  readonly checkpoint?: Checkpoint | null;
  /** Threads that the run may ever be computed by; 1 unless given. */
  readonly mostThreads?: number | undefined;
};

/** One run: draws its initial tensors, then its mini-batches, from one generator, and trains. */
export class Trainer {
  readonly parameters: readonly Parameter[];
  readonly #spec: RunSpec;
  readonly #dataset: Dataset;
  readonly #generator: TorchGenerator;
  readonly #engine: Engine;
  readonly #batch: Int32Array;
  /** The learning rate of each parameter at the current step. */
  readonly #rates: Float64Array;
  #step = 0;
  #divergedAt: number | null = null;
  #probeBatch: Examples | null = null;
  /** Moments of the training set by layer, and the step at which they were measured. */
  #trainset: { readonly step: number; readonly moments: ReturnType<Engine["moments"]> } | null =
    null;

  /** @throws CheckpointError - the checkpoint is not one of such a run */
  constructor(
    spec: RunSpec,
    dataset: Dataset,
    { engine = SIMD, checkpoint = null, mostThreads }: TrainerOptions = {},
  ) {
    this.#spec = spec;
    this.#dataset = dataset;
    this.#batch = new Int32Array(spec.train.batchSize);
    const { model, train } = spec;
    let tensors: readonly Tensor[];
    if (checkpoint === null) {
      const generator = new TorchGenerator(spec.seed);
      tensors = planParameters(spec, dataset.vocabulary.length).map(({ name, shape, init }) => ({
        name,
        shape,
        values: initialise(init, shape, generator),
      }));
      this.#generator = generator;
    } else {
      const trained = trainedWeights(checkpoint.weights, model);
      if (trained.vocabulary.join() !== dataset.vocabulary.join()) {
        throw new CheckpointError("the checkpoint has another vocabulary than the data");
      }
      tensors = trained.tensors;
      this.#generator = generatorOf(checkpoint, train.steps);
      this.#step = checkpoint.step;
    }
    this.#engine = engine.create({ model, train, dataset, tensors, mostThreads });
    this.parameters = this.#engine.parameters;
    this.#rates = new Float64Array(this.parameters.length);
  }

  /** The threads that compute; null where there is never more than one. */
  get team(): ThreadTeam | null {
    return this.#engine.team;
  }

  /** Updates made so far. */
  get step(): number {
    return this.#step;
  }

  /** The first step whose loss is not finite; training ends there. */
  get divergedAt(): number | null {
    return this.#divergedAt;
  }

  /** Whether all steps are made, or the run has diverged. */
  get isDone(): boolean {
    return this.#divergedAt !== null || this.#step >= this.#spec.train.steps;
  }

  /**
   * Makes up to `count` steps and records each. Stops at the first loss that is not finite, which is
   * recorded too.
   *
   * @param rows - first row of `buffer` to write
   * @returns the steps made
   */
  advance(buffer: StepBuffer, count: number, rows = 0): number {
    const { lr, steps } = this.#spec.train;
    const batch = this.#batch;
    const examples = this.#dataset.train.count;
    const last = Math.min(this.#step + count, steps);
    let row = rows;
    while (this.#step < last && this.#divergedAt === null) {
      this.#generator.randints(examples, batch);
      const rate = learningRateAt(lr, this.#step);
      this.#rates.fill(rate);
      const record = { ratios: buffer.ratios, metrics: buffer.metrics ?? NONE, width: 0, row };
      const loss = this.#engine.step(batch, this.#rates, record);
      buffer.loss[row] = loss;
      buffer.lr[row] = rate;
      if (!Number.isFinite(loss)) this.#divergedAt = this.#step;
      this.#step++;
      row++;
    }
    return row - rows;
  }

  /** Every split under every kind of statistics that the model has. */
  evaluate(): Evaluation[] {
    if (!hasBatchNorm(this.#spec.model)) return this.#evaluateAs("none", SPLITS);
    this.#engine.normaliseBy(this.#dataset.train);
    this.#trainset = { step: this.#step, moments: this.#engine.moments() };
    const trainset = this.#evaluateAs("trainset", SPLITS);
    this.#engine.normaliseBy("running");
    const running = this.#evaluateAs("running", SPLITS);
    const batch = SPLITS.flatMap((split) => {
      // The training split's own statistics are those of the training set.
      if (split === "train") return trainset.slice(0, 1);
      this.#engine.normaliseBy(this.#dataset[split]);
      return this.#evaluateAs("batch", [split]);
    }).map((evaluation) => ({ ...evaluation, statistics: "batch" as const }));
    return [...batch, ...trainset, ...running];
  }

  /** Loss of the validation split as it counts for a run: with running statistics where there is batch norm. */
  validate(): Evaluation {
    const hasNorm = hasBatchNorm(this.#spec.model);
    if (hasNorm) this.#engine.normaliseBy("running");
    const loss = this.#engine.evaluate(this.#dataset.valid);
    return { split: "valid", statistics: hasNorm ? "running" : "none", loss };
  }

  #evaluateAs(statistics: Statistics, splits: readonly Split[]): Evaluation[] {
    return splits.map((split) => ({
      split,
      statistics,
      loss: this.#engine.evaluate(this.#dataset[split]),
    }));
  }

  /**
   * Probes the network; training is not touched. The examples are the same at every step of every
   * run on these data. Moments of the training set are there if it has been evaluated at this step.
   *
   * @param threshold - where tanh counts as saturated
   */
  probe(threshold: number): Probe {
    this.#probeBatch ??= probeBatch(this.#dataset.train);
    const trainset = this.#trainset?.step === this.#step ? this.#trainset.moments : new Map();
    const pass = this.#engine.probe(this.#probeBatch);
    return summarise(pass, { step: this.#step, threshold, trainset });
  }

  /** Names drawn from the model as it is now; training is not touched. */
  sample(count: number, seed: number): string[] {
    const { vocabulary, context } = this.#dataset;
    return sampleNames(this.#engine, { vocabulary, context, count, seed });
  }

  /** All parameters and running statistics as safetensors bytes, the vocabulary in the metadata. */
  weights(): Uint8Array {
    return encodeSafetensors({
      tensors: this.#engine.tensors(),
      metadata: { vocabulary: JSON.stringify(this.#dataset.vocabulary) },
    });
  }

  /** All that a trainer of the same run needs to go on from here with the same bits. */
  checkpoint(): Checkpoint {
    const state = { step: this.#step, generator: this.#generator.state() };
    return { step: this.#step, weights: this.weights(), state };
  }

  /** Frees what the engine holds; the trainer is not used afterwards. */
  dispose(): void {
    this.#engine.dispose();
  }
}

function generatorOf({ step, state }: Checkpoint, steps: number): TorchGenerator {
  if (state.step !== step || step > steps) {
    throw new CheckpointError(
      `a checkpoint at step ${step} (its state: ${state.step}) is none of a run of ${steps} steps`,
    );
  }
  try {
    return TorchGenerator.fromState(state.generator);
  } catch (cause) {
    throw new CheckpointError("the checkpoint has no state of the generator", { cause });
  }
}

const NONE = new Float64Array();

const SPLITS: readonly Split[] = ["train", "valid", "test"];
