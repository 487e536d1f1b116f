/** The modules of engine tfjs as plain operations, which TensorFlow.js differentiates: what theirs are compared with. */
import * as tf from "@tensorflow/tfjs";
import { activation } from "../src/engines/tfjs/modules/activation.ts";
import * as norms from "../src/engines/tfjs/modules/batch-norm.ts";
import * as losses from "../src/engines/tfjs/modules/cross-entropy.ts";
import { embedding } from "../src/engines/tfjs/modules/embedding.ts";
import { linear, tiedLinear } from "../src/engines/tfjs/modules/linear.ts";
import { rowNorm } from "../src/engines/tfjs/modules/row-norm.ts";
import type { ActivationName } from "../src/spec.ts";

/** One form of every module. */
export type Blocks = {
  readonly embedding: typeof embedding;
  readonly linear: typeof linear;
  readonly tiedLinear: typeof tiedLinear;
  readonly activation: typeof activation;
  readonly batchNorm: typeof norms.batchNorm;
  readonly rowNorm: typeof rowNorm;
  readonly crossEntropy: typeof losses.crossEntropy;
};

/** What the engine is made of: gradients are written out. */
export const WRITTEN_OUT: Blocks = {
  ...{ embedding, linear, tiedLinear, activation, rowNorm },
  batchNorm: norms.batchNorm,
  crossEntropy: losses.crossEntropy,
};

/** The same by automatic differentiation. */
export const PLAIN: Blocks = {
  embedding: (table, tokens) => tf.gather(table, tokens),
  linear: (x, weight, bias) => {
    const product = tf.matMul<tf.Tensor2D>(x, weight);
    return bias === null ? product : tf.add(product, bias);
  },
  tiedLinear: (x, table, bias) => PLAIN.linear(x, tf.transpose(table), bias),
  activation: (kind, x, slope) => CURVES[kind](x, slope),
  batchNorm: (x, affine, convention, onMoments) => {
    const moments = norms.momentsOf(x, convention);
    onMoments(moments);
    const divisor = norms.divisorOf(moments.spread, convention);
    return norms.normalise(x, { mean: moments.mean, divisor }, affine);
  },
  rowNorm: (x, { gain, shift }, { norm, epsilon }) => {
    const centred = norm === "layer" ? tf.sub(x, tf.mean(x, 1, true)) : x;
    const squares = tf.mean(tf.square(centred), 1, true);
    const scaled = tf.mul<tf.Tensor2D>(tf.div(centred, tf.sqrt(tf.add(squares, epsilon))), gain);
    return shift === null ? scaled : tf.add(scaled, shift);
  },
  crossEntropy: (logits, targets) => tf.mean(losses.crossEntropies(logits, targets)),
};

type PlainCurve = (x: tf.Tensor2D, slope: number) => tf.Tensor2D;

const CURVES: Readonly<Record<ActivationName, PlainCurve>> = {
  tanh: (x) => tf.tanh(x),
  relu: (x) => tf.relu(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  gelu_tanh: (x) => {
    const cube = tf.mul(tf.mul(x, tf.square(x)), 0.044715);
    const bend = tf.mul(tf.add(x, cube), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(bend), 1));
  },
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  leaky_relu: (x, slope) => tf.leakyRelu(x, slope),
  elu: (x) => tf.elu(x),
  sigmoid: (x) => tf.sigmoid(x),
  softplus: (x) => tf.log(tf.add(tf.exp(x), 1)),
};
