import { rmSync } from "node:fs";
import { join } from "node:path";
import { sealMissing } from "../check/seal-missing.ts";
import { dropForeignRules } from "../file/foreign-objects.ts";
import { connect, type OpenedStore, opened, openForReading } from "../file/open-database.ts";
import { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { temporaryFolder } from "../file/temporary-folder.ts";
import { opening } from "../file/trouble.ts";
import { CURRENT_VERSION, migrate, versionOf } from "../migrations/migrate.ts";

/** Opens a store to copy from, as it is at this moment; an older one by way of a migrated copy. */
export function openSource(path: string): OpenedStore {
  const found = openForReading(path);
  try {
    const isCurrent = versionOf(found.sql.database) === CURRENT_VERSION;
    const source = isCurrent ? found : migratedCopy(found, path);
    source.sql.database.exec("begin; select count(*) from sqlite_schema");
    return source;
  } catch (error) {
    found.close();
    throw error;
  }
}

/** Opens a store without anything, which no file holds. */
export function emptyStore(): OpenedStore {
  const database = connect(":memory:");
  migrate(database);
  return opened(database);
}

function migratedCopy({ sql, notice, close }: OpenedStore, path: string): OpenedStore {
  const folder = temporaryFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return opening(path, `make a copy in ${folder} of`, () => {
      const copy = join(folder, "store.db");
      // Changing the place of temporary tables drops them; SQLite would index stand-ins as if they were tables.
      sql.database.pragma("temp_store = DEFAULT");
      sql.run("vacuum into ?", copy);
      close();
      const database = connect(copy);
      dropForeignRules(database);
      migrate(database);
      sealMissing(new Statements(database), { made: "migration" });
      const closeCopy = () => {
        database.close();
        remove();
      };
      return { ...opened(database), notice, close: closeCopy };
    });
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Reads every page of a store that would be copied from.
 *
 * @throws StoreError - if SQLite finds them damaged
 */
export function refuseDamaged(sql: Statements, path: string): void {
  const verdict: unknown = sql.database.pragma("quick_check(1)", { simple: true });
  if (verdict === "ok") return;
  const found = String(verdict).replace(/^\*\*\* in database \w+ \*\*\*\n/, "");
  throw new StoreError(
    `${path} is damaged (${found.replaceAll("\n", " ")}); copy it again, or save what is intact with sqlite3's .recover`,
  );
}
