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

/** Says how weights are not those of a run of this config, which only the runner knows; null: nothing. */
export type WeightsDamage = (config: string, weights: Uint8Array) => string | null;

type OfRun = CheckpointRow & { readonly config: string };

const CHECKPOINT = `
  select c.step, c.weights, c.state, c.sha256, r.config
  from checkpoint c join run r on r.id = c.run_id where`;

/**
 * Returns the last weights of a run.
 *
 * @throws DamageError - if they are not what was written
 */
export function lastWeights(
  sql: Statements,
  run: string,
  weightsDamage: WeightsDamage,
): StoredWeights | undefined {
  const stored = sql.row<OfRun>(`${CHECKPOINT} r.name = ? order by c.step desc limit 1`, run);
  if (stored === undefined) return undefined;
  const { step, weights: bytes } = stored;
  const reason = isAsWritten(stored)
    ? weightsDamage(stored.config, bytes)
    : "they are not what their sha256 says";
  if (reason === null) return { step, bytes };
  throw new DamageError(
    `the weights of ${run} at step ${step} are damaged: ${reason}; \`ablate doctor --repair\` drops them, \`ablate run --restart\` trains them anew`,
  );
}

/**
 * Says what is wrong with a checkpoint, as the end of a sentence; null where nothing is, or where it is gone
 * meanwhile.
 */
export function checkpointDamage(
  sql: Statements,
  id: number,
  weightsDamage: WeightsDamage,
): string | null {
  const stored = sql.row<OfRun>(`${CHECKPOINT} c.id = ?`, id);
  if (stored === undefined) return null;
  if (!isAsWritten(stored)) return "is not what its sha256 says";
  const reason = weightsDamage(stored.config, stored.weights);
  return reason === null ? null : `has not the weights of its model: ${reason}`;
}

function isAsWritten({ weights, state, sha256 }: CheckpointRow): boolean {
  return checkpointDigest(weights, state) === sha256;
}

/** Returns the sha256, hex, of what a checkpoint consists of. */
export function checkpointDigest(weights: Uint8Array, state: Uint8Array | null): string {
  const hash = createHash("sha256").update(weights);
  return (state === null ? hash : hash.update(state)).digest("hex");
}
