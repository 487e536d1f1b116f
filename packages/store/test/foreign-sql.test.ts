import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { annotate, checkStore, importStore, openReader, openWriter } from "../src/index.ts";
import { initial } from "../src/migrations/first-tables.ts";
import { APPLICATION_ID } from "../src/migrations/migrate.ts";
import { damage, mendedOf, wrongOf } from "./check-make.ts";
import { claimedRun, NOW, readerAt, temporaryPath } from "./make.ts";

/** A closed store with the run `g/v`, changed by statements of others. */
function changedStore(...statements: readonly string[]): string {
  const { path, writer } = claimedRun(["embedding"]);
  writer.close();
  damage(path, ...statements);
  return path;
}

const TAG = { kind: "tag", target: "g/v", add: ["x"], remove: [] } as const;

test.each([
  ["a trigger", "trigger spy", "create trigger spy after insert on tag begin delete from run; end"],
  [
    "a trigger on a view of ours",
    "trigger spy",
    "create trigger spy instead of insert on runs begin delete from run; end",
  ],
  ["an index that computes", "index spy", "create index spy on run (upper(name))"],
  [
    "an index that asks first",
    "index spy",
    "create index spy on run (name) where length(name) > 1",
  ],
])("%s keeps a store from being written to, not from being read", (_, name, statement) => {
  const path = changedStore(statement);
  const refusal = `cannot write to ${path}: its ${name} would run SQL that is not ablate's; \`ablate doctor --repair\` drops it`;

  expect(() => openWriter(path)).toThrow(refusal);
  expect(() => annotate(path, TAG)).toThrow(refusal);
  expect(
    readerAt(path)
      .runs()
      .map((run) => run.name),
  ).toEqual(["g/v"]);
});

test("doctor names what would run SQL of the file and views that are not ours, and a repair drops and makes them", () => {
  const path = changedStore(
    "create trigger spy after update on run begin delete from step; end",
    "drop view kept_run",
    "create view kept_run as select * from kept_run_2",
    "create view kept_run_2 as select * from kept_run",
    "drop view effects",
    "create table mine (a)",
  );
  const wrong = [
    "the trigger spy is not from ablate and would run SQL",
    "the view kept_run is not as ablate makes it",
    "the view effects is missing",
  ].join(", ");
  expect(wrongOf(checkStore(path, { now: NOW }))).toEqual([`schema: ${wrong}`]);

  const repaired = checkStore(path, { isRepairing: true, now: NOW });

  expect(mendedOf(repaired)).toEqual([`schema: made as ablate makes it: ${wrong}`]);
  const after = checkStore(path, { now: NOW });
  expect(wrongOf(after)).toEqual([]);
  expect(after.find(({ check }) => check === "schema")?.detail).toBe(
    "views and tables as ablate makes them; not from ablate, left alone: the view kept_run_2, the table mine",
  );
  expect(annotate(path, TAG)).toContain("x");
});

test.each([
  [
    "a virtual table",
    "drop table tick; create virtual table tick using fts5(run_id, step, at_ms)",
    "tick",
  ],
  ["any virtual table", "create virtual table other using fts5(a)", "other"],
  [
    "a column that is computed",
    "alter table step add column loud text as (upper(hex(ratios)))",
    "step",
  ],
  [
    "a check that calls a function",
    "drop table tag; create table tag (run_id integer, tag text check (/* ) */ length(tag) > 1)) strict",
    "tag",
  ],
])("%s in the place of a table is refused", (_, statements, name) => {
  const path = changedStore(statements);

  const refusal = `${path} is not an ablate store: its ${name} is no table`;
  expect(() => openReader(path)).toThrow(refusal);
  expect(() => openWriter(path)).toThrow(refusal);
});

test("a table, an index and a column of the user's own stay and disturb nothing", () => {
  const path = changedStore(
    "create table mine (a)",
    `create table "odd "" name" (run_id integer references run, "x "" y")`,
    "create index fast on step (loss)",
    "alter table run add column mood text",
  );

  expect(annotate(path, TAG)).toContain("x");
  expect(wrongOf(checkStore(path, { now: NOW }))).toEqual([]);
  expect(openWriter(path).close()).toBe(undefined);
});

test("triggers of an older store are not run when it is imported", async () => {
  const path = temporaryPath();
  const old = new SqliteDatabase(path);
  old.exec(`${initial}
    insert into run (id, name, hash, config, seed, engine, steps, planned_at)
      values (1, 'g/v', 'hash', '{"record":{}}', 1, 'simd', 2, 0);
    create trigger spy after update on run begin insert into tag values (1, 'ran'); end;
    pragma application_id = ${APPLICATION_ID};
    pragma user_version = 1;`);
  old.close();
  const target = temporaryPath("target.db");

  await importStore(target, path);

  expect(readerAt(target).run("g/v")?.tags).toEqual([]);
});

test("a function that does something cannot be called by a view of the file", () => {
  const path = changedStore("create view mine as select load_extension('x')");

  expect(() => readerAt(path).query("select * from mine")).toThrow(/unsafe|not authorized/);
  const database = new SqliteDatabase(path, { readonly: true });
  expect(database.pragma("trusted_schema", { simple: true })).toBe(1);
  database.close();
});
