import type { Tensor } from "../engines/engine.ts";
import { modelParameters, runningTensors } from "../model/parameters.ts";
import { keptStates, PLAIN_SGD, stateName } from "../optimizers/optimizers.ts";
import type { GeneratorState } from "../random/torch-generator.ts";
import type { ModelSpec, Parameter, TrainSpec } from "../spec.ts";
import { decodeSafetensors, type Safetensors } from "../weights/safetensors.ts";
import type { BatchesState } from "./batches.ts";

/** A run after `step` updates: with the same spec and names, all that decides its further steps. */
export type Checkpoint = {
  readonly step: number;
  /** Parameters and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  /** What the optimiser keeps, as `Engine.optimizerTensors` has it. */
  readonly optimizer: readonly Tensor[];
  readonly state: TrainerState;
};

/** What decides later bits beside the tensors; plain JSON. */
export type TrainerState = BatchesState & {
  readonly step: number;
  /** Where dropout's generator is; missing where there is no dropout. */
  readonly dropout?: GeneratorState;
};

/** A checkpoint is not one of the run that was to go on from it. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** What the weights of a run are: its tensors, and the characters that its model tells apart. */
export type TrainedWeights = {
  readonly tensors: readonly Tensor[];
  /** Token index to character, the end marker first. */
  readonly vocabulary: readonly string[];
};

/**
 * Reads weights of a run: the parameters, then the running statistics of the norms of its layers.
 *
 * @param weights - safetensors bytes of `Trainer.weights`, which carry the vocabulary
 * @throws CheckpointError - they are those of another model, or no weights
 */
export function trainedWeights(weights: Uint8Array, model: ModelSpec): TrainedWeights {
  const { tensors, metadata } = decoded(weights);
  const vocabulary = vocabularyOf(metadata);
  const V = vocabulary.length;
  const wanted = [...modelParameters(model, V), ...runningTensors(model, V)];
  return { tensors: exactly(tensors, wanted, "its model has not"), vocabulary };
}

/**
 * Returns what the optimiser of a run has kept.
 *
 * @param optimizer - of a checkpoint
 * @throws CheckpointError - it is that of another optimiser or of another model
 */
export function keptTensors(
  optimizer: readonly Tensor[],
  parameters: readonly Pick<Parameter, "name" | "shape">[],
  train: Pick<TrainSpec, "optimizer">,
): readonly Tensor[] {
  const states = keptStates(train.optimizer ?? PLAIN_SGD);
  const wanted = parameters.flatMap((parameter) =>
    states.map((state) => ({ name: stateName(parameter, state), shape: parameter.shape })),
  );
  return exactly(optimizer, wanted, "its optimiser does not keep");
}

/** Returns the tensors that are wanted, of which none is missing and beside which there is no other. */
function exactly(
  tensors: readonly Tensor[],
  wanted: readonly Pick<Tensor, "name" | "shape">[],
  why: string,
): readonly Tensor[] {
  const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const found = wanted.map(({ name, shape }) => {
    const tensor = given.get(name);
    if (tensor === undefined) throw new CheckpointError(`the checkpoint lacks ${name}`);
    if (`${tensor.shape}` !== `${shape}`) {
      throw new CheckpointError(
        `${name} has shape [${tensor.shape}] in the checkpoint, not [${shape}]`,
      );
    }
    return tensor;
  });
  const known = new Set(found);
  const other = tensors.find((tensor) => !known.has(tensor));
  if (other === undefined) return found;
  throw new CheckpointError(`the checkpoint has ${other.name}, which ${why}`);
}

function decoded(weights: Uint8Array): Safetensors {
  try {
    return decodeSafetensors(weights);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const reason = cause.message.replace("safetensors: ", "");
    throw new CheckpointError(`the weights are no safetensors: ${reason}`, { cause });
  }
}

function vocabularyOf({ vocabulary }: Safetensors["metadata"]): readonly string[] {
  try {
    const value: unknown = JSON.parse(vocabulary ?? "");
    if (Array.isArray(value) && value.every((token) => typeof token === "string")) return value;
  } catch {}
  throw new CheckpointError("the checkpoint has no vocabulary");
}
