import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { Discoverer } from "../src/discover.ts";
import type { FoundLog, LogTimes } from "../src/log.ts";
import { mlflowFolder } from "../src/mlflow/mlflow-folder.ts";
import { databases } from "../src/sqlite/databases.ts";
import { emptyLog, foundFile, logsOf, points, type ReadLog, readLog, readOn } from "./read-log.ts";

const { env, missing } = pythonWith("logs");
const withTrackers = test.runIf(missing === null || process.env.CI !== undefined);
if (missing !== null) test.skip(`databases of real trackers: ${missing}`, () => {});

type Row = { readonly loss: number; readonly "valid/acc": number };

let logged: string | undefined;

/** Returns a folder of its own with what the trackers have logged. */
function trackers(): { folder: string; rows: readonly Row[] } {
  if (logged === undefined) {
    logged = mkdtempSync(join(tmpdir(), "ablate-trackers-"));
    const script = join(import.meta.dirname, "trackers.py");
    const { status, stderr } = spawnSync("python3", [script, logged], { env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }
  const folder = emptyFolder();
  cpSync(logged, folder, { recursive: true });
  return { folder, rows: JSON.parse(readFileSync(join(folder, "rows.json"), "utf8")) };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-trackers-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function databaseLogs(path: string): readonly FoundLog[] {
  return logsOf(databases, [path]);
}

function folderLogs(folder: string): readonly FoundLog[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => foundFile(join(parentPath, name), false));
  return mlflowFolder.logs(
    files.filter((file) => mlflowFolder.claims(file)),
    { stepColumn: null },
  );
}

/** Checks that a run has every number of the rows, one in each tenth step. */
function expectRows(
  log: ReadLog,
  rows: readonly Row[],
  changed: ReadonlyMap<number, number>,
): void {
  const losses = rows.map(({ loss }, i) => [10 * i, changed.get(10 * i) ?? loss]);
  expect(points(log, "loss")).toEqual(losses);
  expect(points(log, "valid/acc")).toEqual(rows.map((row, i) => [10 * i, row["valid/acc"]]));
  expect(points(log, "nan")).toEqual([[expect.any(Number), Number.NaN]]);
  expect(points(log, "up").map(([, number]) => number)).toEqual([Number.POSITIVE_INFINITY]);
  expect(points(log, "down").map(([, number]) => number)).toEqual([Number.NEGATIVE_INFINITY]);
}

/** Checks that a run began and ended when the trackers were run. */
function expectRecent(
  startedAt: number | null | undefined,
  endedAt: number | null | undefined,
): void {
  const now = Date.now();
  expect(startedAt).toBeGreaterThan(now - 3_600_000);
  expect(endedAt).toBeGreaterThanOrEqual(startedAt ?? now);
  expect(endedAt).toBeLessThanOrEqual(now);
}

/** Returns what a log says of its times when it is read. */
function timesOf(log: FoundLog): Partial<LogTimes> {
  const reader = log.open([]);
  while (reader.read(65_536).length > 0);
  return reader.times?.() ?? {};
}

withTrackers.each([
  ["database", (folder: string) => databaseLogs(join(folder, "mlflow.db"))],
  ["file store", (folder: string) => folderLogs(join(folder, "mlruns"))],
])("reads every number that MLflow keeps in a %s", (_, find) => {
  const { folder, rows } = trackers();
  const logs = find(folder);
  const named = logs.map(({ grid, label }) => `${grid}/${label}`).sort();
  expect(named).toEqual(["names of people/adam 3", "names of people/failed"]);
  const first = logs.find(({ label }) => label === "adam 3");
  const failed = logs.find(({ label }) => label === "failed");
  if (first === undefined || failed === undefined) throw new Error("a run is missing");

  const log = readLog(first, 1000);

  expectRows(log, rows, new Map([[20, 7.5]]));
  expect(points(log, "without steps")).toEqual([
    [0, 3],
    [1, 2],
    [2, 1],
  ]);
  const config = { lr: 0.1, optimizer: "adam", seed: 3, nesterov: false };
  expect(log.run).toMatchObject({ config, seed: 3 });
  expect(log.run?.provenance).toMatchObject({ owner: "me", "source.type": "LOCAL" });
  expect(log.end).toMatchObject({ state: "finished" });
  expectRecent(log.run?.startedAt, log.end?.endedAt);
  expect(readLog(failed).end).toMatchObject({ state: "failed" });
  expect(log.troubles).toEqual([]);
});

withTrackers("reads every number that Trackio keeps", () => {
  const { folder, rows } = trackers();
  const logs = databaseLogs(join(folder, "trackio", "people.db"));
  expect(logs.map(({ grid, label }) => `${grid}/${label}`)).toEqual([
    "people/adam 3",
    "people/second",
  ]);
  const [first, second] = logs.map((log) => readLog(log));
  if (first === undefined || second === undefined) throw new Error("a run is missing");

  expectRows(first, rows, new Map());
  expect(points(first, "deep.er")).toHaveLength(rows.length);
  expectRecent(first.run?.startedAt, logs[0] && timesOf(logs[0]).endedAt);
  expect(first.run).toMatchObject({ config: { lr: 0.1, seed: 3, model: { hidden: 20 } }, seed: 3 });
  expect(points(second, "loss")).toEqual([[0, 0.25]]);
  expect(readdirSync(join(folder, "trackio")).filter((name) => /-(wal|shm)$/.test(name))).toEqual(
    [],
  );
});

withTrackers("goes on with what a database has got since, and ends the run again", () => {
  const { folder } = trackers();
  const path = join(folder, "mlflow.db");
  const [log] = databaseLogs(path);
  if (log === undefined) throw new Error("no log");
  const before = readLog(log);
  const database = new SqliteDatabase(path);
  const run = log.identity.slice("mlflow:".length);
  database.prepare("update runs set status = 'RUNNING' where run_uuid = ?").run(run);
  const insert = database.prepare("insert into metrics values ('loss', ?, 0, ?, ?, 0)");
  insert.run(0.125, run, 1000);
  const during = readOn(log.open(before.positions), emptyLog());
  insert.run(0.25, run, 1001);
  database.prepare("update runs set status = 'KILLED' where run_uuid = ?").run(run);
  database.close();
  const after = readOn(log.open(during.positions), emptyLog());

  expect(points(during, "loss")).toEqual([[1000, 0.125]]);
  expect(during.end).toBe(null);
  expect(points(after, "loss")).toEqual([[1001, 0.25]]);
  expect(after.end).toMatchObject({ state: "stopped" });
  expect(after.run).toBe(null);
});

withTrackers("finds a run that begins while its database is followed", () => {
  const { folder } = trackers();
  const discoverer = new Discoverer([folder], { stepColumn: null });
  const labels = (): string[] => discoverer.discover().logs.map(({ label }) => label);
  const before = labels();
  const database = new SqliteDatabase(join(folder, "trackio", "people.db"));
  const insert = "insert into metrics (run_id, timestamp, run_name, step, metrics)";
  database.exec(`${insert} values ('x', '2026', 'third', 0, '{"loss": 1}')`);
  const after = labels();
  database.close();

  expect(before).not.toContain("third");
  expect(after.sort()).toEqual([...before, "third"].sort());
});

withTrackers("goes on with the files of a run, and waits for a line that is cut off", () => {
  const { folder } = trackers();
  const log = folderLogs(join(folder, "mlruns")).find(({ label }) => label === "adam 3");
  const loss = log?.paths.find((path) => path.endsWith("/loss"));
  if (log === undefined || loss === undefined) throw new Error("no log");
  const before = readLog(log);
  writeFileSync(loss, "1795898094457 0.125 1000\n1795898094457 0.2", { flag: "a" });
  const during = readOn(log.open(before.positions), emptyLog());
  writeFileSync(loss, "5 1001\n1795898094457 x 1002\n", { flag: "a" });
  const after = readOn(log.open(during.positions), emptyLog());

  expect(points(during, "loss")).toEqual([[1000, 0.125]]);
  expect(points(after, "loss")).toEqual([[1001, 0.25]]);
  expect(after.troubles).toEqual([
    `${loss}: "1795898094457 x 1002" is not a step; such lines are left out`,
  ]);
});

withTrackers("reads a log that is being written in a folder that is read-only", () => {
  const { folder, rows } = trackers();
  const path = join(folder, "trackio", "people.db");
  const writer = new SqliteDatabase(path);
  writer.prepare("update metrics set metrics = ? where id = 1").run('{"loss": 9}');
  const names = readdirSync(join(folder, "trackio")).sort();
  chmodSync(join(folder, "trackio"), 0o555);
  const [log] = databaseLogs(path);
  if (log === undefined) throw new Error("no log");
  const read = readLog(log);
  chmodSync(join(folder, "trackio"), 0o755);
  expect(readdirSync(join(folder, "trackio")).sort()).toEqual(names);
  writer.close();

  expect(points(read, "loss")).toHaveLength(rows.length);
  expect(points(read, "loss")[0]).toEqual([0, 9]);
});

withTrackers(
  "says in one sentence that a database is locked, damaged or of another version",
  () => {
    const { folder } = trackers();
    const path = join(folder, "mlflow.db");
    const said = (): readonly string[] =>
      databaseLogs(path).flatMap((log) => readLog(log).troubles);
    const database = new SqliteDatabase(path);
    database.exec("begin exclusive");
    const locked = said();
    database.exec("rollback; alter table metrics rename column is_nan to nan");
    database.close();
    const other = said();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x55, 100, 8192));
    const damaged = said();

    expect(locked).toEqual([
      `${path}: is locked by the program that writes to it; try again, or follow it`,
    ]);
    expect(other).toEqual([
      `${path}: has no metrics.is_nan: it is of a version of MLflow that is not known here`,
    ]);
    expect(damaged).toEqual([
      `${path}: is damaged: SQLite cannot read it; data that was read before is kept`,
    ]);
  },
);

test("says of a database that is named and of nobody's what it is, and leaves it in a folder", () => {
  const path = join(emptyFolder(), "other.db");
  new SqliteDatabase(path).exec("create table metrics (a)").close();
  const inFolder = databases.logs([foundFile(path, false)], { stepColumn: null });
  copyFileSync(path, `${path}.copy`);

  expect(inFolder).toEqual([]);
  expect(databaseLogs(path).flatMap((log) => readLog(log).troubles)).toEqual([
    `${path}: is an SQLite database, but neither MLflow's nor Trackio's`,
  ]);
});
