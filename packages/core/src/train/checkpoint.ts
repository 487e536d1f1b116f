import type { Tensor } from "../engines/engine.ts";
import type { LayerShape } from "../model/parameters.ts";
import type { GeneratorState } from "../random/torch-generator.ts";
import type { Parameter } from "../spec.ts";
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
 * The tensors of a checkpoint: the parameters, then the running statistics of every norm.
 *
 * @param model - parameters and layers of the run that goes on from it
 * @throws CheckpointError - it is one of another model, or no checkpoint
 */
export function tensorsOf(
  { weights }: Checkpoint,
  model: { readonly parameters: readonly Parameter[]; readonly layers: readonly LayerShape[] },
): Tensor[] {
  const given = new Map(decoded(weights).map((tensor) => [tensor.name, tensor]));
  return [...model.parameters, ...model.layers.flatMap(runningOf)].map(({ name, shape }) => {
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

type Named = Pick<Parameter, "name" | "shape">;

function runningOf({ norm }: LayerShape): Named[] {
  if (norm === null) return [];
  const { shape } = norm.gain;
  return [
    { name: norm.runningMean, shape },
    { name: norm.runningSpread, shape },
  ];
}

function decoded(weights: Uint8Array): readonly Tensor[] {
  try {
    return decodeSafetensors(weights).tensors;
  } catch (cause) {
    throw new CheckpointError("the weights of the checkpoint are no safetensors", { cause });
  }
}
