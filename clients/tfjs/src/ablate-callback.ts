import { type RecordOptions, Run } from "./run.ts";
import type { Model, Tensor, TensorFlowLayers } from "./tensorflow.ts";

export type CallbackOptions = RecordOptions & {
  /** TensorFlow.js as the model was made with: `import * as tf from "@tensorflow/tfjs-node"`. */
  readonly tf: TensorFlowLayers;
};

/** Numbers that a fit has at the end of a batch or an epoch. */
export type FitLogs = Readonly<Record<string, number | Tensor>>;

/** What a fit says in its numbers beside what it measures. */
const COUNTS: ReadonlySet<string> = new Set(["batch", "size", "epoch", "loss"]);

/**
 * Records `model.fit` and `model.fitDataset`: give it in `callbacks`. A fit that gets an object as its first callback
 * takes the functions out of all: these know what they belong to.
 */
export class AblateCallback {
  validationData: unknown = null;
  params: Readonly<Record<string, unknown>> = {};
  model: Model | null = null;
  readonly #options: CallbackOptions;
  #run: Run | null = null;
  /** A run that goes on with the next fit. */
  #before: { readonly id: string; readonly steps: number } | null = null;

  constructor(options: CallbackOptions) {
    this.#options = options;
    // A fit gives the model to what is of its own class alone.
    Object.setPrototypeOf(this, options.tf.Callback.prototype);
  }

  readonly setParams = (params: Readonly<Record<string, unknown>>): void => {
    this.params = params;
  };

  readonly setModel = (model: Model): void => {
    this.model = model;
  };

  readonly onTrainBegin = async (): Promise<void> => {
    const { tf, ...options } = this.#options;
    const { model } = this;
    const optimizer = model?.optimizer ?? null;
    this.#run = new Run(tf, { from: model ?? [], optimizer }, options, this.#before);
  };

  readonly onTrainEnd = async (): Promise<void> => {
    const run = this.#run;
    if (run === null) return;
    const { id, steps } = run;
    if (id !== null) this.#before = { id: this.#before?.id ?? id, steps };
    await run.finish();
  };

  readonly onEpochBegin = async (): Promise<void> => {};

  /** Numbers of validation keep their names; those of training are means over the epoch. */
  readonly onEpochEnd = async (epoch: number, logs: FitLogs = {}): Promise<void> => {
    const named = Object.entries(logs)
      .filter(([name]) => name !== "epoch")
      .map(([name, value]) => [name.startsWith("val_") ? name : `epoch_${name}`, value] as const);
    this.#run?.log({ ...Object.fromEntries(named), epoch: epoch + 1 });
  };

  readonly onBatchBegin = async (): Promise<void> => {};

  readonly onBatchEnd = async (_batch: number, logs: FitLogs = {}): Promise<void> => {
    const { loss = Number.NaN } = logs;
    const measures = Object.entries(logs).filter(([name]) => !COUNTS.has(name));
    this.#run?.step(loss, Object.fromEntries(measures));
  };

  readonly onYield = async (): Promise<void> => {};
}
