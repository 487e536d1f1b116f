import * as tf from "@tensorflow/tfjs";
import type { LayerShape } from "../../model/parameters.ts";
import {
  layerPass,
  type NetworkPass,
  STAGES,
  type Stage,
  type UnitMoments,
} from "../../probe/network-pass.ts";
import { batchNorm, type RunningMoments, unitMoments } from "./batch-norm.ts";
import type { Network, Normalise, Way } from "./network.ts";
import { floats } from "./weights.ts";

/** What is probed: some examples, given by their number and by the loss of a forward pass in some way. */
type Probed = {
  readonly examples: number;
  /** By layer. */
  readonly running: ReadonlyMap<string, RunningMoments>;
  readonly lossOf: (how: Way) => tf.Scalar;
};

/**
 * One forward and backward pass. Zeros are added to what leaves every stage: the gradient of the loss in
 * them is the gradient of the stage. Call it in a scope of tensors.
 */
export function probeNetwork(
  { layers, model, weights }: Network,
  { examples, running, lossOf }: Probed,
): NetworkPass {
  const values = new Map<string, Float32Array>();
  const batch = new Map<string, UnitMoments>();
  const zeros = new Map(
    layers.flatMap((layer) =>
      STAGES.map((stage) => [placeOf(layer, stage), tf.zeros([examples, layer.fanOut])] as const),
    ),
  );
  const tap: Way["tap"] = (x, layer, stage) => {
    const place = placeOf(layer, stage);
    values.set(place, floats(x).slice());
    const zero = zeros.get(place);
    return zero === undefined ? x : tf.add<tf.Tensor2D>(x, zero);
  };
  const normalise: Normalise = (x, { shape, affine, spec }) =>
    batchNorm(x, affine, spec, ({ mean, spread }) => {
      batch.set(shape.name, unitMoments({ mean: floats(mean), spread: floats(spread) }, spec));
    });
  const places = [...zeros.keys()];
  const { value, grads } = tf.valueAndGrads(() => lossOf({ normalise, tap }))([
    ...weights.values,
    ...zeros.values(),
  ]);
  const gradients = grads.map((gradient) => floats(gradient).slice());
  const tensors = weights.tensors();
  return {
    examples,
    loss: floats(value)[0] ?? Number.NaN,
    layers: layers.map((layer) => {
      const [ofBatch, kept] = [batch.get(layer.name), running.get(layer.name)?.units()];
      const norm = ofBatch && kept ? { batch: ofBatch, running: kept } : null;
      return layerPass(layer, model, norm, (stage) => {
        const place = placeOf(layer, stage);
        const gradient = gradients[weights.values.length + places.indexOf(place)];
        return { values: values.get(place) ?? NONE, gradient: gradient ?? NONE };
      });
    }),
    parameters: weights.parameters.map((parameter, p) => ({
      ...parameter,
      values: tensors[p]?.values ?? NONE,
      gradient: gradients[p] ?? NONE,
    })),
  };
}

const NONE = new Float32Array();

function placeOf({ name }: LayerShape, stage: Stage): string {
  return `${name} ${stage}`;
}
