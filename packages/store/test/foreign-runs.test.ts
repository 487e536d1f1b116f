import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { sealRun, unsealRun } from "../src/digest/seal.ts";
import { Statements } from "../src/file/statements.ts";
import { importStore } from "../src/index.ts";
import { contentOf, finishedStore } from "./check-make.ts";
import { readerAt, temporaryPath } from "./make.ts";

/** Tables as another program makes them, without types that are kept. */
const LOOSE = [
  "pragma writable_schema = on",
  "update sqlite_schema set sql = replace(sql, ' strict', '') where type = 'table'",
  "pragma writable_schema = reset",
];

/** A store of two runs whose first, `g/v1`, somebody has changed and given digests of what it is now. */
function hostileStore(...statements: readonly string[]): string {
  const path = finishedStore();
  const database = new SqliteDatabase(path).unsafeMode();
  for (const statement of statements) database.exec(statement);
  const sql = new Statements(database);
  unsealRun(sql, 1);
  try {
    sealRun(sql, 1, { made: "end", now: 0 });
  } catch {
    unsealRun(sql, 1); // what no digest can be made of
  }
  database.close();
  return path;
}

test.each<{ readonly name: string; readonly reason: RegExp; readonly sql: readonly string[] }>([
  {
    name: "a step below 0",
    reason: /whole up to 0 steps of 5,000/,
    sql: ["update step set step = -1 where run_id = 1 and step = 0"],
  },
  {
    name: "ratios that are too short",
    reason: /whole up to 9 steps of 5,000/,
    sql: ["update step set ratios = x'00' where run_id = 1 and step = 9"],
  },
  {
    name: "a curve that its steps do not say",
    reason: /its curves do not match its steps/,
    sql: ["update rollup set n = n + 1 where run_id = 1 and level = 16 and bucket = 0"],
  },
  {
    name: "an infinite loss that its curve does not have",
    reason: /its curves do not match its steps/,
    sql: ["update step set loss = 9e999 where run_id = 1 and step = 7"],
  },
  {
    name: "a checkpoint of other bytes",
    reason: /checkpoint at 5,000/,
    sql: ["update checkpoint set weights = zeroblob(9) where run_id = 1"],
  },
  {
    name: "a config that is no JSON",
    reason: /its config is no JSON/,
    sql: ["update run set config = '{' where id = 1"],
  },
  {
    name: "a size that its shape does not have",
    reason: /another size than its shape/,
    sql: ["update param set shape = '[1e9]' where run_id = 1"],
  },
  {
    name: "text where a number belongs",
    reason: /it does not fit: cannot store TEXT value in INTEGER column run\.started_at/,
    sql: [...LOOSE, "update run set started_at = 'soon' where id = 1"],
  },
  {
    name: "a number where text belongs",
    reason: /it does not fit: cannot store BLOB value in TEXT column event\.kind/,
    sql: [...LOOSE, "insert into event (run_id, at_ms, kind) values (1, 0, x'00')"],
  },
  {
    name: "a state that there is not",
    reason: /it does not fit: CHECK constraint failed/,
    sql: [
      ...LOOSE,
      "pragma ignore_check_constraints = on",
      "update run set state = 'great' where id = 1",
    ],
  },
])("a foreign run with $name is refused by name, and the others come", async ({ reason, sql }) => {
  const from = hostileStore(...sql);
  const before = contentOf(from);
  const path = temporaryPath("mine.db");

  const report = await importStore(path, from);

  expect(report.refused).toMatchObject([{ run: "g/v1" }]);
  expect(report.refused[0]?.reason).toMatch(reason);
  expect(report.runs.map(({ run, change }) => [run, change])).toEqual([["g/v2", "added"]]);
  expect(
    readerAt(path)
      .runs()
      .map(({ name }) => name),
  ).toEqual(["g/v2"]);
  expect(readerAt(path).query("select distinct run_id from step").rows).toEqual([[1]]);
  expect(contentOf(from)).toEqual(before);
});

test("a foreign grid that does not fit is refused by name, and its runs come without it", async () => {
  const from = hostileStore(...LOOSE, "update grid set planned_at = 'never' where id = 1");
  const path = temporaryPath("mine.db");

  const report = await importStore(path, from);

  expect(report.refused).toMatchObject([
    { run: "grid g", reason: expect.stringContaining("grid.planned_at") },
  ]);
  expect(
    readerAt(path)
      .runs()
      .map(({ name, grid }) => [name, grid]),
  ).toEqual([
    ["g/v1", null],
    ["g/v2", null],
  ]);
});
