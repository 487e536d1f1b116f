import { openReader, type StoreReader } from "@ablate/store";

/** What a run was recorded with that another attempt, host or moment may change. */
const PASSING: Readonly<Record<string, readonly string[]>> = {
  run: [
    ...[
      "id",
      "planned_at",
      "started_at",
      "ended_at",
      "heartbeat_at",
      "host",
      "pid",
      "process_start",
      "claim",
    ],
    ...["train_seconds", "provenance", "config"],
  ],
  checkpoint: ["id", "train_seconds"],
  probe: ["id"],
};
const WITHOUT_TIME: readonly string[] = [
  ...["param", "step", "rollup", "eval", "sample", "checkpoint", "finding", "probe_layer", "probe"],
  ...["metric", "metric_rollup", "revision"],
];

const IS_RECORDED = "name not glob 'system/*'";

/** Leaves out what the process of a training took. */
const RECORDED: Readonly<Record<string, string>> = {
  metric: `and ${IS_RECORDED}`,
  metric_rollup: `and metric in (select idx from metric m
    where m.run_id = metric_rollup.run_id and ${IS_RECORDED})`,
};

/** Everything that a store knows of a run but time, host, process and speed, table by table. */
export function wholeRun(path: string, run: string): Readonly<Record<string, unknown>> {
  const reader = openReader(path);
  try {
    const ofRun = "where run_id = (select id from run where name = ?)";
    const tables = WITHOUT_TIME.map((table) => {
      const columns = columnsOf(reader, table).filter((name) => name !== "run_id");
      const which = `${ofRun} ${RECORDED[table] ?? ""}`;
      return [table, rows(reader, `select ${columns} from ${table} ${which}`, run)];
    });
    const ofProbes = ["probe_tensor", "probe_norm"].map((table) => {
      const columns = columnsOf(reader, table).filter((name) => name !== "probe_id");
      const from = `${table} join probe on probe.id = probe_id ${ofRun}`;
      return [table, rows(reader, `select step, ${columns} from ${from}`, run)];
    });
    const own = rows(reader, `select ${columnsOf(reader, "run")} from run where name = ?`, run);
    // In how many rows points lie is decided by when they were sent.
    const numbers = `select name, step, value from metrics where run = ? and ${IS_RECORDED}`;
    const points = rows(reader, numbers, run);
    return Object.fromEntries([["run", own], ...tables, ...ofProbes, ["metrics", points]]);
  } finally {
    reader.close();
  }
}

/** Rows in an order of their own, blobs as hexadecimal digits. */
function rows(reader: StoreReader, sql: string, run: string): readonly string[] {
  return reader
    .query(sql, [run])
    .rows.map((row) => JSON.stringify(row.map((value) => (isBytes(value) ? hex(value) : value))))
    .sort();
}

function columnsOf(reader: StoreReader, table: string): readonly string[] {
  return reader
    .query("select name from pragma_table_info(?)", [table])
    .rows.map(([name]) => String(name))
    .filter((name) => !(PASSING[table] ?? []).includes(name));
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
