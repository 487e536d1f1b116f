import * as tf from "@tensorflow/tfjs";
import type { Parameter } from "../../spec.ts";
import type { Tensor } from "../engine.ts";

/** The parameters of a model as tensors of the backend. */
export class Weights {
  readonly parameters: readonly Parameter[];
  /** The tensors in the order of the parameters. */
  readonly values: tf.Tensor[];

  /** @param tensors - with one for each of the parameters */
  constructor(parameters: readonly Parameter[], tensors: readonly Tensor[]) {
    const values = parameters.map(({ name }) => valuesOf(name, tensors));
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

  /** Puts another tensor in the place of that of parameter `p`, which is disposed. */
  replace(p: number, after: tf.Tensor): void {
    this.values[p]?.dispose();
    this.values[p] = tf.keep(after);
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
  }

  #named(wanted: string): tf.Tensor {
    const value = this.values[this.parameters.findIndex(({ name }) => name === wanted)];
    if (value === undefined) throw new RangeError(`tfjs: ${wanted} is missing`);
    return value;
  }
}

/** A copy of the values of the tensor that is called `name`. */
export function valuesOf(name: string, tensors: readonly Tensor[]): Float32Array {
  const tensor = tensors.find((one) => one.name === name);
  if (tensor === undefined) throw new RangeError(`tfjs: ${name} is missing`);
  return tensor.values.slice();
}

/** Reads a tensor's values: a view that lives as long as the tensor. */
export function floats(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<"float32">();
}
