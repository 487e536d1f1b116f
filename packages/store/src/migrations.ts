import type { Database } from "better-sqlite3";
import { initial } from "./migrations/001-initial.ts";
import { annotations } from "./migrations/002-annotations.ts";
import { probes } from "./migrations/003-probes.ts";
import { findings } from "./migrations/004-findings.ts";
import { recovery } from "./migrations/005-recovery.ts";
import { trash } from "./migrations/006-trash.ts";
import { tighterProbes } from "./migrations/007-tighter-probes.ts";
import { finalLosses } from "./migrations/008-final-losses.ts";
import { views } from "./views/views.ts";

/** "abla" in ASCII: what `application_id` says in every store. */
export const APPLICATION_ID = 0x61626c61;

/** Appended, never edited. Views are made anew after them: who changes one appends a migration. */
const migrations: readonly string[] = [
  initial,
  annotations,
  probes,
  findings,
  recovery,
  trash,
  tighterProbes,
  finalLosses,
];

/** The version of a store that is up to date: `user_version` counts the migrations it has seen. */
export const CURRENT_VERSION: number = migrations.length;

/** Brings an empty or older database up to date, whole or not at all; leaves another one alone. */
export function migrate(database: Database): void {
  const versionNow = () => Number(database.pragma("user_version", { simple: true }));
  if (versionNow() >= CURRENT_VERSION) return;
  const upgrade = database.transaction(() => {
    const version = versionNow();
    if (version >= CURRENT_VERSION) return;
    for (const migration of migrations.slice(version)) database.exec(migration);
    for (const { name, sql } of views) {
      database.exec(`drop view if exists "${name}"; create view "${name}" as ${sql}`);
    }
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${CURRENT_VERSION}`);
  });
  upgrade.immediate();
}
