import type { Database, Statement } from "better-sqlite3";
import type { Checkpoint, Snapshot } from "../contract/record.ts";
import { checkpointDigest } from "./digest.ts";

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
