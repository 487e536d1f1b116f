import { expect, test } from "vitest";
import { emptyRun, gridRows, type RunSummary } from "../src/index.ts";

type Given = Partial<RunSummary> & Pick<RunSummary, "label" | "state">;

/** A run of 100 steps; a finished one has made them all, at 10 steps/s, and took 2 s beside them. */
function run({ label, state, grid = "g", ...given }: Given): RunSummary & { settings: [] } {
  const isFinished = state === "finished";
  const ended = isFinished
    ? { startedAt: at(0), endedAt: at(12), lastStep: 99, stepsPerS: 10 }
    : {};
  const known = {
    name: `${grid}/${label}`,
    hash: `${label}`,
    config: "{}",
    seed: 1,
    engine: "simd",
  };
  const summary = emptyRun({ ...known, grid, label, state, steps: 100, ...ended, ...given });
  return { ...summary, settings: [] };
}

const at = (second: number): string => new Date(second * 1000).toISOString();

test("a grid says how many of its runs are in which state, how far it is and which is best", () => {
  const [row, ...others] = gridRows([
    run({ label: "a", state: "finished", validLoss: 2.5, warnings: 2, errors: 0 }),
    run({ label: "b", state: "finished", validLoss: 2.25, errors: 1, warnings: 3 }),
    run({ label: "c", state: "diverged", lastStep: 10, validLoss: 1, endedAt: at(40) }),
    run({ label: "d", state: "running", lastStep: 49, startedAt: at(30) }),
    run({ label: "e", state: "pending" }),
  ]);

  expect(others).toEqual([]);
  expect(row?.runs).toHaveLength(5);
  expect(Object.fromEntries(row?.states ?? [])).toEqual({
    ...{ finished: 2, diverged: 1, running: 1, pending: 1 },
  });
  expect(row).toMatchObject({ grid: "g", lost: 1, errors: 1, warnings: 1, changedAt: at(40) });
  // A run that diverged makes no more steps: 300 + 50 of 500.
  expect(row?.progress).toBe(0.7);
  expect([row?.best?.label, row?.metric.name]).toEqual(["b", "valid_loss"]);
});

test("the time left is that of `run` and `watch`: steps over speed, and what a run takes beside them", () => {
  const ended = run({ label: "a", state: "finished" });
  const active = run({
    label: "b",
    state: "running",
    lastStep: 49,
    stepsPerS: 10,
    startedAt: at(0),
  });
  const pending = run({ label: "c", state: "pending" });
  const secondsLeft = (...runs: Parameters<typeof gridRows>[0]) => gridRows(runs)[0]?.secondsLeft;

  expect(secondsLeft(ended, active)).toBe(5 + 2);
  expect(secondsLeft(ended, active, pending)).toBe(5 + 2 + 10 + 2);
  expect(gridRows([ended, active], { speedOf: () => 25 })[0]?.secondsLeft).toBe(2 + 2);
  // Nobody trains it, or nothing is measured.
  expect(secondsLeft(ended, pending)).toBeNull();
  expect(secondsLeft({ ...active, stepsPerS: null }, pending)).toBeNull();
});

test("grids come in the order of their runs, and a run without a grid is in none", () => {
  const rows = gridRows([
    run({ label: "a", state: "pending", grid: "second" }),
    run({ label: "b", state: "pending", grid: "first" }),
    { ...run({ label: "c", state: "pending" }), grid: null },
    run({ label: "d", state: "pending", grid: "second" }),
  ]);

  expect(rows.map(({ grid, runs }) => [grid, runs.length])).toEqual([
    ["second", 2],
    ["first", 1],
  ]);
  expect(rows[0]).toMatchObject({ progress: 0, secondsLeft: null, best: null, changedAt: null });
});

test("runs of other programs are compared by their own goal, and those without an end count whole", () => {
  const metric = {
    ...{ unit: null, log_axis: 0, guide: null, points: 3, last_step: 2, role: null },
    ...{ min_step: 0, min: 0, max_step: 2, max: 1 },
  };
  const recorded = (label: string, state: RunSummary["state"], accuracy: number) => {
    const named = { ...metric, name: "accuracy", goal: "max", last: accuracy };
    const given = {
      source: "jsonl",
      steps: null,
      lastStep: 2,
      metrics: new Map([["accuracy", named]]),
    };
    return run({ label, state, ...given });
  };

  const [row] = gridRows([
    recorded("a", "finished", 0.5),
    recorded("b", "finished", 0.75),
    recorded("c", "running", 0.625),
    recorded("d", "running", 0.25),
  ]);

  expect([row?.best?.label, row?.metric.title, row?.progress]).toEqual(["b", "accuracy", 0.5]);
});

test("20,000 runs of 500 grids have a row each grid", () => {
  const runs = Array.from({ length: 20_000 }, (_, i) =>
    run({ label: `r${i}`, state: "finished", grid: `g${i % 500}`, validLoss: 2 + (i % 7) }),
  );

  const rows = gridRows(runs);

  expect(rows).toHaveLength(500);
  expect(rows.every(({ runs: own, progress }) => own.length === 40 && progress === 1)).toBe(true);
});
