import type { RunSpec, StopSpec } from "@ablate/core";
import { openReader } from "@ablate/store";
import { expect, test } from "vitest";
import { makePath, makeSpec, trainInto } from "./run-make.ts";

const PROBES = { decades: [1], every: 0, saturated: 0.99 };
const NEVER: StopSpec = { every: 20, patience: null, target: null, budgetSeconds: null };

test("patience ends a run that gets no better, with all that the end of a run is recorded with", async () => {
  const path = await trained(specWith({ ...NEVER, patience: 60 }, 3));

  const valid = evaluated(path);
  const losses = valid.map(({ loss }) => loss);
  const best = losses.indexOf(Math.min(...losses));
  const last = valid.length - 1;
  expect(valid.map(({ step }) => step)).toEqual(valid.map((_, i) => 20 * (i + 1)));
  expect(last - best).toBe(3);
  const end = 20 * (last + 1);
  expect(row(path, "select state, reason, last_step + 1, best_valid_step from runs")).toEqual([
    ...["finished", "patience", end],
    20 * (best + 1),
  ]);
  expect(row(path, `select count(*) from evals where step = ${end}`)).toEqual([3]);
  expect(row(path, `select count(*) from samples where step = ${end}`)).toEqual([5]);
  expect(row(path, `select count(*) > 0 from layer_stats where step = ${end}`)).toEqual([1]);
  expect(row(path, "select step, final from checkpoint")).toEqual([end, 1]);
});

test("a target ends a run at the first validation loss that meets it", async () => {
  const without = evaluated(await trained(specWith({ ...NEVER, target: 1e-9 })));
  const target = without[2]?.loss ?? 0;
  const meets = without.findIndex(({ loss }) => loss <= target);

  const path = await trained(specWith({ ...NEVER, target }));

  expect(evaluated(path)).toEqual(without.slice(0, meets + 1));
  expect(row(path, "select reason from runs")).toEqual(["target"]);
});

test("a run that meets nothing makes all its steps", async () => {
  const path = await trained(specWith({ ...NEVER, patience: 100_000, target: 1e-9 }));

  expect(row(path, "select reason, last_step from runs")).toEqual(["steps", 399]);
});

test("a budget of training time is summed up over all that a run was stopped and went on", async () => {
  const path = makePath();
  const budget = (budgetSeconds: number) => specWith({ ...NEVER, budgetSeconds }, 0.1, 1e9);
  const spent: number[] = [0];

  for (let start = 0; start < 3; start++) {
    const controller = new AbortController();
    let events = 0;
    const onEvent = ({ event }: { readonly event: string }): void => {
      if (event === "progress") events += 1;
      if (events === 12) controller.abort();
    };
    await trainInto(path, { a: budget(1e6) }, { signal: controller.signal, onEvent });
    const [reason, seconds] = row(path, "select reason, train_seconds from run");
    expect(reason).toBe("user");
    spent.push(Number(seconds));
  }
  const [before] = row(path, "select last_step from runs");
  // As much as was spent in all three starts, and more than in any of them.
  await trainInto(path, { a: budget(spent.at(-1) ?? 0) });

  expect(row(path, "select reason, last_step from run")).toEqual(["budget", before]);
  const ofEachStart = spent.slice(1).map((sum, i) => sum - (spent[i] ?? 0));
  expect(Math.min(...ofEachStart)).toBeGreaterThan(0);
});

function specWith(stop: StopSpec, rate = 0.1, steps = 400): RunSpec {
  const spec = makeSpec({ steps, rate });
  return { ...spec, train: { ...spec.train, stop } };
}

async function trained(spec: RunSpec): Promise<string> {
  const path = makePath();
  await trainInto(path, { a: spec }, { probes: PROBES });
  return path;
}

function evaluated(path: string): { readonly step: number; readonly loss: number }[] {
  const reader = openReader(path);
  try {
    const rows = reader.evaluations("g/a").filter(({ split }) => split === "valid");
    return rows.map(({ step, loss }) => ({ step, loss: loss ?? Number.NaN }));
  } finally {
    reader.close();
  }
}

function row(path: string, sql: string): readonly unknown[] {
  const reader = openReader(path);
  try {
    return reader.query(sql).rows[0] ?? [];
  } finally {
    reader.close();
  }
}
