import { isDeepStrictEqual } from "node:util";
import type { RunSpec } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import { openReader } from "@ablate/store";
import { expect, test } from "vitest";
import { randomFrom } from "./random-edits.ts";
import { makePath, makeSpec, trainInto } from "./run-make.ts";
import { wholeRun } from "./whole-store.ts";

const PROBES = { decades: [1, 5], every: 700, saturated: 0.99 };
const RECORD = { probes: PROBES, evaluate: { every: 500 }, checkpoint: { every: 250 } };
const SEED = 18;
const NORM = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;

test(`a run that was stopped goes on where it was, and ends with the history of an undisturbed one (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  const spec = longSpec(20_000);
  const [path, undisturbed] = [makePath(), makePath()];
  await trainInto(undisturbed, { a: spec }, RECORD);
  const starts: number[] = [];

  for (let left = 1; left > 0; ) {
    const stopAt = (starts.at(-1) ?? 0) + 1 + random(7999);
    const { events, outcome } = await trainUntil(path, spec, stopAt);
    const [from] = events.flatMap((event) => (event.event === "started" ? [event.from] : []));
    starts.push(from ?? -1);
    left = outcome.left;
  }

  expect(starts.length).toBeGreaterThan(1);
  expect(starts[0]).toBe(0);
  expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
  expect(starts[1]).toBeGreaterThan(0);
  expect(differing(path, undisturbed)).toEqual([]);
  expect(eventsOf(path)).toEqual(
    starts.flatMap((step, i) => [
      step === 0 ? "started" : `resumed at step ${step}`,
      i === starts.length - 1 ? "finished steps" : "stopped user",
    ]),
  );
});

test("restart starts at step 0 and leaves nothing of what was there", async () => {
  const spec = longSpec(20_000);
  const path = makePath();
  await trainUntil(path, spec, 1);
  const events: GridEvent[] = [];

  const onEvent = (event: GridEvent): number => events.push(event);
  await trainInto(path, { a: spec }, { ...RECORD, mode: "restart", onEvent });

  expect(events).toContainEqual(expect.objectContaining({ event: "started", from: 0, of: null }));
  expect(eventsOf(path)).toEqual(["started", "finished steps"]);
});

test("checkpoints, evaluations and probes change no bit of what else is recorded", async () => {
  const spec = longSpec(1500);
  const [bare, full] = [makePath(), makePath()];
  await trainInto(bare, { a: spec }, { probes: "none", checkpoint: "none" });
  await trainInto(full, { a: spec }, { ...RECORD, checkpoint: { every: 1 } });

  const [a, b] = [wholeRun(bare, "g/a"), wholeRun(full, "g/a")];
  for (const table of ["step", "rollup", "sample"]) {
    expect(isDeepStrictEqual(b[table], a[table]), table).toBe(true);
  }
  for (const sql of ["select step, hex(weights) from checkpoint", "select last_loss from run"]) {
    expect(rowsOf(full, sql), sql).toEqual(rowsOf(bare, sql));
  }
  expect(rowsOf(full, "select step, split from eval where step < 1500 order by step")).toEqual([
    [500, "valid"],
    [1000, "valid"],
  ]);
});

test("evaluations on the way count for the best validation loss", async () => {
  const path = makePath();
  const spec = longSpec(1500);
  await trainInto(path, { a: { ...spec, train: { ...spec.train, lr: LATE } } }, RECORD);

  const valid = "select step, loss from evals where split = 'valid' and statistics = 'running'";
  const rows = rowsOf(path, `${valid} order by loss, step`);
  const [[bestLoss, bestStep] = []] = rowsOf(
    path,
    "select best_valid_loss, best_valid_step from runs",
  );
  expect(rows).toHaveLength(3);
  expect([bestStep, bestLoss]).toEqual(rows[0]);
});

const LATE = [
  { step: 0, rate: 0.1 },
  { step: 1000, rate: 2 },
];

/** With batch norm, whose running statistics a checkpoint has to carry. */
function longSpec(steps: number): RunSpec {
  const spec = makeSpec({ steps, model: { batchNorm: NORM } });
  return {
    ...spec,
    train: {
      ...spec.train,
      lr: [
        { step: 0, rate: 0.1 },
        { step: 900, rate: 0.02 },
      ],
    },
  };
}

async function trainUntil(path: string, spec: RunSpec, step: number) {
  const controller = new AbortController();
  const events: GridEvent[] = [];
  const onEvent = (event: GridEvent): void => {
    events.push(event);
    if (event.event === "progress" && event.step >= step) controller.abort();
  };
  const outcome = await trainInto(
    path,
    { a: spec },
    { ...RECORD, signal: controller.signal, onEvent },
  );
  return { events, outcome };
}

/** Tables in which the run `g/a` is not the same in both stores. */
function differing(path: string, other: string): string[] {
  const [a, b] = [wholeRun(path, "g/a"), wholeRun(other, "g/a")];
  return Object.keys(b).filter((table) => !isDeepStrictEqual(a[table], b[table]));
}

function eventsOf(path: string): string[] {
  const rows = rowsOf(path, "select kind, message from event order by id");
  return rows.map((row) => row.filter((text) => text !== null).join(" "));
}

function rowsOf(path: string, sql: string): readonly (readonly unknown[])[] {
  const reader = openReader(path);
  try {
    return reader.query(sql).rows;
  } finally {
    reader.close();
  }
}
