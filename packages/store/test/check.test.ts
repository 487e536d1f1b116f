import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import SqliteDatabase, { type Database } from "better-sqlite3";
import { expect, test } from "vitest";
import { checkStore, openWriter, type StoreCheck } from "../src/index.ts";
import {
  blockOf,
  FINISHED,
  gridOf,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
} from "./make.ts";

const STEPS = 5000;
const NAMES = ["a", "b"];

/** A closed store with two finished runs of 5,000 steps, `g/v1` and `g/v2`. */
function finishedStore(): string {
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

function damage(path: string, ...statements: readonly string[]): void {
  const database = new SqliteDatabase(path);
  database.pragma("foreign_keys = OFF");
  for (const statement of statements) database.exec(statement);
  database.close();
}

function inspect<T>(path: string, look: (database: Database) => T): T {
  const database = new SqliteDatabase(path, { readonly: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

function wrongOf(checks: readonly StoreCheck[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
}

function mendedOf(checks: readonly StoreCheck[]): string[] {
  return checks
    .filter(({ isRepaired }) => isRepaired)
    .map(({ check, detail }) => `${check}: ${detail}`);
}

/** Everything of both runs that a repair must not change. */
function contentOf(path: string): unknown {
  return inspect(path, (database) =>
    ["run", "step", "rollup", "checkpoint", "tick"].map((table) =>
      database.prepare(`select * from ${table}`).raw().all(),
    ),
  );
}

test("nothing is wrong with a store that was closed, and looking does not write", () => {
  const path = finishedStore();
  const before = readFileSync(path);

  const checks = checkStore(path);

  expect(checks.map(({ check, ok }) => [check, ok])).toEqual(
    [
      "store",
      "integrity",
      "foreign keys",
      "running",
      "steps",
      "rollup",
      "checkpoints",
      "space",
      "disk",
    ].map((check) => [check, true]),
  );
  expect(checks.map(({ detail }) => detail).join("\n")).toContain("10,000 steps compared");
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  [
    "a changed row",
    "update rollup set data = zeroblob(length(data)) where run_id = 1 and level = 256 and bucket = 7",
  ],
  [
    "a changed open row",
    "update rollup set data = zeroblob(length(data)) where run_id = 1 and level = 65536",
  ],
  ["a missing row", "delete from rollup where run_id = 1 and level = 16 and bucket = 100"],
  ["a row too many", "insert into rollup values (1, 16, 999, 16, x'00')"],
  ["no rows at all", "delete from rollup where run_id = 1"],
])("a rollup with %s is built anew from the steps", (_, statement) => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(path, statement);

  expect(wrongOf(checkStore(path))).toEqual(["rollup: not what the steps say: g/v1"]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "rollup: built anew from the steps: g/v1",
  ]);

  expect(wrongOf(checkStore(path))).toEqual([]);
  expect(contentOf(path)).toEqual(whole);
});

test("a run with a hole keeps what is before it and is to be trained again", () => {
  const path = finishedStore();
  damage(path, "delete from step where run_id = 1 and step in (3000, 3001, 4500)");

  expect(wrongOf(checkStore(path))).toEqual([
    "steps: g/v1 is whole up to 3,000 steps of 5,000",
    "rollup: not what the steps say: g/v1",
  ]);
  const mended = mendedOf(checkStore(path, { isRepairing: true }));

  expect(mended[0]).toBe("steps: kept what is whole: g/v1 is whole up to 3,000 steps of 5,000");
  expect(wrongOf(checkStore(path))).toEqual([]);
  const run = readerAt(path).run("g/v1");
  expect(run).toMatchObject({ state: "interrupted", reason: "history damaged", last_step: 2999 });
  expect(readerAt(path).weights("g/v1")).toBeUndefined();
  expect(readerAt(path).run("g/v2")).toMatchObject({ state: "finished", last_step: 4999 });
});

test("a step whose ratios are too short is where a run is cut", () => {
  const path = finishedStore();
  damage(path, "update step set ratios = x'00' where run_id = 2 and step = 10");

  expect(wrongOf(checkStore(path))[0]).toBe("steps: g/v2 is whole up to 10 steps of 5,000");
  checkStore(path, { isRepairing: true });

  expect(readerAt(path).run("g/v2")?.last_step).toBe(9);
  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("a wrong last step is put right, the run stays finished", () => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(path, "update run set last_step = 4000 where id = 1");

  expect(wrongOf(checkStore(path))[0]).toBe("steps: g/v1 is whole up to 5,000 steps of 4,001");
  checkStore(path, { isRepairing: true });

  expect(contentOf(path)).toEqual(whole);
});

test("a checkpoint with a flipped bit is dropped", () => {
  const path = finishedStore();
  const bytes = readFileSync(path);
  const at = bytes.indexOf(Buffer.alloc(3000, 2));
  const file = openSync(path, "r+");
  writeSync(file, Buffer.of(3), 0, 1, at + 1000);

  expect(wrongOf(checkStore(path))).toEqual(["checkpoints: damaged: g/v2 at 5000"]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "checkpoints: dropped what was damaged: g/v2 at 5000; `ablate run --restart` makes it anew",
  ]);
  expect(readerAt(path).weights("g/v2")).toBeUndefined();
  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("rows of runs that are not there are deleted", () => {
  const path = finishedStore();
  const whole = contentOf(path);
  damage(
    path,
    "insert into step values (77, 0, 1, 1, x''), (77, 1, 1, 1, x'')",
    "insert into eval values (78, 'valid', 'none', 1, 2.5)",
    "insert into probe values (5, 79, 1, 1, 1, 1, x'')",
    "insert into probe_norm values (5, 0, 0, x''), (6, 0, 0, x'')",
  );

  const [found] = wrongOf(checkStore(path));
  expect(found).toMatch(/^foreign keys: .*2 rows of step without their run/);
  expect(found).toContain("1 row of eval without their run");
  expect(mendedOf(checkStore(path, { isRepairing: true }))[0]).toMatch(/^foreign keys: deleted /);

  expect(wrongOf(checkStore(path))).toEqual([]);
  expect(contentOf(path)).toEqual(whole);
});

test("an index that lacks a row is built anew", () => {
  const path = finishedStore();
  const schema = inspect(path, (database) =>
    database.prepare("select rootpage, sql from sqlite_schema where name = 'event_by_run'").get(),
  );
  const { rootpage, sql } = Object(schema);
  const unsafe = (statement: string): void => {
    const database = new SqliteDatabase(path);
    database.unsafeMode(true);
    database.pragma("writable_schema = ON");
    database.exec(statement);
    database.close();
  };
  unsafe("delete from sqlite_schema where name = 'event_by_run'");
  damage(path, "insert into event (run_id, at_ms, kind) values (1, 0, 'lost')");
  unsafe(
    `insert into sqlite_schema values ('index', 'event_by_run', 'event', ${rootpage}, '${sql}')`,
  );

  expect(wrongOf(checkStore(path))[0]).toMatch(/^integrity: .*missing from index event_by_run/);
  expect(mendedOf(checkStore(path, { isRepairing: true }))[0]).toMatch(
    /^integrity: built the indices anew/,
  );
  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("a run whose process has died is marked as interrupted", () => {
  const path = finishedStore();
  damage(
    path,
    "update run set state = 'running', pid = 1, host = 'gone', heartbeat_at = 0 where id = 2",
  );

  expect(wrongOf(checkStore(path))).toEqual([
    "running: their process has died: g/v2; `ablate run` trains them again",
  ]);
  expect(mendedOf(checkStore(path, { isRepairing: true }))).toEqual([
    "running: marked as interrupted: g/v2",
  ]);
  expect(readerAt(path).run("g/v2")).toMatchObject({
    state: "interrupted",
    reason: "process died",
  });
});

test("what a live process is writing is left alone", () => {
  const path = finishedStore();
  const live = `state = 'running', claim = 'x', pid = ${process.pid}, host = '${hostname()}', heartbeat_at = ${Date.now()}`;
  damage(
    path,
    `update run set ${live} where id = 1`,
    "delete from step where run_id = 1 and step = 7",
    "update checkpoint set weights = x'00' where run_id = 1",
  );
  const before = contentOf(path);

  expect(wrongOf(checkStore(path, { isRepairing: true }))).toEqual([
    "steps: being trained, left alone: g/v1 is whole up to 7 steps of 5,000",
    "checkpoints: being trained, left alone: g/v1",
  ]);
  expect(contentOf(path)).toEqual(before);
});

test("a page of noise and half a file are wrong, said in sentences, and not mended", () => {
  const path = finishedStore();
  const [noisy, half, none] = ["noisy.db", "half.db", "none.db"].map((name) => temporaryPath(name));
  for (const copy of [noisy, half, none]) copyFileSync(path, copy ?? "");
  const size = inspect(path, (database) => Number(database.pragma("page_size", { simple: true })));
  const page = inspect(path, (database) =>
    Number(
      database.prepare("select rootpage from sqlite_schema where name = 'step'").pluck().get(),
    ),
  );
  writeSync(openSync(noisy ?? "", "r+"), Buffer.alloc(size, 0xa5), 0, size, (page - 1) * size);
  truncateSync(half ?? "", Math.floor(statSync(path).size / 2 / size) * size);
  writeSync(openSync(none ?? "", "r+"), Buffer.alloc(100, 0xa5), 0, 100, 0);

  for (const isRepairing of [false, true]) {
    expect(wrongOf(checkStore(noisy ?? "", { isRepairing })).join("\n")).toMatch(
      /^integrity: .*`\.recover`/,
    );
    expect(wrongOf(checkStore(half ?? "", { isRepairing }))[0]).toMatch(
      /^store: .* is damaged: .*`.recover`/,
    );
    expect(wrongOf(checkStore(none ?? "", { isRepairing }))).toEqual([
      `store: ${none} is not an ablate store: it is not an SQLite database; name another file with --store`,
    ]);
  }
});

test("where pages are damaged nothing is deleted, also what looks wrong elsewhere", () => {
  const path = finishedStore();
  damage(
    path,
    "update checkpoint set weights = x'00' where run_id = 1",
    "delete from step where run_id = 2 and step = 7",
    "insert into tag values (77, 'lost')",
  );
  const page = inspect(path, (database) =>
    Number(
      database.prepare("select rootpage from sqlite_schema where name = 'eval'").pluck().get(),
    ),
  );
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
  closeSync(file);
  const before = readFileSync(path);

  const checks = checkStore(path, { isRepairing: true });

  expect(mendedOf(checks)).toEqual([]);
  expect(wrongOf(checks).map((text) => text.split(":")[0])).toEqual(
    expect.arrayContaining(["integrity", "steps", "checkpoints"]),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("without time for more, rollups are counted", () => {
  const path = finishedStore();
  damage(path, "delete from rollup where run_id = 1 and level = 16 and bucket = 100");

  const checks = checkStore(path, { budgetMs: 0 });

  expect(wrongOf(checks)).toEqual(["rollup: not what the steps say: g/v1"]);
  expect(checks.find(({ check }) => check === "checkpoints")?.detail).toContain("0 of 2");
});
