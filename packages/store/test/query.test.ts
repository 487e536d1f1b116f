import { expect, test } from "vitest";
import { StoreError } from "../src/index.ts";
import { claimedRun, readerAt } from "./make.ts";

test("a query gives columns and rows", () => {
  const reader = readerAt(claimedRun([]).path);
  const sql = "-- which\n/* runs? */ with r as (select run, seed from runs) select * from r";

  expect(reader.query(sql)).toEqual({ columns: ["run", "seed"], rows: [["g/v", 42]] });
  expect(reader.query("SELECT ? + 1 as n", [2])).toEqual({ columns: ["n"], rows: [[3]] });
});

test.each([
  ["delete from run", "only SELECT and WITH read a store, got DELETE"],
  ["with r as (select 1) delete from run", "the statement would write"],
  ["pragma user_version = 7", "only SELECT and WITH read a store, got PRAGMA"],
  ["select 1; delete from run", "more than one statement"],
  ["attach 'x.db' as x", "got ATTACH"],
  ["", "got no statement"],
  ["select * from nowhere", "query: no such table: nowhere"],
  ["select ?", "query: "],
])("the query %s is refused", (sql, message) => {
  const reader = readerAt(claimedRun([]).path);

  expect(() => reader.query(sql)).toThrow(StoreError);
  expect(() => reader.query(sql)).toThrow(message);
  expect(reader.runs()).toHaveLength(1);
});
