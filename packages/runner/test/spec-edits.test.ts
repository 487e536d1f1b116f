import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, type Problem } from "../src/config/config-error.ts";
import { loadConfig } from "../src/grid/load-config.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { damagedConfigs, makeConfigs } from "./damaged-configs.ts";
import { EDITS } from "./random-edits.ts";

/** `pnpm test:long` has the long form. */
const COUNT = process.env.ABLATE_LONG ? 5000 : 1250;
/** `ABLATE_SEED` gives others. */
const SEED = Number(process.env.ABLATE_SEED ?? 42);
const NAMES = /^[A-Za-z0-9._=-]+\/[A-Za-z0-9._=-]+$/;

test(`${COUNT.toLocaleString("en")} damaged configs give a plan or positions, never anything else`, () => {
  const outcomes = new Map<string, { plans: number; errors: number }>();

  for (const { path, edit, what } of damagedConfigs(COUNT, SEED)) {
    const outcome = outcomeOf(path, what);
    const counts = outcomes.get(edit) ?? { plans: 0, errors: 0 };
    counts[outcome] += 1;
    outcomes.set(edit, counts);
  }

  expect([...outcomes.keys()].sort()).toEqual(Object.keys(EDITS).sort());
  const total = (key: "plans" | "errors"): number =>
    [...outcomes.values()].reduce((sum, counts) => sum + counts[key], 0);
  expect(total("plans")).toBeGreaterThan(COUNT / 20);
  expect(total("errors")).toBeGreaterThan(COUNT / 4);
});

/** Plans the file; anything but a sound plan or problems with positions fails the test. */
function outcomeOf(path: string, what: string): "plans" | "errors" {
  try {
    const { runs } = planRuns(loadConfig(path, { mostRuns: 10_000 }), "data");
    const names = runs.map(({ name }) => name);
    expect(new Set(names).size, what).toBe(names.length);
    expect(names.length, what).toBeGreaterThan(0);
    expect(
      names.filter((name) => name.length > 80 || !NAMES.test(name)),
      what,
    ).toEqual([]);
    return "plans";
  } catch (error) {
    if (!(error instanceof ConfigError)) throw new Error(what, { cause: error });
    expect(error.problems.length, what).toBeGreaterThan(0);
    expect(
      error.problems.filter((problem) => !isClear(problem)),
      what,
    ).toEqual([]);
    return "errors";
  }
}

/** Has a place in a file, and is one line that says something of the config. */
function isClear({ source, line, col, message }: Problem): boolean {
  const hasPlace = source !== "" && line !== null && line >= 1 && col !== null && col >= 1;
  const isOneLine = /\S/.test(message) && !/[\p{Cc}\u2028\u2029]/u.test(message);
  return hasPlace && isOneLine && !/undefined|\[object|invalid input|native code/i.test(message);
}

test("the config of all parts is sound before it is damaged", () => {
  expect(outcomeOf(join(makeConfigs(), "all-parts.yaml"), "all parts")).toBe("plans");
});
