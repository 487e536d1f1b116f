import { existsSync, statSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { changeSchema, openExisting, openForReading } from "../file/open-database.ts";
import { StoreError } from "../file/store-error.ts";
import { RECOVER } from "../file/trouble.ts";
import type { CheckContext, Found } from "./check.ts";
import { checkDigests } from "./digests.ts";
import { checkDisk, checkIntegrity, checkOrphans, checkSpace } from "./file-checks.ts";
import { checkRollups } from "./rollups.ts";
import { checkCheckpoints, checkLostRuns, checkSteps } from "./run-checks.ts";
import { checkSchema, repairSchema } from "./schema-check.ts";
import { sealMissing } from "./seal-missing.ts";

/** What was found out about one side of a store. */
export type StoreCheck = {
  readonly check: string;
  /** Whether nothing is wrong, or nothing any more. */
  readonly ok: boolean;
  /** Something was wrong and is repaired. */
  readonly isRepaired: boolean;
  readonly detail: string;
};

export type CheckOptions = {
  /** Repairs what can be repaired, but for runs that a process is writing. */
  readonly isRepairing?: boolean;
  readonly now?: number;
  /** For each check that takes long in a large store; 30 s unless given. */
  readonly budgetMs?: number;
  readonly onProgress?: CheckContext["onProgress"];
  readonly configDamage?: CheckContext["configDamage"];
  readonly weightsDamage?: CheckContext["weightsDamage"];
};

/** The checks in the order in which a repair needs them: first what the others stand on. */
const CHECKS: Readonly<Record<string, (context: CheckContext) => Found>> = {
  integrity: checkIntegrity,
  schema: checkSchema,
  "foreign keys": checkOrphans,
  running: checkLostRuns,
  steps: checkSteps,
  rollup: checkRollups,
  checkpoints: checkCheckpoints,
  // What those before can make whole again is not set aside.
  digests: checkDigests,
  space: checkSpace,
  disk: checkDisk,
};

/**
 * Looks a store over; what SQLite cannot read is wrong, not an error. In a file whose pages are
 * damaged nothing is repaired: what looks lost there may be saved by `.recover`, unless it is deleted.
 */
export function checkStore(
  path: string,
  {
    isRepairing = false,
    now = Date.now(),
    budgetMs = 30_000,
    onProgress = () => {},
    configDamage = () => null,
    weightsDamage = () => null,
  }: CheckOptions = {},
): StoreCheck[] {
  try {
    const schemaRepair = isRepairing ? changeSchema(path, repairSchema) : null;
    const { sql, close } = isRepairing ? openExisting(path) : openForReading(path);
    try {
      let isSound = true;
      const checks = Object.entries(CHECKS).map(([name, check]) => {
        const end = performance.now() + budgetMs;
        const hasTime = () => performance.now() < end;
        const told = { configDamage, weightsDamage, onProgress, hasTime, schemaRepair };
        const context = { sql, path, now, ...told };
        const result = resultOf(name, () => check(context), isRepairing && isSound);
        if (check === checkIntegrity) isSound = result.ok;
        return result;
      });
      if (isRepairing && isSound) sealMissing(sql, { made: "repair", now });
      return [identity(path, (name) => sql.database.pragma(name, { simple: true })), ...checks];
    } finally {
      close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [{ check: "store", ok: false, isRepaired: false, detail: error.message }];
  }
}

function resultOf(name: string, check: () => Found, isRepairing: boolean): StoreCheck {
  const result = (ok: boolean, detail: string, isRepaired = false): StoreCheck => {
    return { check: name, ok, isRepaired, detail };
  };
  try {
    const found = check();
    if (typeof found === "string") return result(true, found);
    if (!isRepairing || found.repair === undefined) return result(false, found.text);
    const { ok, detail } = found.repair();
    return result(ok, detail, ok);
  } catch (error) {
    if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
    return result(false, `cannot be checked: ${error.message}; ${RECOVER}`);
  }
}

/** Returns what the file says of itself. */
function identity(path: string, pragma: (name: string) => unknown): StoreCheck {
  const log = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
  const mode = String(pragma("journal_mode"));
  const journal =
    mode === "wal" ? `write-ahead log of ${(log / 1e6).toFixed(1)} MB` : `journal ${mode}`;
  const detail = `${path}: version ${pragma("user_version")}, ${journal}`;
  return { check: "store", ok: true, isRepaired: false, detail };
}
