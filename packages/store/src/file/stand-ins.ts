/** Reads an older store as if it were of this version, without writing to it. */
import type { Database } from "better-sqlite3";
import { CURRENT_VERSION } from "../migrations.ts";
import { views } from "../views/views.ts";

/** Tables since the first version, empty where a store lacks them. */
const TABLES: Readonly<Record<string, string>> = {
  run_note: "run_id integer primary key, text text not null",
  grid_note: "grid_id integer primary key, text text not null",
  grid_tag: "grid_id integer not null, tag text not null, primary key (grid_id, tag)",
  probe_layer: "run_id integer, idx integer, name text, units integer",
  probe:
    "id integer primary key, run_id integer, step integer, examples integer, loss real, tokens integer, logits blob",
  probe_tensor:
    "probe_id integer, layer integer, kind integer, mean real, std real, min real, max real, saturated real, dead integer, mantissa_bits integer, smallest integer, largest integer, first_bin integer, digits integer, counts blob, flat blob",
  probe_norm: "probe_id integer, layer integer, kind integer, pairs blob",
  finding:
    "run_id integer, idx integer, level text, rule text, layer text, param text, step integer, value real, message text",
  diagnosis: "run_id integer, thresholds text",
  trash_run: "run_id integer primary key, at_ms integer not null",
  trash_grid: "grid_id integer primary key, at_ms integer not null",
};

/**
 * Puts empty temporary tables and views in the place of those that the store lacks. What it returns
 * takes them away once another process has migrated the store.
 */
export function standIn(database: Database): () => void {
  const isCurrent = () =>
    Number(database.pragma("main.user_version", { simple: true })) >= CURRENT_VERSION;
  if (isCurrent()) return () => {};
  database.pragma("temp_store = MEMORY");
  const has = database.prepare("select 1 from main.sqlite_schema where name = ?").pluck();
  const tables = Object.entries(TABLES).filter(([name]) => has.get(name) === undefined);
  const missing = views.filter(({ name }) => has.get(name) === undefined);
  for (const [name, columns] of tables) database.exec(`create temp table ${name} (${columns})`);
  for (const { name, sql } of missing) database.exec(`create temp view "${name}" as ${sql}`);

  let areThere = true;
  return () => {
    if (!areThere || !isCurrent()) return;
    for (const { name } of missing) database.exec(`drop view temp."${name}"`);
    for (const [name] of tables) database.exec(`drop table temp.${name}`);
    areThere = false;
  };
}
