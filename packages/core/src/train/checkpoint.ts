import type { Tensor } from "../engines/engine.ts";
import type { GeneratorState } from "../random/torch-generator.ts";
import type { ModelSpec, Parameter } from "../spec.ts";
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
 * The tensors of a checkpoint.
 *
 * @param parameters - of the run that goes on from it
 * @throws CheckpointError - it is one of another model, or no checkpoint
 */
export function tensorsOf(
  { weights }: Checkpoint,
  { parameters, model }: { readonly parameters: readonly Named[]; readonly model: ModelSpec },
): Tensor[] {
  const given = new Map(decoded(weights).map((tensor) => [tensor.name, tensor]));
  return [...parameters, ...runningOf(parameters, model)].map(({ name, shape }) => {
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

/** The running statistics beside every gamma. */
function runningOf(parameters: readonly Named[], { batchNorm }: ModelSpec): Named[] {
  if (batchNorm === "none") return [];
  const spread = batchNorm.running === "variance" ? "running_var" : "running_std";
  return parameters.flatMap(({ name, shape }) => {
    if (!name.endsWith(".bn.gamma")) return [];
    const norm = name.slice(0, -"gamma".length);
    return [
      { name: `${norm}running_mean`, shape },
      { name: `${norm}${spread}`, shape },
    ];
  });
}

function decoded(weights: Uint8Array): readonly Tensor[] {
  try {
    return decodeSafetensors(weights).tensors;
  } catch (cause) {
    throw new CheckpointError("the weights of the checkpoint are no safetensors", { cause });
  }
}
