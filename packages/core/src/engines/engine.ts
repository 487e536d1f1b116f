import type { Examples } from "../data/dataset.ts";
import type { Parameter } from "../spec.ts";

/** A named float32 tensor, row-major. */
export type Tensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/**
 * A model in training. What implements this knows nothing of schedules, seeds or files; what calls it
 * knows nothing of memory layout or kernels.
 */
export interface Engine {
  readonly name: string;
  readonly parameters: readonly Parameter[];

  /**
   * One SGD step on the training examples `batch`.
   *
   * @param batch - indices of training examples; `[B]`
   * @param ratios - receives every parameter's update:data ratio from `offset` on; `[parameters]`
   * @returns the loss before the update, in nats, l2 terms included
   */
  step(batch: Int32Array, lr: number, ratios: Float32Array, offset: number): number;

  /**
   * Sets what batch norm normalises with in `evaluate`: the moments of all these examples, layer by
   * layer, or the running statistics. Training is not touched.
   */
  normaliseBy(source: Examples | "running"): void;

  /** Mean cross-entropy of all examples under the statistics set last, in nats. */
  evaluate(examples: Examples): number;

  /**
   * Logits of one context under running statistics.
   *
   * @param context - token indices; `[T]`
   * @param logits - receives them; `[V]`
   */
  predict(context: ArrayLike<number>, logits: Float32Array): void;

  /** Copies of all parameters, then of batch norm's running statistics. */
  tensors(): Tensor[];
}
