import * as tf from "@tensorflow/tfjs";
import type { LayerShape } from "../../model/parameters.ts";
import type { LayerPass, NetworkPass, UnitMoments } from "../../probe/network-pass.ts";
import type { Moments as BatchMoments, RunningMoments } from "./batch-norm.ts";
import type { Network, Normalise, Stage, Tap } from "./network.ts";
import { floats, type Weights } from "./weights.ts";

const STAGES: readonly Stage[] = ["linear", "preactivation", "activation"];

/**
 * One forward and backward pass. Zeros are added to what leaves every stage: the gradient of the loss in
 * them is the gradient of the stage. Call it in a scope of tensors.
 *
 * @param lossOf - the loss of the examples, through a forward pass in this way
 */
export function probeNetwork(
  network: Network,
  {
    examples,
    weights,
    running,
    lossOf,
  }: {
    readonly examples: number;
    readonly weights: Weights;
    readonly running: ReadonlyMap<string, RunningMoments>;
    readonly lossOf: (how: { readonly normalise: Normalise; readonly tap: Tap }) => tf.Scalar;
  },
): NetworkPass {
  const values = new Map<string, Float32Array>();
  const batch = new Map<string, UnitMoments>();
  const zeros = new Map(
    network.layers.flatMap(({ name, fanOut }) =>
      STAGES.map((stage) => [placeOf(name, stage), tf.zeros([examples, fanOut])] as const),
    ),
  );
  const tap: Tap = (x, { name }, stage) => {
    const place = placeOf(name, stage);
    values.set(place, floats(x).slice());
    const zero = zeros.get(place);
    return zero === undefined ? x : tf.add<tf.Tensor2D>(x, zero);
  };
  const normalise: Normalise = (x, { shape, affine, spec }) =>
    network.blocks.batchNorm(x, affine, spec, (moments) => {
      batch.set(shape.name, readMoments(moments, spec.running === "variance"));
    });
  const places = [...zeros.keys()];
  const { value, grads } = tf.valueAndGrads(() => lossOf({ normalise, tap }))([
    ...weights.values,
    ...zeros.values(),
  ]);
  const gradientAt = (index: number) => {
    const gradient = grads[index];
    return gradient === undefined ? new Float32Array() : floats(gradient).slice();
  };
  const passAt = ({ name }: LayerShape, stage: Stage) => {
    const place = placeOf(name, stage);
    return {
      values: values.get(place) ?? new Float32Array(),
      gradient: gradientAt(weights.values.length + places.indexOf(place)),
    };
  };
  const tensors = weights.tensors();
  return {
    examples,
    loss: floats(value)[0] ?? Number.NaN,
    layers: network.layers.map((shape) => ({
      name: shape.name,
      kind: shape.kind,
      units: shape.fanOut,
      nonlinearity: shape.kind === "output" ? "none" : network.model.activation,
      linear: passAt(shape, "linear"),
      preactivation: passAt(shape, "preactivation"),
      activation: passAt(shape, "activation"),
      norm: normOf(batch.get(shape.name), running.get(shape.name)),
    })),
    parameters: weights.parameters.map((parameter, p) => ({
      ...parameter,
      values: tensors[p]?.values ?? new Float32Array(),
      gradient: gradientAt(p),
    })),
  };
}

function normOf(batch?: UnitMoments, running?: RunningMoments): LayerPass["norm"] {
  if (batch === undefined || running === undefined) return null;
  const { mean, spread, isVariance } = running;
  return { batch, running: { mean: mean.slice(), std: stdOf(spread, isVariance) } };
}

function readMoments({ mean, spread }: BatchMoments, isVariance: boolean): UnitMoments {
  return { mean: floats(mean).slice(), std: stdOf(floats(spread), isVariance) };
}

function stdOf(spread: Float32Array, isVariance: boolean): Float32Array {
  return isVariance ? spread.map(Math.sqrt) : spread.slice();
}

function placeOf(layer: string, stage: Stage): string {
  return `${layer} ${stage}`;
}
