import { createHash } from "node:crypto";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import type { StoredCheckpoint } from "../reading/history.ts";
import type { BestCheckpoint, Checkpoint, Snapshot } from "../writing/record.ts";

/** Selects the step of the older one of the last two checkpoints that a run can go on from. */
const OLDER = `
  select step from checkpoint where run_id = @id and final = 0 and state is not null
  order by step desc limit 1 offset 1`;

/**
 * Deletes all but the last two checkpoints of a run that has not ended. A run that goes on from the older one needs what
 * was best then, so that stays too, and what was better since.
 */
const PRUNE = `
  delete from checkpoint where run_id = @id and final = 0 and step < (${OLDER})
    and (best_loss is null or step < (select max(step) from checkpoint
      where run_id = @id and best_loss is not null and step <= (${OLDER})))`;

/** Adds a checkpoint; the one before is kept, too: should this one be damaged, not all is lost. */
export function addCheckpoint(sql: Statements, runId: number, checkpoint: Checkpoint): void {
  insert(sql, runId, { ...checkpoint, final: 0 });
  sql.run(PRUNE, { id: runId });
}

/** Adds what is the best of a run so far: its weights, unless they are there already. */
export function addBestCheckpoint(
  sql: Statements,
  runId: number,
  { step, weights, trainSeconds, validLoss }: BestCheckpoint,
): void {
  const mark = "update checkpoint set best_loss = ? where run_id = ? and step = ?";
  if (sql.run(mark, validLoss, runId, step).changes > 0) return;
  insert(sql, runId, { step, weights, state: null, trainSeconds, final: 0 });
  sql.run(mark, validLoss, runId, step);
}

/** Adds the checkpoint of a run's end: the only one that it keeps, beside the best. */
export function addFinalCheckpoint(
  sql: Statements,
  runId: number,
  { step, weights, state }: Snapshot,
  trainSeconds: number,
): void {
  clearCheckpoints(sql, runId);
  insert(sql, runId, { step, weights, state: state ?? null, trainSeconds, final: 1 });
}

/** Selects the step of the best checkpoint of the run @id. */
export const BEST_STEP =
  "select max(step) from checkpoint where run_id = @id and best_loss is not null";

/** SQL of whether a checkpoint is there for more than its being the best. */
export const IS_LASTING = "(best_loss is null or state is not null or final = 1)";

const CLEAR = `
  delete from checkpoint where run_id = @id and final = 0 and step is not (${BEST_STEP})`;

/** Removes the checkpoints of a run that are neither its end nor its best. */
export function clearCheckpoints(sql: Statements, runId: number): void {
  sql.run(CLEAR, { id: runId });
}

type NewCheckpoint = Omit<Checkpoint, "state"> & {
  readonly state: Uint8Array | null;
  readonly final: 0 | 1;
};

function insert(sql: Statements, runId: number, checkpoint: NewCheckpoint): void {
  const { step, final, weights, state, trainSeconds: train_seconds } = checkpoint;
  const sha256 = checkpointDigest(weights, state);
  sql.run(INSERT, { run_id: runId, step, final, sha256, weights, state, train_seconds });
}

/** One that is there already stays the best that it was. */
const INSERT = `
  insert into checkpoint (run_id, step, final, sha256, weights, state, train_seconds)
    values (@run_id, @step, @final, @sha256, @weights, @state, @train_seconds)
  on conflict (run_id, step) do update set final = @final, sha256 = @sha256, weights = @weights,
    state = @state, train_seconds = @train_seconds`;

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

/** Which weights of a run are asked for. */
export type WhichWeights = "last" | "best";

const WHICH: Readonly<Record<WhichWeights, string>> = {
  last: IS_LASTING,
  best: "best_loss is not null",
};

/**
 * Returns the last weights of a run, or the best.
 *
 * @throws DamageError - if they are not what was written
 */
export function storedWeights(
  sql: Statements,
  run: string,
  which: WhichWeights,
  weightsDamage: WeightsDamage,
): StoredCheckpoint | undefined {
  const latest = `select id from checkpoint where run_id = r.id and ${WHICH[which]} order by step desc limit 1`;
  const stored = sql.row<OfRun>(`${CHECKPOINT} r.name = ? and c.id = (${latest})`, run);
  if (stored === undefined) return undefined;
  const { step, weights: bytes, state } = stored;
  const reason = isAsWritten(stored)
    ? weightsDamage(stored.config, bytes)
    : "they are not what their sha256 says";
  if (reason === null) return { step, bytes, state };
  throw new DamageError(
    `the weights of ${run} at step ${step} are damaged: ${reason}; \`ablate doctor --repair\` drops them, \`ablate run --restart\` trains them again`,
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
