/** Everything that a store knows but time, host, process and speed, as text that can be compared. */
import { createHash } from "node:crypto";
import { checkStore, openReader, type StoreReader } from "@ablate/store";

/** Columns that another attempt, host or moment may change. */
const PASSING: Readonly<Record<string, readonly string[]>> = {
  grid: ["planned_at"],
  grid_plan: ["planned_at"],
  run: [
    ...["planned_at", "started_at", "ended_at", "heartbeat_at", "host", "pid", "claim"],
    ...["process_start", "train_seconds", "provenance"],
  ],
  checkpoint: ["train_seconds"],
};
/**
 * When and how often something was done, and digests, which are over such times too. Ends of runs are looked at apart,
 * digests by the checks of the store.
 */
const PASSING_TABLES: readonly string[] = [
  ...["tick", "event", "digest", "seal", "grid_digest"],
  ...["inbox", "store_id"],
];

const IS_RECORDED = "name not glob 'system/*'";
const OF_RECORDED = `metric in (select idx from metric m where m.run_id = t.run_id and ${IS_RECORDED})`;

/** Leaves out what the process of a training took of its machine. */
const RECORDED: Readonly<Record<string, string>> = {
  metric: IS_RECORDED,
  metric_point: OF_RECORDED,
  metric_rollup: OF_RECORDED,
};

/** Numbers of rows that others refer to, as what they stand for. */
const NAMED: Readonly<Record<string, string>> = {
  run_id: "(select name from run where id = t.run_id)",
  grid_id: "(select name from grid where id = t.grid_id)",
  probe_id: `(select r.name || ' ' || p.step from probe p join run r on r.id = p.run_id
    where p.id = t.probe_id)`,
};

/** The rows of every table, in an order of their own. */
export function wholeGrid(path: string): ReadonlyMap<string, readonly string[]> {
  return reading(path, (reader) => {
    const tables = reader
      .query("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .rows.map(([name]) => String(name))
      .filter((name) => !PASSING_TABLES.includes(name));
    return new Map(tables.map((table) => [table, rowsOf(reader, table)]));
  });
}

/** Rows that only one of both has, in short: none, and both are the same. */
export function differences(path: string, undisturbed: string): string[] {
  const [is, was] = [wholeGrid(path), wholeGrid(undisturbed)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((table) => {
    const [here, there] = [is.get(table) ?? [], was.get(table) ?? []];
    const [added, missing] = [without(here, there), without(there, here)];
    const twice = here.length === new Set(here).size ? [] : ["a row is there twice"];
    return [...twice, ...short("+", added), ...short("-", missing)].map((row) => `${table} ${row}`);
  });
}

/** What is wrong with a store in itself: its pages, sums, checkpoints, and the ends of its runs. */
export function faults(path: string): string[] {
  const wrong = checkStore(path).filter(({ ok }) => !ok);
  const ends = reading(path, (reader) =>
    reader.runs().flatMap(({ name: run, lastStep: last, state }) => {
      const kinds = reader.events(run).map(({ kind }) => kind);
      const isEnd = (kind: string): boolean => kind === state;
      const ticks = reader.ticks(run).steps;
      return [
        ...(kinds.filter(isEnd).length === 1 && isEnd(kinds.at(-1) ?? "") ? [] : ["ended twice"]),
        ...(kinds.filter((kind) => kind === "started").length <= 1 ? [] : ["started twice"]),
        ...(ticks.at(-1) === last ? [] : ["its last tick is not that of its last step"]),
      ].map((fault) => `${run}: ${fault} (${kinds})`);
    }),
  );
  return [...wrong.map(({ check, detail }) => `${check}: ${detail}`), ...ends];
}

function rowsOf(reader: StoreReader, table: string): string[] {
  const columns = reader
    .query("select name from pragma_table_info(?)", [table])
    .rows.map(([name]) => String(name))
    .filter((name) => name !== "id" && !(PASSING[table] ?? []).includes(name))
    .map((name) => NAMED[name] ?? `"${name}"`);
  const { rows } = reader.query(
    `select ${columns} from ${table} t where ${RECORDED[table] ?? "true"}`,
  );
  return rows.map((row) => JSON.stringify(row.map(plain))).sort();
}

function plain(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return value.length > 64
    ? createHash("sha256").update(value).digest("hex")
    : Buffer.from(value).toString("hex");
}

function without(rows: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return rows.filter((row) => !known.has(row));
}

const SHOWN = 3;

function short(sign: string, rows: readonly string[]): string[] {
  const more = rows.length > SHOWN ? [`${sign} and ${rows.length - SHOWN} more`] : [];
  return [...rows.slice(0, SHOWN).map((row) => `${sign}${row.slice(0, 300)}`), ...more];
}

function reading<T>(path: string, use: (reader: StoreReader) => T): T {
  const reader = openReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}
