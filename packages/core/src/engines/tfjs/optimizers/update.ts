import type * as tf from "@tensorflow/tfjs";

/** What an optimiser knows of one parameter at one step. */
export type Given = {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** What it keeps of the parameter, in the order of `keptStates`. */
  readonly kept: readonly tf.Tensor[];
  readonly rate: number;
  readonly weightDecay: number;
  /** The number of this update, from 1 on. */
  readonly t: number;
};

/** What an optimiser makes of one parameter at one step. */
export type Update = {
  /** What is subtracted from the value. */
  readonly subtracted: tf.Tensor;
  /** The share of the value that is subtracted beforehand: decoupled weight decay. */
  readonly shrunk: number;
  /** What it keeps from now on. */
  readonly kept: readonly tf.Tensor[];
};

/** One update of one parameter, in the order of PyTorch 1.13's operations (`foreach=False`). */
export type UpdateRule = (given: Given) => Update;
