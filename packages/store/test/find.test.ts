import { expect, test } from "vitest";
import { StoreError, type StoreReader } from "../src/index.ts";
import { gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

function withRuns(): StoreReader {
  const path = temporaryPath();
  const hashes = { v1: "aa11", v10: "ab22", w: "cc33" };
  const runs = Object.entries(hashes).map(([label, hash]) => plannedRun(label, { hash }));
  writerAt(path).planGrid(gridOf(runs));
  return readerAt(path);
}

test.each([
  ["a name", "g/v1", "g/v1"],
  ["a label, though another begins with it", "v1", "g/v1"],
  ["the beginning of one name", "g/w", "g/w"],
  ["the beginning of one label", "v10", "g/v10"],
  ["the beginning of one hash", "cc", "g/w"],
  ["a hash", "ab22", "g/v10"],
  ["nothing", "zz", undefined],
  ["no text", "", undefined],
  ["a wildcard, which is only a character", "g/%", undefined],
])("a run is found by %s", (_, text, name) => {
  expect(withRuns().run(text)?.name).toBe(name);
});

test("a text that could mean several runs is refused with their names", () => {
  const reader = withRuns();

  expect(() => reader.run("v")).toThrow(StoreError);
  expect(() => reader.run("v")).toThrow('"v" could be any of g/v1, g/v10; give a longer name');
});

test("a run is found by its whole hash", () => {
  expect(withRuns().findByHash("aa11")).toMatchObject({ name: "g/v1", state: "pending" });
  expect(withRuns().findByHash("aa")).toBeUndefined();
});
