import type { Tensor } from "../engines/engine.ts";
import type { LayerShape, NamedShape } from "../model/parameters.ts";
import type { GeneratorState } from "../random/torch-generator.ts";
import { decodeSafetensors } from "../weights/safetensors.ts";

/** A run after `step` updates: with the same spec and names, all that decides its further steps. */
export type Checkpoint = {
  readonly step: number;
  /** Parameters and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  readonly state: TrainerState;
};

/** What decides later bits beside the tensors; plain JSON. */
export type TrainerState = { readonly step: number; readonly generator: GeneratorState };

/** A checkpoint is not one of the run that was to go on from it. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/**
 * Returns the tensors of a checkpoint: the parameters of the run that goes on from it, then the running
 * statistics of the norms of its layers.
 *
 * @throws CheckpointError - it is one of another model, or no checkpoint
 */
export function tensorsOf(
  { weights }: Checkpoint,
  parameters: readonly NamedShape[],
  layers: readonly LayerShape[],
): Tensor[] {
  const given = new Map(decoded(weights).map((tensor) => [tensor.name, tensor]));
  const running = layers.flatMap(({ norm }) =>
    norm === null ? [] : [norm.runningMean, norm.runningSpread],
  );
  return [...parameters, ...running].map(({ name, shape }) => {
    const tensor = given.get(name);
    if (tensor === undefined) throw new CheckpointError(`the checkpoint lacks ${name}`);
    const size = shape.reduce((product, length) => product * length, 1);
    if (`${tensor.shape}` !== `${shape}` || tensor.values.length !== size) {
      throw new CheckpointError(
        `${name} has shape [${tensor.shape}] in the checkpoint, not [${shape}]`,
      );
    }
    return tensor;
  });
}

function decoded(weights: Uint8Array): readonly Tensor[] {
  try {
    return decodeSafetensors(weights).tensors;
  } catch (cause) {
    throw new CheckpointError("the weights of the checkpoint are no safetensors", { cause });
  }
}
