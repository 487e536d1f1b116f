import * as tf from "@tensorflow/tfjs";
import type { Parameter } from "../../spec.ts";
import type { Tensor } from "../engine.ts";

/** The parameters of a model as tensors of the backend. */
export class Weights {
  readonly parameters: readonly Parameter[];
  /** The tensors in the order of the parameters; replaced by every `descend`. */
  readonly values: tf.Tensor[];
  #rate: { readonly lr: number; readonly scalar: tf.Scalar } | null = null;

  /** @param tensors - with one for each of the parameters */
  constructor(parameters: readonly Parameter[], tensors: readonly Tensor[]) {
    const values = parameters.map(({ name }) => {
      const tensor = tensors.find((one) => one.name === name);
      if (tensor === undefined) throw new RangeError(`tfjs: ${name} is missing`);
      return tensor.values.slice();
    });
    this.parameters = parameters;
    this.values = parameters.map(({ shape }, i) => tf.tensor(values[i] ?? [], [...shape]));
  }

  /** `[fan_in, fan_out]` */
  matrix(name: string): tf.Tensor2D {
    return this.#named(name) as tf.Tensor2D;
  }

  /** `[n]` */
  vector(name: string): tf.Tensor1D {
    return this.#named(name) as tf.Tensor1D;
  }

  /**
   * `p -= lr * grad`.
   *
   * @param ratios - receives every update:data ratio from `offset` on
   */
  descend(gradients: readonly tf.Tensor[], lr: number, ratios: Float32Array, offset: number): void {
    const rate = this.#scalar(lr);
    for (const [p, gradient] of gradients.entries()) {
      const before = this.values[p];
      if (before === undefined) continue;
      const update = tf.mul(gradient, rate);
      const after = tf.keep(tf.sub(before, update));
      ratios[offset + p] = unbiasedStd(floats(update)) / unbiasedStd(floats(after));
      this.values[p] = after;
      before.dispose();
    }
  }

  /** Copies of all parameters. */
  tensors(): Tensor[] {
    return this.parameters.map(({ name, shape }) => ({
      name,
      shape,
      values: floats(this.#named(name)).slice(),
    }));
  }

  dispose(): void {
    tf.dispose(this.values);
    this.#rate?.scalar.dispose();
  }

  #named(wanted: string): tf.Tensor {
    const value = this.values[this.parameters.findIndex(({ name }) => name === wanted)];
    if (value === undefined) throw new RangeError(`tfjs: ${wanted} is missing`);
    return value;
  }

  /** The rate as a tensor, made again only when it changes. */
  #scalar(lr: number): tf.Scalar {
    if (this.#rate?.lr !== lr) {
      this.#rate?.scalar.dispose();
      this.#rate = { lr, scalar: tf.keep(tf.scalar(lr)) };
    }
    return this.#rate.scalar;
  }
}

/** Reads a tensor's values: a view that lives as long as the tensor. */
export function floats(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<"float32">();
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
