import { existsSync, statSync } from "node:fs";
import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { openExisting } from "../file/open-database.ts";
import { opening } from "../file/opening.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";
import { purgeableRuns, runPurger } from "./purge.ts";

export type Collected = {
  readonly runs: number;
  readonly grids: number;
  readonly checkpoints: number;
  /** Of the file and its log. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
};

export type CollectOptions = {
  /** Only what was thrown away by then, milliseconds since 1970. */
  readonly until?: number;
  readonly now?: number;
  readonly onProgress?: (done: number, all: number) => void;
};

const PAGES_AT_ONCE = 4096;

/**
 * Purges the trash for good, deletes checkpoints that nothing starts from, and gives the space back
 * to the file system. In short transactions: others may train meanwhile.
 */
export function collectGarbage(
  path: string,
  { until = Number.MAX_SAFE_INTEGER, now = Date.now(), onProgress = () => {} }: CollectOptions = {},
): Collected {
  const bytesBefore = bytesOfStore(path);
  const database = openExisting(path);
  try {
    return opening(path, "write to", () => {
      const runs = purgeRuns(database, { until, now, onProgress });
      const grids = purgeGrids(database, until);
      const checkpoints = pruneCheckpoints(database, now);
      giveBack(database);
      return { runs, grids, checkpoints, bytesBefore, bytesAfter: bytesOfStore(path) };
    });
  } finally {
    database.close();
  }
}

/** Returns the bytes of a store with the files beside it. */
export function bytesOfStore(path: string): number {
  const sizes = ["", "-wal", "-journal"].map((suffix) =>
    existsSync(path + suffix) ? statSync(path + suffix).size : 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function purgeRuns(
  database: Database,
  { until, now, onProgress }: Required<CollectOptions>,
): number {
  const runs = purgeableRuns(database, until, now);
  const purge = runPurger(database);
  let purged = 0;
  for (const [done, id] of runs.entries()) {
    onProgress(done, runs.length);
    if (purge(id)) purged += 1;
  }
  return purged;
}

/** Deletes grids permanently; their runs that are still in the trash stay there without them. */
function purgeGrids(database: Database, until: number): number {
  return database
    .prepare("delete from grid where id in (select grid_id from trash_grid where at_ms <= ?)")
    .run(until).changes;
}

function isLive(holder: Holder, now: number): boolean {
  return isAlive(holder, hostname(), now);
}

type Prunable = Holder & { readonly id: number; readonly state: RunState };

/** A run that has ended needs its last checkpoint; one that goes on, another in case that is damaged. */
function pruneCheckpoints(database: Database, now: number): number {
  const runs = database
    .prepare<[], Prunable>(
      `select id, state, host, pid, heartbeat_at from run
       where (select count(*) from checkpoint where run_id = run.id) > 1`,
    )
    .all();
  const prune = database.prepare(
    `delete from checkpoint where run_id = @id and id not in
       (select id from checkpoint where run_id = @id order by step desc limit @kept)`,
  );
  let pruned = 0;
  for (const run of runs) {
    if (run.state === "running" && isLive(run, now)) continue;
    const kept = run.state === "finished" || run.state === "diverged" ? 1 : 2;
    pruned += prune.run({ id: run.id, kept }).changes;
  }
  return pruned;
}

/** Moves free pages to the end of the file and cuts them off. */
function giveBack(database: Database): void {
  const free = () => Number(database.pragma("freelist_count", { simple: true }));
  for (let left = free(); left > 0; ) {
    database.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
    const now = free();
    if (now >= left) break;
    left = now;
  }
  database.pragma("wal_checkpoint(TRUNCATE)");
}
