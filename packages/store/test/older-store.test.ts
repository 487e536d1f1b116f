import { readFileSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { annotate } from "../src/index.ts";
import { initial } from "../src/migrations/001-initial.ts";
import { APPLICATION_ID } from "../src/migrations.ts";
import { views } from "../src/views.ts";
import { gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

/** A store as the first version left it, with the run `g/a`. */
function storeOfVersion1(): string {
  const path = temporaryPath();
  const database = new SqliteDatabase(path);
  database.exec(initial);
  for (const { name, sql } of views.filter(({ name }) => !["tags", "notes"].includes(name))) {
    database.exec(`create view "${name}" as ${sql}`);
  }
  database.exec(`
    insert into grid values (1, 'g', '', '', 0);
    insert into run (id, name, hash, config, seed, engine, steps, planned_at)
      values (1, 'g/a', 'h', '{}', 1, 'simd', 2, 0);
    insert into grid_run values (1, 1, 1, 'a', 0);
    insert into tag values (1, 'old');
    pragma application_id = ${APPLICATION_ID};
    pragma user_version = 1;`);
  database.close();
  return path;
}

test("a store of version 1 is read without being written to", () => {
  const path = storeOfVersion1();
  const before = readFileSync(path);

  const reader = readerAt(path);

  expect(reader.runs().map(({ run, tags }) => [run, tags])).toEqual([["g/a", "old"]]);
  expect(reader.annotations().runs.get("g/a")).toEqual({ tags: ["old"], note: null });
  expect(reader.query("select * from tags").rows).toEqual([["g", "g/a", "old"]]);
  expect(reader.query("select * from notes").rows).toEqual([]);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a store of version 1 is migrated by the first annotation, and who reads it sees that", () => {
  const path = storeOfVersion1();
  const reader = readerAt(path);
  expect(reader.annotations().grids.size).toBe(0);

  annotate(path, { kind: "note", target: "g/a", text: "new" });
  annotate(path, { kind: "tag", target: "g", add: ["study"], remove: [] });

  for (const one of [reader, readerAt(path)]) {
    expect(one.annotations().runs.get("g/a")).toEqual({ tags: ["old"], note: "new" });
    expect(one.annotations().grids.get("g")).toEqual({ tags: ["study"], note: null });
    expect(one.query("select note from notes").rows).toEqual([["new"]]);
    expect(one.runs()).toHaveLength(1);
  }
  expect(writerAt(path).planGrid(gridOf([plannedRun("a", { hash: "h" })]))[0]?.name).toBe("g/a");
});
