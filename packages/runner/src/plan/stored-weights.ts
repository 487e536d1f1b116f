/** Checks the weights that a store keeps of a run against its config. */
import { CheckpointError, trainedWeights } from "@ablate/core";
import { configDamage, storedSpec } from "./stored-config.ts";

/**
 * Says how weights are not those of a run of this config; null where they are, or where the config is what is damaged.
 *
 * @param weights - safetensors bytes
 */
export function weightsDamage(config: string, weights: Uint8Array): string | null {
  if (configDamage(config) !== null) return null;
  try {
    trainedWeights(weights, storedSpec(config).model);
    return null;
  } catch (error) {
    if (error instanceof CheckpointError) return error.message;
    throw error;
  }
}
