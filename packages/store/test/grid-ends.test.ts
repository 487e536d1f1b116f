import { expect, test } from "vitest";
import { GridEnds, type RunSummary } from "../src/index.ts";

type Run = Pick<RunSummary, "grid" | "state" | "endedAt">;

const SINCE = at(0);

function at(second: number): string {
  return new Date(1_700_000_000_000 + second * 1000).toISOString();
}

const ended = (state: Run["state"], second: number, grid = "g"): Run => {
  return { grid, state, endedAt: at(second) };
};
const still = (state: Run["state"], grid = "g"): Run => ({ grid, state, endedAt: null });

const nobody = () => false;

test("a grid that is trained is told once, when its last run has ended", () => {
  const ends = new GridEnds(SINCE);

  expect(ends.follow([ended("finished", 1), still("running")], nobody)).toEqual([]);
  expect(ends.follow([ended("finished", 1), ended("diverged", 5)], nobody)).toEqual([
    "ablate: g ended: 1 finished, 1 diverged",
  ]);
  expect(ends.follow([ended("finished", 1), ended("diverged", 5)], nobody)).toEqual([]);
});

test("what had ended before, and what was never trained, is no news", () => {
  const ends = new GridEnds(SINCE);

  const runs = [ended("finished", -9), ended("failed", -1, "h"), still("pending", "i")];
  expect(ends.follow(runs, nobody)).toEqual([]);
  // An import brings more of it.
  expect(ends.follow([...runs, ended("finished", -5)], nobody)).toEqual([]);
});

test("between two runs of a grid nothing has ended as long as a process is at it", () => {
  const ends = new GridEnds(SINCE);
  let isAttended = true;
  const runs = [ended("finished", 1), still("pending")];

  expect(ends.follow([still("running"), still("pending")], () => isAttended)).toEqual([]);
  expect(ends.follow(runs, () => isAttended)).toEqual([]);
  isAttended = false;
  expect(ends.follow(runs, () => isAttended)).toEqual(["ablate: g ended: 1 finished, 1 pending"]);
});

test("a grid whose process is killed, and one that came and went between two calls, are told", () => {
  const ends = new GridEnds(SINCE);
  ends.follow([still("running")], nobody);

  // A process that dies writes no end.
  expect(ends.follow([still("interrupted"), ended("finished", 3, "h")], nobody)).toEqual([
    "ablate: g ended: 1 interrupted",
    "ablate: h ended: 1 finished",
  ]);
});

test("a grid that is trained again is told again", () => {
  const ends = new GridEnds(SINCE);
  ends.follow([ended("failed", 1)], nobody);

  expect(ends.follow([still("running")], nobody)).toEqual([]);
  expect(ends.follow([ended("finished", 7)], nobody)).toEqual(["ablate: g ended: 1 finished"]);
});
