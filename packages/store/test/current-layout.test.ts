import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { checkStore, importStore, openReader, openWriter, queryStore } from "../src/index.ts";
import { createView, views } from "../src/views/views.ts";
import { wrongOf } from "./check-make.ts";
import { claimedRun, NOW, readerAt, temporaryPath, writerAt } from "./make.ts";

const ENDLESS =
  "with recursive c(i) as (select 1 union all select i + 1 from c) select r.* from run r, c";

/** A store with the run `g/v`, closed and changed by statements of others. */
function changedStore(...statements: readonly string[]): string {
  const { path, writer } = claimedRun(["embedding"]);
  writer.close();
  const database = new SqliteDatabase(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return path;
}

function viewTexts(path: string): unknown[] {
  const database = new SqliteDatabase(path, { readonly: true });
  const texts = database
    .prepare(
      "select replace(sql, 'CREATE VIEW', 'create view') from sqlite_schema where type = 'view'",
    )
    .pluck()
    .all();
  database.close();
  return texts;
}

test("a view that the file has under a name of ours is never run by what reads", async () => {
  const path = changedStore("drop view kept_run", `create view kept_run as ${ENDLESS}`);

  const reader = readerAt(path);

  expect(reader.runs().map(({ name }) => name)).toEqual(["g/v"]);
  expect(reader.table("runs", { runs: ["g/v"], grid: null }).columns[0]?.name).toBe("run");
  const answer = await queryStore(path, "select run from runs", { limit: 0, timeoutMs: 60_000 });
  expect(answer.rows).toEqual([["g/v"]]);
  expect(wrongOf(checkStore(path, { now: NOW }))).toEqual([
    "schema: the view kept_run is not as ablate makes it",
  ]);
});

test("a store is imported by our views, not by its own", async () => {
  const path = changedStore("drop view kept_run", `create view kept_run as ${ENDLESS}`);
  const target = temporaryPath();
  writerAt(target).close();

  const { runs } = await importStore(target, path);

  expect(runs.map(({ run, change }) => [run, change])).toEqual([["g/v", "added"]]);
});

test("views that are missing or older in the file are there for a reader, and the next write renews them", () => {
  const path = changedStore(
    "drop view effects",
    "drop view runs",
    "create view runs as select name as run from run",
  );

  expect(readerAt(path).runs()[0]).toMatchObject({ name: "g/v", tags: [], label: "v" });
  expect(readerAt(path).query("select * from effects").rows).toEqual([]);
  expect(viewTexts(path)).toHaveLength(views.length - 1);
  writerAt(path);

  expect(viewTexts(path).sort()).toEqual(views.map((view) => createView(view)).sort());
});

test("a view of the user's own stays in the file", () => {
  const path = changedStore("create view mine as select name from run");

  writerAt(path);

  expect(readerAt(path).query("select * from mine").rows).toEqual([["g/v"]]);
});

test("a file in which a view has the name of a table is refused", () => {
  const path = changedStore(
    "drop table tick",
    `create view Tick as ${ENDLESS}`,
    "create view mine as select 1",
  );

  const refusal = `${path} is not an ablate store: its Tick is no table`;
  expect(() => openReader(path)).toThrow(refusal);
  expect(() => openWriter(path)).toThrow(refusal);
});
