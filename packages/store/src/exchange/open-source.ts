import { rmSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { type OpenedDatabase, openForReading } from "../file/open-database.ts";
import { DamageError, StoreError } from "../file/store-error.ts";
import { temporaryFolder } from "../file/temporary-folder.ts";
import { CURRENT_VERSION, migrate } from "../migrations/migrate.ts";
import { checkpointDigest } from "../recovery/checkpoints.ts";

/** Opens a store to copy from, as it is at this moment; an older one by way of a migrated copy. */
export function openSource(path: string): OpenedDatabase {
  const opened = openForReading(path);
  try {
    const source = isCurrent(opened.database) ? opened : migratedCopy(opened);
    source.database.exec("begin; select count(*) from sqlite_schema");
    return source;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** A store without anything, which no file holds. */
export function emptyStore(): OpenedDatabase {
  const database = new SqliteDatabase(":memory:");
  migrate(database);
  return { database, notice: null, close: () => database.close() };
}

function isCurrent(database: Database): boolean {
  return Number(database.pragma("user_version", { simple: true })) === CURRENT_VERSION;
}

function migratedCopy({ database: original, notice, close }: OpenedDatabase): OpenedDatabase {
  const folder = temporaryFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, "store.db");
    // Changing the place of temporary tables drops them; SQLite would index stand-ins as if they were tables.
    original.pragma("temp_store = DEFAULT");
    original.prepare("vacuum into ?").run(copy);
    close();
    const database = new SqliteDatabase(copy);
    migrate(database);
    return {
      database,
      notice,
      close: () => {
        database.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

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
