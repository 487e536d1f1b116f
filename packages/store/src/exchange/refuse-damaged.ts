import type { Database } from "better-sqlite3";
import { checkpointDigest } from "../recovery/digest.ts";
import { DamageError, StoreError } from "../store-error.ts";

type Stored = {
  readonly run: string;
  readonly step: number;
  readonly sha256: string;
  readonly weights: Buffer;
  readonly state: Buffer | null;
};

/**
 * Reads all of a store that would be copied from.
 *
 * @throws StoreError - if SQLite finds its pages damaged
 * @throws DamageError - if a checkpoint is not what its sha256 says
 */
export function refuseDamaged(database: Database, path: string): void {
  const verdict: unknown = database.pragma("quick_check(1)", { simple: true });
  if (verdict !== "ok") {
    const found = String(verdict).replace(/^\*\*\* in database \w+ \*\*\*\n/, "");
    throw new StoreError(
      `${path} is damaged (${found.replaceAll("\n", " ")}); copy it again, or save what is intact with sqlite3's .recover`,
    );
  }
  const checkpoints = database.prepare<[], Stored>(
    `select r.name as run, c.step as step, c.sha256 as sha256, c.weights as weights, c.state as state
     from checkpoint c join run r on r.id = c.run_id order by c.id`,
  );
  for (const { run, step, sha256, weights, state } of checkpoints.iterate()) {
    if (checkpointDigest(weights, state) === sha256) continue;
    throw new DamageError(
      `${path} is damaged: the checkpoint of ${run} at ${step} is not what its sha256 says; copy the store again, or drop what is damaged with \`ablate doctor --repair --store ${path}\``,
    );
  }
}
