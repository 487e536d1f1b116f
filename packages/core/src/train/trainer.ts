import type { Dataset, Examples } from "../data/dataset.ts";
import type { Engine, LoadedEngine, ThreadTeam } from "../engines/engine.ts";
import { SIMD } from "../engines/load-engine.ts";
import { hasBatchNorm } from "../model/layer-list.ts";
import type { Probe } from "../probe/probe.ts";
import {
  PROBE_EXAMPLES,
  type ProbeExamples,
  pickExamples,
  probeBatch,
} from "../probe/probe-batch.ts";
import { summarise } from "../probe/summarise.ts";
import type { TorchGenerator } from "../random/torch-generator.ts";
import type { Evaluation, Parameter, RunSpec, Split, Statistics } from "../spec.ts";
import { encodeSafetensors } from "../weights/safetensors.ts";
import type { Batches } from "./batches.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { begun, goneOn } from "./place.ts";
import { Rates } from "./rates.ts";
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
  /** Measures the gradient's norm where there is no clipping either. */
  readonly measuresGradient?: boolean | undefined;
};

/** One run: draws its initial tensors, then its mini-batches, from one generator, and trains. */
export class Trainer {
  readonly parameters: readonly Parameter[];
  /** What each step records beside its loss and its ratios, in the order of `StepBuffer.metrics`. */
  readonly metrics: readonly string[];
  readonly #spec: RunSpec;
  readonly #dataset: Dataset;
  readonly #engine: Engine;
  readonly #batches: Batches;
  /** Draws the masks of dropout; null where there is none. */
  readonly #masks: TorchGenerator | null;
  readonly #rates: Rates;
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
    { engine = SIMD, checkpoint = null, ...how }: TrainerOptions = {},
  ) {
    this.#spec = spec;
    this.#dataset = dataset;
    const { model, train } = spec;
    const { tensors, optimizerTensors, batches, masks, updates } =
      checkpoint === null ? begun(spec, dataset) : goneOn(checkpoint, spec, dataset);
    this.#step = updates;
    this.#batches = batches;
    this.#masks = masks;
    const state = { tensors, optimizerTensors, updates, masks: masks ?? undefined };
    this.#engine = engine.create({ model, train, dataset, ...state, ...how });
    this.parameters = this.#engine.parameters;
    this.#rates = new Rates(this.parameters, train);
    this.metrics = [...this.#engine.metrics, ...this.#rates.metrics];
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
    const last = Math.min(this.#step + count, this.#spec.train.steps);
    const { ratios, metrics = NONE } = buffer;
    const width = this.metrics.length;
    const groupsAt = this.#engine.metrics.length;
    let row = rows;
    while (this.#step < last && this.#divergedAt === null) {
      const rate = this.#rates.at(this.#step);
      const record = { ratios, metrics, width, row };
      const loss = this.#engine.step(this.#batches.next(), this.#rates.values, record);
      this.#rates.record(metrics, row * width + groupsAt);
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
   * Probes the network; training is not touched. Moments of the training set are there if it has been evaluated at this
   * step.
   *
   * @param threshold - where tanh counts as saturated
   * @param of - a number of examples, which are the same at every step of every run on these data; or `batch`: those
   * that the next step takes, or would take
   */
  probe(threshold: number, of: ProbeExamples = PROBE_EXAMPLES): Probe {
    const trainset = this.#trainset?.step === this.#step ? this.#trainset.moments : new Map();
    const pass = this.#engine.probe(this.#probed(of));
    return summarise(pass, { step: this.#step, threshold, trainset });
  }

  #probed(of: ProbeExamples): Examples {
    const { train } = this.#dataset;
    if (of === "batch") return pickExamples(train, this.#batches.peek());
    const known = this.#probeBatch;
    const picked = known?.count === of ? known : probeBatch(train, of);
    this.#probeBatch = picked;
    return picked;
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
    const step = this.#step;
    return {
      step,
      weights: this.weights(),
      optimizer: this.#engine.optimizerTensors(),
      state: {
        step,
        ...this.#batches.state(),
        ...(this.#masks === null ? {} : { dropout: this.#masks.state() }),
      },
    };
  }

  /** Frees what the engine holds; the trainer is not used afterwards. */
  dispose(): void {
    this.#engine.dispose();
  }
}

const NONE = new Float64Array();

const SPLITS: readonly Split[] = ["train", "valid", "test"];
