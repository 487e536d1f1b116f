import * as tf from "@tensorflow/tfjs";
import { weightDecaysOf } from "../../../optimizers/groups.ts";
import {
  type KeptState,
  keptStates,
  PLAIN_SGD,
  stateName,
} from "../../../optimizers/optimizers.ts";
import type { OptimizerSpec, Parameter } from "../../../spec.ts";
import type { EngineOptions, Tensor } from "../../engine.ts";
import { floats, valuesOf, type Weights } from "../weights.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { lion } from "./lion.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";
import type { Update, UpdateRule } from "./update.ts";

function ruleOf(spec: OptimizerSpec): UpdateRule {
  switch (spec.name) {
    case "sgd":
      return sgd(spec);
    case "adam":
    case "adamw":
      return adam(spec);
    case "rmsprop":
      return rmsprop(spec);
    case "adagrad":
      return adagrad(spec);
    case "lion":
      return lion(spec);
  }
}

type Options = Pick<EngineOptions, "train" | "optimizerTensors" | "updates">;

/** Updates parameters, and keeps what the optimiser keeps of them. */
export class Optimizer {
  readonly #parameters: readonly Parameter[];
  readonly #rule: UpdateRule;
  readonly #states: readonly KeptState[];
  readonly #weightDecays: Float64Array;
  /** By parameter, then by state. */
  readonly #kept: (readonly tf.Tensor[])[];
  #updates: number;

  constructor(parameters: readonly Parameter[], { train, optimizerTensors, updates = 0 }: Options) {
    const { optimizer = PLAIN_SGD } = train;
    this.#parameters = parameters;
    this.#rule = ruleOf(optimizer);
    this.#states = keptStates(optimizer);
    this.#weightDecays = weightDecaysOf(parameters, train);
    this.#updates = updates;
    const startOf = (parameter: Parameter, state: KeptState) =>
      optimizerTensors === undefined
        ? new Float32Array(parameter.size).fill(state.start)
        : valuesOf(stateName(parameter, state), optimizerTensors);
    this.#kept = parameters.map((parameter) =>
      this.#states.map((state) => tf.tensor(startOf(parameter, state), [...parameter.shape])),
    );
  }

  /**
   * Updates every parameter. Call it in a scope of tensors.
   *
   * @param ratios - receives the update:data ratio of each
   */
  step(
    weights: Weights,
    gradients: readonly tf.Tensor[],
    { rates, ratios }: { readonly rates: Float64Array; readonly ratios: Float32Array },
  ): void {
    this.#updates++;
    for (const [p, gradient] of gradients.entries()) {
      const value = weights.values[p];
      if (value === undefined) continue;
      const kept = this.#kept[p] ?? [];
      const rate = rates[p] ?? 0;
      const weightDecay = this.#weightDecays[p] ?? 0;
      const update = this.#rule({ value, gradient, kept, rate, weightDecay, t: this.#updates });
      const before = update.shrunk === 0 ? value : tf.mul(value, 1 - update.shrunk);
      const after = tf.sub(before, update.subtracted);
      ratios[p] = unbiasedStd(wholeUpdate(value, update)) / unbiasedStd(floats(after));
      this.#keep(p, update.kept);
      weights.replace(p, after);
    }
  }

  /** Copies of all that is kept. */
  tensors(): Tensor[] {
    return this.#parameters.flatMap((parameter, p) =>
      this.#states.flatMap((state, s) => {
        const tensor = this.#kept[p]?.[s];
        if (tensor === undefined) return [];
        const { shape } = parameter;
        return { name: stateName(parameter, state), shape, values: floats(tensor).slice() };
      }),
    );
  }

  dispose(): void {
    for (const tensors of this.#kept) tf.dispose([...tensors]);
  }

  #keep(p: number, after: readonly tf.Tensor[]): void {
    const before = this.#kept[p] ?? [];
    this.#kept[p] = after.map((tensor) => tf.keep(tensor));
    for (const tensor of before) if (!after.includes(tensor)) tensor.dispose();
  }
}

/** All that is subtracted from a value, decoupled weight decay included. */
function wholeUpdate(value: tf.Tensor, { shrunk, subtracted }: Update): Float32Array {
  return floats(shrunk === 0 ? subtracted : tf.add(tf.mul(value, shrunk), subtracted));
}

/**
 * Returns the unbiased standard deviation, summed in doubles as deviations from the first value: exactly 0 for a
 * constant tensor, NaN for a tensor of one element.
 */
function unbiasedStd(values: Float32Array): number {
  const [first = 0] = values;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = (values[i] ?? 0) - first;
    sum += deviation;
    squares += deviation * deviation;
  }
  const variance = (squares - (sum * sum) / values.length) / (values.length - 1);
  return Math.sqrt(Math.max(variance, 0));
}
