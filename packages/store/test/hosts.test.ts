import { expect, test } from "vitest";
import { boundFilter, filterSubject, parseFilter } from "../src/index.ts";
import {
  CLAIM,
  claimedRun,
  gridOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

test("a run says the machine that trained it last, and is found by it", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const stored = writer.planGrid(gridOf(["a", "b", "c"].map((label) => plannedRun(label))));
  const [a = 0, b = 0] = stored.map(({ id }) => id);
  writer.claimRun(a, CLAIM, { host: "box1" }, []);
  writer.claimRun(b, CLAIM, { host: "box1" }, []);
  writer.describeRun(b, CLAIM.token, { provenance: { host: "box2" } });

  const runs = readerAt(path).runs();
  expect(runs.map(({ host }) => host)).toEqual(["box1", "box2", null]);
  const isOn = boundFilter(parseFilter("host:box2"), runs.map(filterSubject));
  expect(runs.filter((run) => isOn.matches(filterSubject(run))).map(({ name }) => name)).toEqual([
    "g/b",
  ]);
});

test.each([
  [{ host: "box1", worker: "box1 4711" }, "box1"],
  [{ host: 7 }, null],
  [{ host: null }, null],
  [{}, null],
])("of what a provenance says, %j, the machine is %j", (said, host) => {
  const { path, writer, id } = claimedRun([]);
  writer.describeRun(id, CLAIM.token, { provenance: said });

  expect(readerAt(path).runs()[0]?.host).toBe(host);
});
