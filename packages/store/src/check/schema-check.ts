/** Checks what a file has beside its tables: views, triggers and indices, which are SQL that somebody wrote. */
import type { Database } from "better-sqlite3";
import {
  dropForeignRules,
  extraObjects,
  type Foreign,
  foreignRules,
  foreignViews,
} from "../file/foreign-objects.ts";
import { CURRENT_VERSION, versionOf } from "../migrations/migrate.ts";
import { type CheckContext, type Found, listed } from "./check.ts";

/** Finds what would run SQL of the file, and views of ours that are not as this version makes them. */
export function checkSchema({ sql, schemaRepair }: CheckContext): Found {
  if (schemaRepair !== null) {
    return { text: schemaRepair, repair: () => ({ ok: true, detail: schemaRepair }) };
  }
  const faults = schemaFaults(sql.database);
  if (faults.length > 0) return { text: listed(faults) };
  const extra = extraObjects(sql.database);
  const more =
    extra.length === 0 ? "" : `; not from ablate, left alone: ${listed(extra.map(titleOf))}`;
  return `views and tables as ablate makes them${more}`;
}

/** Drops what would run SQL of the file; views are made anew by whoever opens it to write. Says what was wrong. */
export function repairSchema(database: Database): string | null {
  const faults = schemaFaults(database);
  if (faults.length === 0) return null;
  dropForeignRules(database);
  return `made as ablate makes it: ${listed(faults)}`;
}

function schemaFaults(database: Database): string[] {
  const rules = foreignRules(database).map(
    (one) => `${titleOf(one)} is not from ablate and would run SQL`,
  );
  // An older version made other views, and the next write makes them anew.
  if (versionOf(database) < CURRENT_VERSION) return rules;
  const { missing, different } = foreignViews(database);
  return [
    ...rules,
    ...different.map((name) => `the view ${name} is not as ablate makes it`),
    ...missing.map((name) => `the view ${name} is missing`),
  ];
}

function titleOf({ type, name }: Foreign): string {
  return `the ${type} ${name}`;
}
