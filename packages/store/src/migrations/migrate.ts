import type { Database } from "better-sqlite3";
import { createView, views } from "../views/views.ts";
import { colours } from "./colour-table.ts";
import { consoleLines } from "./console-table.ts";
import { digests } from "./digest-tables.ts";
import { initial } from "./first-tables.ts";
import {
  type AddedColumn,
  endsAndOrigins,
  parameterRoles,
  processStarts,
} from "./later-columns.ts";
import {
  annotations,
  FIRST_REVISIONS,
  findings,
  plans,
  probes,
  recovery,
  revisions,
  trash,
} from "./later-tables.ts";
import { logFiles, recordedRuns } from "./log-tables.ts";
import { metrics } from "./metric-tables.ts";
import { remoteRuns } from "./remote-tables.ts";

/** "abla" in ASCII: what `application_id` says in every store. */
export const APPLICATION_ID = 0x61626c61;

/**
 * SQL, or columns to add. Appended, never edited. Views are no part of it: a writer renews them
 * whenever their text differs.
 */
const migrations: readonly (string | readonly AddedColumn[])[] = [
  initial,
  annotations,
  probes,
  findings,
  recovery,
  trash,
  // Versions 7 and 8 changed what is written and the views, not the tables.
  "",
  "",
  parameterRoles,
  endsAndOrigins,
  digests,
  processStarts,
  plans,
  revisions,
  metrics,
  recordedRuns,
  logFiles,
  colours,
  consoleLines,
  remoteRuns,
];

/** The version of a store that is up to date: `user_version` counts the migrations it has seen. */
export const CURRENT_VERSION: number = migrations.length;

export const ADDED_COLUMNS: readonly AddedColumn[] = migrations.flatMap((migration) =>
  typeof migration === "string" ? [] : migration,
);

/** What a table that came later has in an older store, by its name; one that is not named is empty there. */
export const ADDED_ROWS: ReadonlyMap<string, string> = new Map([["revision", FIRST_REVISIONS]]);

/** Brings an empty or older database up to date, whole or not at all; leaves another one alone. */
export function migrate(database: Database): void {
  const isUpToDate = () => versionOf(database) >= CURRENT_VERSION && hasCurrentViews(database);
  if (isUpToDate()) return;
  const upgrade = database.transaction(() => {
    if (isUpToDate()) return;
    migrateTables(database);
    for (const view of views) {
      database.exec(`drop view if exists main."${view.name}"; ${createView(view)}`);
    }
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${CURRENT_VERSION}`);
  });
  upgrade.immediate();
}

/** Makes the tables of this version of those that are there. */
export function migrateTables(database: Database): void {
  for (const migration of migrations.slice(versionOf(database))) {
    if (typeof migration === "string") database.exec(migration);
    else for (const column of migration) database.exec(addColumn(column));
  }
}

export function versionOf(database: Database): number {
  return Number(database.pragma("main.user_version", { simple: true }));
}

function addColumn({ table, name, definition, fill }: AddedColumn): string {
  const add = `alter table ${table} add column ${name} ${definition};`;
  return fill === null ? add : `${add} update ${table} set ${name} = ${fill};`;
}

/** SQLite keeps the text of a view as it was given, but for the words in capitals. */
function hasCurrentViews(database: Database): boolean {
  const texts = database
    .prepare<[], string>("select sql from main.sqlite_schema where type = 'view'")
    .pluck()
    .all();
  const known = new Set(texts.map((text) => text.replace("CREATE VIEW", "create view")));
  return views.every((view) => known.has(createView(view)));
}
