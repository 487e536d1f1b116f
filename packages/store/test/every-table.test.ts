import SqliteDatabase, { type Database } from "better-sqlite3";
import { expect, test } from "vitest";
import { renewGridNames, renewNames, sealRun } from "../src/digest/seal.ts";
import { readSchema } from "../src/file/owned-tables.ts";
import { Statements } from "../src/file/statements.ts";
import { discard, importStore, SCHEMA, sealStore } from "../src/index.ts";
import { readSteps } from "../src/reading/read-steps.ts";
import { checkpointDigest } from "../src/recovery/checkpoints.ts";
import { MetricHistory } from "../src/writing/metric-history.ts";
import { Rollup } from "../src/writing/rollup.ts";
import { readerAt, temporaryPath, writerAt } from "./make.ts";

type Column = { readonly name: string; readonly type: string };

/** Values that the others bear out: of columns that take only some, of JSON and of sizes. */
const ALLOWED: Readonly<Record<string, unknown>> = {
  "run.state": "finished",
  "colour.key": "run:run.hash",
  "console_line.stream": "out",
  "run.config": "{}",
  "run.provenance": "{}",
  "run.last_step": 0,
  "step.step": 0,
  "run.parameters": 1,
  "run.claim": null,
  "finding.level": "info",
  "diagnosis.thresholds": "{}",
  "param.idx": 0,
  "param.shape": "[1]",
  "param.size": 1,
  "probe.tokens": 0,
  "probe.logits": Buffer.alloc(0),
  "probe_layer.units": 8,
  "probe_tensor.layer": 2,
  "probe_tensor.mantissa_bits": 0,
  "probe_tensor.smallest": 0,
  "probe_tensor.largest": 0,
  "probe_tensor.first_bin": 1,
  "probe_tensor.digits": 8,
  "probe_norm.layer": 3,
  "metric.goal": "min",
  "probe_norm.pairs": Buffer.alloc(5 * 8),
};

function tablesOf(database: Database): string[] {
  return database
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by rowid",
    )
    .pluck()
    .all();
}

/** Tables of what no other store gets. */
const TRASH: readonly string[] = [
  ...["trash_run", "trash_grid", "damaged_run"],
  ...["inbox", "store_id"],
];

/** What is written anew in another file, from the other tables. */
const DIGESTS: readonly string[] = ["digest", "seal", "name_digest", "grid_digest"];

/** A store with rows in every other table that there is, all of one grid and its one run. */
function storeWithEverything(): string {
  const path = temporaryPath();
  writerAt(path).close();
  const database = new SqliteDatabase(path);
  const aside = [...TRASH, ...DIGESTS];
  for (const table of tablesOf(database)) if (!aside.includes(table)) fill(database, table);
  const [weights, state] = database
    .prepare<[], [Buffer, Buffer]>("select weights, state from checkpoint")
    .raw()
    .get() ?? [Buffer.of(), Buffer.of()];
  database.prepare("update checkpoint set sha256 = ?").run(checkpointDigest(weights, state));
  const sql = new Statements(database);
  sql.run("delete from rollup");
  new Rollup(1).append(
    readSteps(sql, 1, { first: 0, end: 1, parameters: 1 }),
    ({ level, bucket, n, data }) =>
      sql.run("insert into rollup values (1, ?, ?, ?, ?)", level, bucket, n, data),
  );
  for (const table of ["metric_point", "metric_rollup"]) sql.run(`delete from ${table}`);
  sql.run("update metric set idx = 0");
  new MetricHistory(sql, { runId: 1, metric: 0 }).renew();
  new MetricHistory(sql, { runId: 1, metric: 0 }).append({
    steps: Float64Array.of(2),
    numbers: Float64Array.of(3),
  });
  sealRun(sql, 1, { made: "end", now: 0 });
  renewNames(sql, 1);
  renewGridNames(sql, 1);
  database.close();
  return path;
}

function fill(database: Database, table: string): void {
  const columns = database
    .prepare<[string], Column>("select name, upper(type) as type from pragma_table_info(?)")
    .all(table);
  const keys = database
    .prepare<[string], string>(`select "from" from pragma_foreign_key_list(?)`)
    .pluck()
    .all(table);
  const values = columns.map(({ name, type }, i) => {
    if (keys.includes(name)) return 1;
    const allowed = ALLOWED[`${table}.${name}`];
    if (allowed !== undefined) return allowed;
    if (type === "TEXT") return `${table}.${name}`;
    if (type === "BLOB") return Buffer.from([i, 2, 3, 0]);
    return type === "REAL" ? i + 0.5 : i + 1;
  });
  const marks = columns.map(() => "?").join(", ");
  database.prepare(`insert into "${table}" values (${marks})`).run(...values);
}

/** Every row of every table; places in a grid count from 0 in another file. */
function everything(path: string): Record<string, unknown[]> {
  const database = new SqliteDatabase(path);
  database.exec("update grid_run set position = 0");
  // Over places in a grid, among others.
  database.exec("delete from name_digest");
  const rows = tablesOf(database).map((table) => [
    table,
    database.prepare(`select * from "${table}"`).all(),
  ]);
  database.close();
  return Object.fromEntries(rows);
}

test("every table of the schema belongs to a run or a grid", () => {
  const database = new SqliteDatabase(storeWithEverything());
  const { ofRun, ofGrid } = readSchema(new Statements(database));
  const known = [...ofRun, ...ofGrid].map(({ name }) => name);
  const merged = ["grid", "run", "grid_run", "tag", "run_note", "grid_note", "grid_tag"];
  const anew = ["former_name", "colour", "name_digest", "grid_digest", "trash_run", "trash_grid"];
  const ofThisFile = ["inbox", "store_id"];

  expect([...known, ...merged, ...anew, ...ofThisFile].sort()).toEqual(tablesOf(database).sort());
  database.close();
});

test("a table that belongs to nothing is refused rather than forgotten", () => {
  const database = new SqliteDatabase(storeWithEverything());
  database.exec("create table loose (id integer primary key) strict");

  expect(() => readSchema(new Statements(database))).toThrow(
    "the table loose belongs to no run and no grid",
  );
  database.close();
});

test("a sealed store has every row of every table", async () => {
  const path = storeWithEverything();
  const sealed = temporaryPath("sealed.db");

  await sealStore(path, sealed, { runs: ["run.name"], grid: null, beforeRun: async () => {} });

  expect(everything(sealed)).toEqual(everything(path));
});

test("an import brings every row of every table", async () => {
  const path = storeWithEverything();
  const here = temporaryPath("here.db");

  await importStore(here, path);

  expect(everything(here)).toEqual(everything(path));
});

test("an import that replaces a run brings every row of every table too", async () => {
  const path = storeWithEverything();
  const here = temporaryPath("here.db");
  await importStore(here, path);
  const database = new SqliteDatabase(here);
  database.pragma("foreign_keys = ON");
  database.exec(
    "update run set state = 'interrupted', last_step = 0, last_loss = 99; delete from step",
  );
  database.close();

  const { runs } = await importStore(here, path);

  expect(runs.map(({ change }) => change)).toEqual(["replaced"]);
  expect(everything(here)).toEqual(everything(path));
});

test("no view has anything of what is in the trash", () => {
  const path = storeWithEverything();
  const database = new SqliteDatabase(path);
  database.exec("update run set config = '{}', provenance = '{}'; update param set idx = 0");
  database.close();
  const filled = () =>
    SCHEMA.map(({ name }) => name).filter((name) => {
      return readerAt(path).query(`select 1 from "${name}" limit 1`).rows.length > 0;
    });

  expect(filled()).toEqual(
    expect.arrayContaining(["runs", "grid_runs", "tags", "notes", "findings", "loss", "evals"]),
  );
  discard(path, { runs: [], grids: ["grid.name"] });

  expect(filled()).toEqual([]);
});
