import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { readSchema } from "../src/file/owned-tables.ts";
import { Statements } from "../src/file/statements.ts";
import { collectGarbage, discard, type StoreWriter } from "../src/index.ts";
import { blockOf, CLAIM, FINISHED, gridOf, plannedRun, temporaryPath, writerAt } from "./make.ts";

/** What a later version may add: rows of a run at steps, and rows that belong to these. */
const TABLES = `
  create table look (id integer primary key, run_id integer not null references run on delete cascade,
    step integer not null, text text not null) strict;
  create table look_part (look_id integer not null references look on delete cascade,
    part text not null) strict;
  create table taste (run_id integer primary key references run on delete cascade,
    text text not null) strict`;

const CHECKPOINT = { step: 2, weights: Buffer.of(1), state: Buffer.of(2), trainSeconds: 1 };

/** Run 1 with 4 steps and a checkpoint after 2 of them, run 2 planned, and rows of run 1 in the new tables. */
function withNewTables(): { readonly path: string; readonly writer: StoreWriter } {
  const path = temporaryPath();
  writerAt(path).close();
  const database = new SqliteDatabase(path);
  database.exec(TABLES);
  const writer = writerAt(path);
  writer.planGrid(gridOf([plannedRun("short"), plannedRun("long", { steps: 20 })]));
  writer.claimRun(1, CLAIM, {}, []);
  writer.appendCheckpoint(1, CLAIM.token, CHECKPOINT, blockOf(0, [4, 3]));
  writer.appendSteps(1, CLAIM.token, blockOf(2, [2, 1]));
  database.exec("insert into taste values (1, 'sweet')");
  for (const step of [0, 1, 2, 3]) {
    database.prepare("insert into look values (?, 1, ?, ?)").run(step + 10, step, `at ${step}`);
    database.prepare("insert into look_part values (?, ?)").run(step + 10, `of ${step}`);
  }
  database.close();
  return { path, writer };
}

function rowsIn(path: string): { readonly looks: unknown[]; readonly tastes: unknown[] } {
  const database = new SqliteDatabase(path);
  const looks = database
    .prepare(`select run_id, step, text, part from look join look_part on look_id = look.id
      order by run_id, step`)
    .raw()
    .all();
  const tastes = database.prepare("select * from taste order by run_id").raw().all();
  const orphans = database.pragma("foreign_key_check");
  database.close();
  expect(orphans).toEqual([]);
  return { looks, tastes };
}

const EARLY = [
  [1, 0, "at 0", "of 0"],
  [1, 1, "at 1", "of 1"],
];

test("going on at a step cuts tables that nobody has named", () => {
  const { path, writer } = withNewTables();

  writer.resumeRun(1, CLAIM, {}, { runId: 1, run: "g/short", step: 2 });

  expect(rowsIn(path)).toEqual({ looks: EARLY, tastes: [[1, "sweet"]] });
});

test("going on from another run copies them", () => {
  const { path, writer } = withNewTables();
  writer.endRun(1, CLAIM.token, FINISHED);

  writer.resumeRun(2, { ...CLAIM, token: "second" }, {}, { runId: 1, run: "g/short", step: 2 });

  const { looks, tastes } = rowsIn(path);
  expect(looks.slice(4)).toEqual(EARLY.map(([, ...row]) => [2, ...row]));
  expect(tastes).toEqual([
    [1, "sweet"],
    [2, "sweet"],
  ]);
});

test("beginning again clears them, and so does gc", () => {
  const { path, writer } = withNewTables();
  const nothing = { looks: [], tastes: [] };

  writer.claimRun(1, CLAIM, {}, []);
  expect(rowsIn(path)).toEqual(nothing);
  writer.close();

  const { path: other, writer: ofOther } = withNewTables();
  ofOther.endRun(1, CLAIM.token, FINISHED);
  ofOther.close();
  discard(other, { runs: ["g/short"], grids: [] });
  collectGarbage(other);
  expect(rowsIn(other)).toEqual(nothing);
});

test("every table of runs has steps, or is one whose rows belong to the beginning or to the whole", () => {
  const path = temporaryPath();
  writerAt(path).close();
  const database = new SqliteDatabase(path);
  const { ofRun } = readSchema(new Statements(database));
  database.close();
  const withoutSteps = ofRun.filter(({ parent, columns }) => {
    return parent === "run" && !columns.includes("step");
  });

  expect(withoutSteps.map(({ name }) => name).sort()).toEqual([
    "console_line",
    "damaged_run",
    "diagnosis",
    "digest",
    "event",
    "log_file",
    "metric",
    "metric_rollup",
    "param",
    "probe_layer",
    "rollup",
    "seal",
  ]);
});
