import { createHash } from "node:crypto";
import type { Database, Statement } from "better-sqlite3";
import { DamageError } from "../file/store-error.ts";
import type { StoredWeights } from "../reading/history.ts";
import type { Checkpoint, Snapshot } from "../writing/record.ts";

/** Stores checkpoints and takes away what they make superfluous; call it inside transactions. */
export class Checkpoints {
  readonly #insert: Statement;
  readonly #prune: Statement;
  readonly #clear: Statement;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `insert or replace into checkpoint
         (run_id, step, final, sha256, weights, state, train_seconds) values (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#prune = database.prepare(
      `delete from checkpoint where run_id = @id and final = 0 and step <
         (select step from checkpoint where run_id = @id and final = 0
          order by step desc limit 1 offset 1)`,
    );
    this.#clear = database.prepare("delete from checkpoint where run_id = ? and final = 0");
  }

  /** Keeps the one before, too: should this one be damaged, not all is lost. */
  add(runId: number, { step, weights, state, trainSeconds }: Checkpoint): void {
    const sha256 = checkpointDigest(weights, state);
    this.#insert.run(runId, step, 0, sha256, weights, state, trainSeconds);
    this.#prune.run({ id: runId });
  }

  /** The only one that a run keeps at its end. */
  addFinal(runId: number, snapshot: Snapshot, trainSeconds: number): void {
    const { step, weights } = snapshot;
    const state = snapshot.state ?? null;
    const sha256 = checkpointDigest(weights, state);
    this.clear(runId);
    this.#insert.run(runId, step, 1, sha256, weights, state, trainSeconds);
  }

  clear(runId: number): void {
    this.#clear.run(runId);
  }
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

/** sha256, hex, of what a checkpoint consists of. */
export function checkpointDigest(weights: Uint8Array, state: Uint8Array | null): string {
  const hash = createHash("sha256").update(weights);
  return (state === null ? hash : hash.update(state)).digest("hex");
}
