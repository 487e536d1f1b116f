import * as tf from "@tensorflow/tfjs";

/** An operation together with its gradient, as `withGradient` takes it. */
type Differentiable<T extends tf.Tensor> = {
  readonly value: T;
  /** What the gradient needs of the forward pass beside the operation's inputs. */
  readonly saved?: readonly tf.Tensor[];
  /** The gradient of each input, in their order, from that of the value. */
  readonly gradient: (dy: T, saved: readonly tf.Tensor[]) => tf.Tensor[];
};

/**
 * Runs `forward` as one operation of the tape: its backward pass is `gradient`, not what automatic
 * differentiation would make of the operations inside. Inputs are kept by who made them.
 *
 * @param inputs - what gradients are wanted of
 */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: () => Differentiable<T>,
): T {
  const operation = tf.customGrad<T>((...given) => {
    const { value, saved = [], gradient } = forward();
    const save = given.at(-1);
    if (typeof save === "function") save([...saved]);
    return { value, gradFunc: (dy, kept) => gradient(dy, kept) };
  });
  return operation(...inputs);
}
