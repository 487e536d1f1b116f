/** Where a run begins or goes on: its tensors, and the generators that its further steps draw from. */
import type { Dataset } from "../data/dataset.ts";
import type { Tensor } from "../engines/engine.ts";
import { initialise } from "../init/initialise.ts";
import { allLayers } from "../model/layer-list.ts";
import { modelParameters, planParameters } from "../model/parameters.ts";
import { type GeneratorState, seedBits, TorchGenerator } from "../random/torch-generator.ts";
import type { RunSpec } from "../spec.ts";
import { Batches } from "./batches.ts";
import { type Checkpoint, CheckpointError, keptTensors, trainedWeights } from "./checkpoint.ts";

/** What a run has where it begins or goes on. */
export type Place = {
  readonly updates: number;
  readonly tensors: readonly Tensor[];
  readonly optimizerTensors?: readonly Tensor[];
  readonly batches: Batches;
  readonly masks: TorchGenerator | null;
};

/** "drop" in ASCII: dropout has a generator of its own, this far from the run's seed. */
const DROPOUT_SEED = 0x64726f70;

/** Draws what a run begins with. */
export function begun(spec: RunSpec, dataset: Dataset): Place {
  const { init, train, seed } = spec;
  const generator = new TorchGenerator(seed);
  generator.skip(init.skip ?? 0);
  const tensors = planParameters(spec, dataset.vocabulary.length).map(
    ({ name, shape, init: scheme }) => ({
      name,
      shape,
      values: initialise(scheme, shape, generator),
    }),
  );
  const batches = new Batches(generator, { ...train, examples: dataset.train.count });
  const masks = hasDropout(spec) ? new TorchGenerator(seedBits(seed, DROPOUT_SEED)) : null;
  return { updates: 0, tensors, batches, masks };
}

/** @throws CheckpointError - the checkpoint is not one of such a run */
export function goneOn(checkpoint: Checkpoint, spec: RunSpec, dataset: Dataset): Place {
  const { step, weights, optimizer, state } = checkpoint;
  const { model, train } = spec;
  const { tensors, vocabulary } = trainedWeights(weights, model);
  if (vocabulary.join() !== dataset.vocabulary.join()) {
    throw new CheckpointError("the checkpoint has another vocabulary than the data");
  }
  if (state.step !== step || step > train.steps) {
    throw new CheckpointError(
      `a checkpoint at step ${step} (its state: ${state.step}) is none of a run of ${train.steps} steps`,
    );
  }
  const parameters = modelParameters(model, vocabulary.length);
  const optimizerTensors = keptTensors(optimizer, parameters, train);
  try {
    const batches = Batches.fromState(state, { ...train, examples: dataset.train.count });
    const masks = hasDropout(spec) ? TorchGenerator.fromState(dropoutOf(state)) : null;
    return { updates: step, tensors, optimizerTensors, batches, masks };
  } catch (cause) {
    throw new CheckpointError("the checkpoint has no state of the generator", { cause });
  }
}

function hasDropout({ model }: Pick<RunSpec, "model">): boolean {
  return allLayers(model).some(({ kind }) => kind === "dropout");
}

function dropoutOf({ dropout }: Checkpoint["state"]): GeneratorState {
  if (dropout === undefined) throw new RangeError("dropout's generator has no state");
  return dropout;
}
