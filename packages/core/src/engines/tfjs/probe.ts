import * as tf from "@tensorflow/tfjs";
import { type BatchNormModule, isBatchNorm, type PlannedModule } from "../../model/network-plan.ts";
import {
  type LayerPass,
  layerPass,
  type NetworkPass,
  type UnitMoments,
} from "../../probe/network-pass.ts";
import { batchNorm } from "./modules/batch-norm.ts";
import type { Network, Normalise, Way } from "./network.ts";
import type { NormMoments } from "./norm-moments.ts";
import { unitMoments } from "./norm-moments.ts";
import { floats } from "./weights.ts";

/** What is probed: some examples, given by their number and by the loss of a forward pass in some way. */
type Probed = {
  readonly examples: number;
  readonly norms: NormMoments;
  readonly lossOf: (how: Way) => tf.Scalar;
};

/**
 * One forward and backward pass. Zeros are added to what leaves every module at which a stage is seen: the gradient of
 * the loss in them is the gradient of the stage. Call it in a scope of tensors.
 */
export function probeNetwork(
  { plan, weights }: Network,
  { examples, norms, lossOf }: Probed,
): NetworkPass {
  const seen = [...new Set(plan.layers.flatMap(({ stages }) => [...stages.values()]))];
  const zeros = seen.map(({ positions, width }) => tf.zeros([examples * positions, width]));
  const values = new Map<PlannedModule, Float32Array>();
  const batch = new Map<BatchNormModule, UnitMoments>();
  const tap: Way["tap"] = (x, module) => {
    const zero = zeros[seen.indexOf(module)];
    if (zero === undefined) return x;
    values.set(module, floats(x).slice());
    return tf.add<tf.Tensor2D>(x, zero);
  };
  const normalise: Normalise = (x, norm, affine) =>
    batchNorm(x, affine, norm.spec, ({ mean, spread }) => {
      batch.set(norm, unitMoments({ mean: floats(mean), spread: floats(spread) }, norm));
    });
  const passes = tf.valueAndGrads(() => lossOf({ normalise, tap }));
  const { value, grads } = passes([...weights.values, ...zeros]);
  const gradients = grads.map((gradient) => floats(gradient).slice());
  const tensors = weights.tensors();
  const momentsOf = (norm: BatchNormModule): LayerPass["norm"] => {
    const [ofBatch, running] = [batch.get(norm), norms.running(norm)];
    return ofBatch && running ? { batch: ofBatch, running } : null;
  };
  return {
    examples,
    loss: floats(value)[0] ?? Number.NaN,
    layers: plan.layers.map((layer) => {
      const { norm } = layer;
      const moments = norm !== null && isBatchNorm(norm) ? momentsOf(norm) : null;
      return layerPass(layer, moments, (stage) => {
        const module = layer.stages.get(stage);
        const at = module === undefined ? -1 : seen.indexOf(module);
        return {
          values: (module && values.get(module)) ?? NONE,
          gradient: gradients[weights.values.length + at] ?? NONE,
        };
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
