import { expect, test } from "vitest";
import { type Finding, StoreError } from "../src/index.ts";
import { CLAIM, claimedRun, FINISHED, readerAt } from "./make.ts";
import { plainSqlite3, plainTest } from "./plain-sqlite3.ts";

function findingOf(changes: Partial<Finding> = {}): Finding {
  return {
    level: "warning",
    rule: "saturated",
    layer: "hidden1",
    param: null,
    step: 0,
    value: 0.66,
    message: "hidden1: 66 % saturated",
    until: null,
    ...changes,
  };
}

test("findings come back with the most serious first, then by step", () => {
  const { path, writer, id } = claimedRun([]);
  const findings = [
    findingOf({ level: "info", rule: "plateau", step: 3 }),
    findingOf({ step: 200, rule: "slow-updates", layer: null, param: "hidden1.weight" }),
    findingOf({ level: "error", rule: "divergence", step: 900, value: null, layer: null }),
    findingOf({ step: 100 }),
  ];

  writer.setFindings(id, CLAIM.token, findings);

  const [plateau, slow, divergence, saturated] = findings;
  expect(readerAt(path).findings("g/v")).toEqual([divergence, saturated, slow, plateau]);
  expect(readerAt(path).findings("g/other")).toEqual([]);
  expect(readerAt(path).allFindings()).toEqual(
    new Map([["g/v", [divergence, saturated, slow, plateau]]]),
  );
});

test("new findings take the place of the old ones, and stay when the run has ended", () => {
  const { path, writer, id } = claimedRun([]);
  writer.setFindings(id, CLAIM.token, [findingOf(), findingOf({ rule: "dead-units" })]);

  writer.setFindings(id, CLAIM.token, [findingOf({ rule: "plateau" })]);
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(readerAt(path).findings("g/v")).toEqual([findingOf({ rule: "plateau" })]);
});

test("who has lost the claim sets no findings and no thresholds", () => {
  const { path, writer, id } = claimedRun([]);

  expect(() => writer.setFindings(id, "theirs", [findingOf()])).toThrow(StoreError);
  expect(() => writer.setThresholds(id, "theirs", "{}")).toThrow(StoreError);

  expect(readerAt(path).findings("g/v")).toEqual([]);
  expect(readerAt(path).thresholds("g/v")).toBeUndefined();
});

test("thresholds are those of the whole attempt, and go with it as findings do", () => {
  const { path, writer, id } = claimedRun([]);
  writer.setThresholds(id, CLAIM.token, '{"saturated":0.3}');
  writer.setThresholds(id, CLAIM.token, '{"saturated":0.9}');
  writer.setFindings(id, CLAIM.token, [findingOf()]);
  expect(readerAt(path).thresholds("g/v")).toBe('{"saturated":0.3}');
  expect(readerAt(path).judgedRuns()).toEqual(new Set(["g/v"]));

  writer.claimRun(id, CLAIM, {}, []);

  expect(readerAt(path).findings("g/v")).toEqual([]);
  expect(readerAt(path).thresholds("g/v")).toBeUndefined();
});

plainTest("plain sqlite3 reads findings", () => {
  const { path, writer, id } = claimedRun([]);
  writer.setFindings(id, CLAIM.token, [findingOf()]);

  expect(plainSqlite3(path, "select * from store.findings")).toEqual([
    ["g/v", "warning", "saturated", "hidden1", null, 0, 0.66, "hidden1: 66 % saturated", null],
  ]);
});

test("a run has the number of its errors and warnings, and none before a rule has judged it", () => {
  const { path, writer, id } = claimedRun([]);
  const counts = () =>
    readerAt(path)
      .runs()
      .map(({ errors, warnings }) => [errors, warnings]);
  expect(counts()).toEqual([[null, null]]);

  writer.setThresholds(id, CLAIM.token, "{}");
  expect(counts()).toEqual([[0, 0]]);

  const two = [findingOf(), findingOf({ layer: "hidden2" })];
  writer.setFindings(id, CLAIM.token, [
    ...two,
    findingOf({ level: "error" }),
    findingOf({ level: "info" }),
  ]);
  expect(counts()).toEqual([[1, 2]]);
});
