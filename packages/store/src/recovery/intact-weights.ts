import type { StoredWeights } from "../contract/history.ts";
import { DamageError } from "../store-error.ts";
import { checkpointDigest } from "./digest.ts";

/** A row of `checkpoint`. */
export type CheckpointRow = {
  readonly step: number;
  readonly weights: Buffer;
  readonly state: Buffer | null;
  readonly sha256: string;
};

/** @throws DamageError - if a checkpoint is not what its sha256 says */
export function intactWeights(
  { step, weights, state, sha256 }: CheckpointRow,
  run: string,
): StoredWeights {
  if (checkpointDigest(weights, state) === sha256) return { step, bytes: weights };
  throw new DamageError(
    `the weights of ${run} at step ${step} are damaged: they are not what their sha256 says; \`ablate doctor --repair\` drops them, \`ablate run --restart\` trains them anew`,
  );
}
