/** The layers of engine tfjs as plain operations, which TensorFlow.js differentiates: what theirs are compared with. */
import * as tf from "@tensorflow/tfjs";
import * as norms from "../src/engines/tfjs/batch-norm.ts";
import * as layers from "../src/engines/tfjs/layers.ts";

/** One form of every layer. */
export type Blocks = Pick<typeof layers, "embedding" | "linear" | "activation" | "crossEntropy"> &
  Pick<typeof norms, "batchNorm">;

/** What the engine is made of: gradients are written out. */
export const WRITTEN_OUT: Blocks = { ...layers, ...norms };

/** The same by automatic differentiation. */
export const PLAIN: Blocks = {
  embedding: (table, tokens, context) =>
    tf.reshape(tf.gather(table, tokens), [tokens.size / context, context * table.shape[1]]),
  linear: (x, weight, bias) => {
    const product = tf.matMul<tf.Tensor2D>(x, weight);
    return bias === null ? product : tf.add(product, bias);
  },
  activation: (kind, x) => {
    if (kind === "none") return x;
    return kind === "tanh" ? tf.tanh(x) : tf.relu(x);
  },
  batchNorm: (x, affine, convention, onMoments) => {
    const moments = norms.momentsOf(x, convention);
    onMoments(moments);
    const divisor = norms.divisorOf(moments.spread, convention);
    return norms.normalise(x, { mean: moments.mean, divisor }, affine);
  },
  crossEntropy: (logits, targets) => tf.mean(layers.crossEntropies(logits, targets)),
};
