import { existsSync, statSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { openExisting, openForReading } from "../file/open-database.ts";
import { RECOVER } from "../file/opening.ts";
import { StoreError } from "../file/store-error.ts";
import { type CheckContext, fine, type StoreCheck, wrong } from "./check.ts";
import { checkCheckpoints } from "./checkpoints.ts";
import { checkIntegrity, checkOrphans } from "./integrity.ts";
import { checkLostRuns } from "./lost-runs.ts";
import { checkRollups } from "./rollups.ts";
import { checkDisk, checkSpace } from "./space.ts";
import { checkSteps } from "./steps.ts";

export type CheckOptions = {
  /** Mends what can be mended, but for runs that a process is writing. */
  readonly isRepairing?: boolean;
  readonly now?: number;
  /** For each check that takes long in a large store; 30 s unless given. */
  readonly budgetMs?: number;
  readonly onProgress?: CheckContext["onProgress"];
};

/** In the order in which a repair needs them: first what the others stand on. */
const CHECKS: Readonly<Record<string, (context: CheckContext) => StoreCheck>> = {
  integrity: checkIntegrity,
  "foreign keys": checkOrphans,
  running: checkLostRuns,
  steps: checkSteps,
  rollup: checkRollups,
  checkpoints: checkCheckpoints,
  space: checkSpace,
  disk: checkDisk,
};

/**
 * Looks a store over; what SQLite cannot read is wrong, not an error. In a file whose pages are
 * damaged nothing is mended: what looks lost there may be saved by `.recover`, unless it is deleted.
 */
export function checkStore(
  path: string,
  {
    isRepairing = false,
    now = Date.now(),
    budgetMs = 30_000,
    onProgress = () => {},
  }: CheckOptions = {},
): StoreCheck[] {
  try {
    const { database, close } = isRepairing ? openToRepair(path) : openForReading(path);
    try {
      const context = { database, path, isRepairing, now, onProgress };
      let isSound = true;
      const checks = Object.entries(CHECKS).map(([name, check]) => {
        const end = performance.now() + budgetMs;
        const hasTime = () => performance.now() < end;
        const result = checked(name, check, {
          ...context,
          isRepairing: isRepairing && isSound,
          hasTime,
        });
        if (check === checkIntegrity) isSound = result.ok;
        return result;
      });
      return [identity(context), ...checks];
    } finally {
      close();
    }
  } catch (error) {
    if (error instanceof StoreError) return [wrong("store", error.message)];
    throw error;
  }
}

function openToRepair(path: string): Pick<ReturnType<typeof openForReading>, "database" | "close"> {
  const database = openExisting(path);
  return { database, close: () => database.close() };
}

function checked(
  name: string,
  check: (context: CheckContext) => StoreCheck,
  context: CheckContext,
): StoreCheck {
  try {
    return check(context);
  } catch (error) {
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
    return wrong(name, `cannot be checked: ${error.message}; ${RECOVER}`);
  }
}

/** What the file says of itself. */
function identity({ database, path }: Pick<CheckContext, "database" | "path">): StoreCheck {
  const pragma = (name: string): string => String(database.pragma(name, { simple: true }));
  const log = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
  const mode = pragma("journal_mode");
  const journal =
    mode === "wal" ? `write-ahead log of ${(log / 1e6).toFixed(1)} MB` : `journal ${mode}`;
  return fine("store", `${path}: version ${pragma("user_version")}, ${journal}`);
}
