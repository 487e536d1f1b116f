/** Checks of a store's file: its pages, its references, the room it takes and has. */
import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { counted } from "@ablate/text";
import { currentTables } from "../file/own-tables.ts";
import type { Statements } from "../file/statements.ts";
import { RECOVER } from "../file/trouble.ts";
import { bytesOfStore } from "../trash/collect.ts";
import { trashEntries } from "../trash/entries.ts";
import { type CheckContext, type Found, listed } from "./check.ts";

/** Size of a file beyond which indices are not compared with their tables: that takes long. */
const THOROUGH_BYTES = 200e6;
const MOST_PROBLEMS = 100;

/** Runs SQLite's own check of every page; an index that is wrong is built anew. */
export function checkIntegrity({ sql, path }: CheckContext): Found {
  const pragma = statSync(path).size < THOROUGH_BYTES ? "integrity_check" : "quick_check";
  const problemsNow = (): string[] =>
    sql
      .values(`pragma ${pragma}(${MOST_PROBLEMS})`)
      .filter((text) => text !== "ok")
      .map((text) => String(text).replaceAll("\n", " "));
  const textOf = (some: readonly string[]) => `${counted(some.length, "problem")}: ${listed(some)}`;
  const problems = problemsNow();
  if (problems.length === 0) return `intact (${pragma})`;
  const found = textOf(problems);
  const text = `${found}; ${RECOVER}`;
  if (!problems.every((problem) => /\bindex\b/.test(problem))) return { text };
  const repair = () => {
    sql.database.exec("reindex");
    const left = problemsNow();
    return left.length === 0
      ? { ok: true, detail: `rebuilt the indices: ${found}` }
      : { ok: false, detail: `${textOf(left)}; ${RECOVER}` };
  };
  return { text, repair };
}

type Reference = { readonly table: string; readonly column: string; readonly parent: string };

/** Reads keys of the schema `main`: for an older store, temporary views stand in for its tables. */
const REFERENCES = `
  select m.name as "table", f."from" as "column", f."table" as parent
  from main.sqlite_schema m join pragma_foreign_key_list(m.name, 'main') f where m.type = 'table'
  and m.name in (select value from json_each(?))`;

/** Finds rows that belong to a run, a grid or a probe that is not there. */
export function checkOrphans({ sql }: CheckContext): Found {
  const references = sql.rows<Reference>(REFERENCES, JSON.stringify([...currentTables().keys()]));
  const orphans = references
    .map((reference) => ({ ...reference, rows: countOrphans(sql, reference) }))
    .filter(({ rows }) => rows > 0);
  if (orphans.length === 0) {
    const tables = new Set(references.map(({ table }) => table));
    return `all rows of ${counted(tables.size, "table")} have their parents`;
  }
  const text = orphans
    .map(({ table, rows, parent }) => `${counted(rows, "row")} of ${table} without their ${parent}`)
    .join(", ");
  const erase = () => {
    // A probe may be an orphan itself: what hangs on it goes with it.
    for (const { table, column, parent } of orphans) {
      sql.run(`delete from "${table}" where "${column}" not in (select id from "${parent}")`);
    }
  };
  const repair = () => {
    sql.transaction(erase);
    return { ok: true, detail: `deleted ${text}` };
  };
  return { text, repair };
}

/** Goes from one run to the next where the table is in their order, not through its rows. */
function countOrphans(sql: Statements, { table, column, parent }: Reference): number {
  const hop = (after: string) =>
    `(select "${column}" from "${table}" ${after} order by "${column}" limit 1)`;
  const owners = sql.values<number>(
    `with recursive owner(id) as (select ${hop("")}
       union all select ${hop(`where "${column}" > owner.id`)} from owner where owner.id is not null)
     select id from owner where id is not null and id not in (select id from "${parent}")`,
  );
  if (owners.length === 0) return 0;
  const count = `
    select count(*) from "${table}" where "${column}" in (select value from json_each(?))`;
  return sql.value<number>(count, JSON.stringify(owners)) ?? 0;
}

/** Says what `ablate gc` would free. */
export function checkSpace({ sql, path }: CheckContext): Found {
  const pragma = (name: string): number => Number(sql.database.pragma(name, { simple: true }));
  const free = pragma("freelist_count") * pragma("page_size");
  const trash = trashEntries(sql).reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = [`${megabytes(free)} unused`, `${megabytes(trash)} in the trash`];
  const hint = free + trash > 1e6 ? "; `ablate gc` frees it" : "";
  return `${megabytes(bytesOfStore(path))}, ${parts.join(", ")}${hint}`;
}

/** Free bytes below which a grid may not get far. */
const LITTLE = 100e6;

/** Says what is left on the disk. */
export function checkDisk({ path }: CheckContext): Found {
  const { bavail, bsize } = statfsSync(dirname(path));
  const left = bavail * bsize;
  const text = `${megabytes(left)} free`;
  return left < LITTLE ? { text: `${text}; make room before training` } : text;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;
}
