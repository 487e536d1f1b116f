import { statSync } from "node:fs";
import { counted } from "@ablate/text";
import type { Database } from "better-sqlite3";
import { RECOVER } from "../file/opening.ts";
import { type CheckContext, fine, listed, repaired, type StoreCheck, wrong } from "./check.ts";

const CHECK = "integrity";

/** In larger files indices are not held against their tables: that takes long. */
const THOROUGH_BYTES = 200e6;
const MOST_PROBLEMS = 100;

/** SQLite's own check of every page; an index that is wrong is built anew. */
export function checkIntegrity({ database, path, isRepairing }: CheckContext): StoreCheck {
  const isThorough = statSync(path).size < THOROUGH_BYTES;
  const problems = problemsOf(database, isThorough);
  if (problems.length === 0) {
    return fine(CHECK, `intact (${isThorough ? "integrity_check" : "quick_check"})`);
  }
  const found = `${counted(problems.length, "problem")}: ${listed(problems)}`;
  if (!isRepairing || !problems.every((problem) => /\bindex\b/.test(problem))) {
    return wrong(CHECK, `${found}; ${RECOVER}`);
  }
  database.exec("reindex");
  const left = problemsOf(database, isThorough);
  return left.length === 0
    ? repaired(CHECK, `built the indices anew: ${found}`)
    : wrong(CHECK, `${counted(left.length, "problem")}: ${listed(left)}; ${RECOVER}`);
}

function problemsOf(database: Database, isThorough: boolean): string[] {
  const pragma = `${isThorough ? "integrity_check" : "quick_check"}(${MOST_PROBLEMS})`;
  const rows: unknown = database.prepare(`pragma ${pragma}`).pluck().all();
  const texts = Array.isArray(rows) ? rows.map(String) : [];
  return texts.filter((text) => text !== "ok").map((text) => text.replaceAll("\n", " "));
}

const FOREIGN_KEYS = "foreign keys";

type Reference = { readonly table: string; readonly column: string; readonly parent: string };
type Orphans = Reference & { readonly rows: number };

/** Rows that belong to a run, a grid or a probe that is not there. */
export function checkOrphans({ database, isRepairing }: CheckContext): StoreCheck {
  const references = referencesOf(database);
  const orphans = references.flatMap((reference) => orphansOf(database, reference));
  const rows = orphans.reduce((sum, one) => sum + one.rows, 0);
  if (rows === 0)
    return fine(
      FOREIGN_KEYS,
      `every row of ${counted(tablesOf(references), "table")} belongs somewhere`,
    );
  const text = orphans
    .map(({ table, rows, parent }) => `${counted(rows, "row")} of ${table} without their ${parent}`)
    .join(", ");
  if (!isRepairing) return wrong(FOREIGN_KEYS, text);
  const erase = database.transaction(() => {
    // A probe may be an orphan itself: what hangs on it goes with it.
    for (const { table, column, parent } of orphans) {
      database.exec(`delete from "${table}" where "${column}" not in (select id from "${parent}")`);
    }
  });
  erase.immediate();
  return repaired(FOREIGN_KEYS, `deleted ${text}`);
}

function tablesOf(references: readonly Reference[]): number {
  return new Set(references.map(({ table }) => table)).size;
}

function referencesOf(database: Database): Reference[] {
  return database
    .prepare<[], Reference>(
      `select m.name as "table", f."from" as "column", f."table" as parent
       from main.sqlite_schema m join pragma_foreign_key_list(m.name, 'main') f where m.type = 'table'`,
    )
    .all();
}

/** Goes from one run to the next where the table is in their order, not through its rows. */
function orphansOf(database: Database, { table, column, parent }: Reference): Orphans[] {
  const hop = (after: string) =>
    `(select "${column}" from "${table}" ${after} order by "${column}" limit 1)`;
  const owners = database
    .prepare<[], number>(
      `with recursive owner(id) as (select ${hop("")}
         union all select ${hop(`where "${column}" > owner.id`)} from owner where owner.id is not null)
       select id from owner where id is not null and id not in (select id from "${parent}")`,
    )
    .pluck()
    .all();
  if (owners.length === 0) return [];
  const count = database
    .prepare<[string], number>(
      `select count(*) from "${table}" where "${column}" in (select value from json_each(?))`,
    )
    .pluck();
  return [{ table, column, parent, rows: count.get(JSON.stringify(owners)) ?? 0 }];
}
