import { existsSync, statSync } from "node:fs";
import { renewNames, renewSections } from "../digest/seal.ts";
import { openExisting } from "../file/open-database.ts";
import type { Statements } from "../file/statements.ts";
import { opening } from "../file/trouble.ts";
import { BEST_STEP, IS_LASTING } from "../recovery/checkpoints.ts";
import { type Holder, isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";
import { purgeableRuns, purgeRun } from "./purge.ts";

export type Collected = {
  readonly runs: number;
  readonly grids: number;
  readonly checkpoints: number;
  /** Bytes of the file and its log. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
};

export type CollectOptions = {
  /** Only what was thrown away by then, milliseconds since 1970. */
  readonly until?: number;
  readonly now?: number;
  readonly onProgress?: (done: number, all: number) => void;
};

/**
 * Deletes permanently what is in the trash, deletes checkpoints that nothing starts from, and gives the space back
 * to the file system. In short transactions: others may train meanwhile.
 */
export function collectGarbage(
  path: string,
  { until = Number.MAX_SAFE_INTEGER, now = Date.now(), onProgress = () => {} }: CollectOptions = {},
): Collected {
  const bytesBefore = bytesOfStore(path);
  const { sql, close } = openExisting(path);
  try {
    return opening(path, "write to", () => {
      const trashed = purgeableRuns(sql, until, now);
      let runs = 0;
      for (const [done, id] of trashed.entries()) {
        onProgress(done, trashed.length);
        if (purgeRun(sql, id)) runs += 1;
      }
      // Their runs that are still in the trash stay there without them.
      const grids = purgeGrids(sql, until);
      const checkpoints = pruneCheckpoints(sql, now);
      giveBack(sql);
      return { runs, grids, checkpoints, bytesBefore, bytesAfter: bytesOfStore(path) };
    });
  } finally {
    close();
  }
}

const PURGED_GRIDS = "select grid_id from trash_grid where at_ms <= ?";

function purgeGrids(sql: Statements, until: number): number {
  return sql.transaction(() => {
    const left = `select distinct run_id from grid_run where grid_id in (${PURGED_GRIDS})`;
    const runs = sql.values<number>(left, until);
    const { changes } = sql.run(`delete from grid where id in (${PURGED_GRIDS})`, until);
    for (const id of runs) renewNames(sql, id);
    return changes;
  });
}

/** Returns the bytes of a store with the files beside it. */
export function bytesOfStore(path: string): number {
  const files = ["", "-wal", "-journal"].map((suffix) => path + suffix).filter(existsSync);
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

const SEVERAL_CHECKPOINTS = `
  select id, state, host, pid, process_start, heartbeat_at from run
  where (select count(*) from checkpoint where run_id = run.id) > 1`;

const PRUNE = `
  delete from checkpoint where run_id = @id and step is not (${BEST_STEP}) and id not in
    (select id from checkpoint where run_id = @id and ${IS_LASTING} order by step desc limit @kept)`;

type Prunable = Holder & { readonly id: number; readonly state: RunState };

/** A run that has ended needs its last checkpoint and its best; one that goes on, another in case that is damaged. */
function pruneCheckpoints(sql: Statements, now: number): number {
  let pruned = 0;
  for (const run of sql.rows<Prunable>(SEVERAL_CHECKPOINTS)) {
    if (run.state === "running" && isAlive(run, now)) continue;
    const kept = run.state === "finished" || run.state === "diverged" ? 1 : 2;
    pruned += sql.transaction(() => {
      const { changes } = sql.run(PRUNE, { id: run.id, kept });
      renewSections(sql, run.id, ["checkpoints", "best"]);
      return changes;
    });
  }
  return pruned;
}

const PAGES_AT_ONCE = 4096;

/** Moves free pages to the end of the file and cuts them off. */
function giveBack({ database }: Statements): void {
  const free = () => Number(database.pragma("freelist_count", { simple: true }));
  for (let left = free(); left > 0; ) {
    database.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
    const now = free();
    if (now >= left) break;
    left = now;
  }
  database.pragma("wal_checkpoint(TRUNCATE)");
}
