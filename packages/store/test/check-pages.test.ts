import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { checkStore } from "../src/index.ts";
import { damage, finishedStore, inspect, mendedOf, wrongOf } from "./check-make.ts";
import { temporaryPath } from "./make.ts";

test("an index that lacks a row is rebuilt", () => {
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
    /^integrity: rebuilt the indices/,
  );
  expect(wrongOf(checkStore(path))).toEqual([]);
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
