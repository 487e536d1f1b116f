import { hostname } from "node:os";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { openWriter, type StoreCheck } from "../src/index.ts";
import { blockOf, FINISHED, gridOf, parametersOf, plannedRun, temporaryPath } from "./make.ts";

const STEPS = 5000;
const NAMES = ["a", "b"];

/** A closed store with two finished runs of 5,000 steps, `g/v1` and `g/v2`. */
export function finishedStore(): string {
  const path = temporaryPath();
  const writer = openWriter(path);
  const runs = ["v1", "v2"].map((label) => plannedRun(label, { steps: STEPS }));
  for (const { id } of writer.planGrid(gridOf(runs))) {
    const claim = { token: `t${id}`, pid: process.pid, host: hostname() };
    writer.claimRun(id, claim, {}, parametersOf(NAMES));
    const losses = Array.from({ length: STEPS }, (_, i) => 3 + Math.sin(i * id));
    const ratios = Array.from({ length: STEPS * NAMES.length }, (_, i) => 1e-3 * (1 + (i % 7)));
    writer.appendSteps(id, claim.token, blockOf(0, losses, ratios));
    const weights = new Uint8Array(3000).fill(id);
    const snapshot = { step: STEPS, evaluations: [], samples: ["x"], weights };
    writer.endRun(id, claim.token, { ...FINISHED, snapshot });
  }
  writer.close();
  return path;
}

export function damage(path: string, ...statements: readonly string[]): void {
  const database = new SqliteDatabase(path);
  database.pragma("foreign_keys = OFF");
  for (const statement of statements) database.exec(statement);
  database.close();
}

export function inspect<T>(path: string, look: (database: Database) => T): T {
  const database = new SqliteDatabase(path, { readonly: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

export function wrongOf(checks: readonly StoreCheck[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
}

export function mendedOf(checks: readonly StoreCheck[]): string[] {
  return checks
    .filter(({ isRepaired }) => isRepaired)
    .map(({ check, detail }) => `${check}: ${detail}`);
}

/** Everything of both runs that a repair must not change. */
export function contentOf(path: string): unknown {
  return inspect(path, (database) =>
    ["run", "step", "rollup", "checkpoint", "tick"].map((table) =>
      database.prepare(`select * from ${table}`).raw().all(),
    ),
  );
}
