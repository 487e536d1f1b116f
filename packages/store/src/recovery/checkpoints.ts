import { createHash } from "node:crypto";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import type { StoredWeights } from "../reading/history.ts";
import type { Checkpoint, Snapshot } from "../writing/record.ts";

/** Deletes all but the last two checkpoints of a run that has not ended. */
const PRUNE = `
  delete from checkpoint where run_id = @id and final = 0 and step <
    (select step from checkpoint where run_id = @id and final = 0
     order by step desc limit 1 offset 1)`;

/** Adds a checkpoint; the one before is kept, too: should this one be damaged, not all is lost. */
export function addCheckpoint(sql: Statements, runId: number, checkpoint: Checkpoint): void {
  insert(sql, runId, { ...checkpoint, final: 0 });
  sql.run(PRUNE, { id: runId });
}

/** Adds the only checkpoint that a run keeps at its end. */
export function addFinalCheckpoint(
  sql: Statements,
  runId: number,
  { step, weights, state }: Snapshot,
  trainSeconds: number,
): void {
  clearCheckpoints(sql, runId);
  insert(sql, runId, { step, weights, state: state ?? null, trainSeconds, final: 1 });
}

/** Removes the checkpoints of a run that are not its end. */
export function clearCheckpoints(sql: Statements, runId: number): void {
  sql.run("delete from checkpoint where run_id = ? and final = 0", runId);
}

type NewCheckpoint = Omit<Checkpoint, "state"> & {
  readonly state: Uint8Array | null;
  readonly final: 0 | 1;
};

function insert(sql: Statements, runId: number, checkpoint: NewCheckpoint): void {
  const { step, final, weights, state, trainSeconds: train_seconds } = checkpoint;
  const sha256 = checkpointDigest(weights, state);
  const columns = { step, final, sha256, weights, state, train_seconds };
  sql.insert("checkpoint", { run_id: runId, ...columns }, "or replace");
}

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

/** Says whether a checkpoint is what its sha256 says; one that is gone meanwhile is not damaged. */
export function isIntact(sql: Statements, id: number): boolean {
  const read = "select step, weights, state, sha256 from checkpoint where id = ?";
  const stored = sql.row<CheckpointRow>(read, id);
  return stored === undefined || checkpointDigest(stored.weights, stored.state) === stored.sha256;
}

/** Returns the sha256, hex, of what a checkpoint consists of. */
export function checkpointDigest(weights: Uint8Array, state: Uint8Array | null): string {
  const hash = createHash("sha256").update(weights);
  return (state === null ? hash : hash.update(state)).digest("hex");
}
