import { isDeepStrictEqual } from "node:util";
import type { RunSpec, TrainSpec } from "@ablate/core";
import type { GridEvent, GridOptions } from "@ablate/runner";
import { expect, test } from "vitest";
import { makePath, makeSpec, type TrainingOptions, trainInto } from "./run-make.ts";
import { wholeRun } from "./whole-store.ts";

const PROBES = { decades: [1, 5], every: 70, saturated: 0.99 };
const RECORD = { probes: PROBES, evaluate: { every: 50 }, workers: 1 } as const;
const LR = [
  { step: 0, rate: 0.1 },
  { step: 150, rate: 0.02 },
];
const LAYER_NORM = { where: "hidden", norm: "layer", epsilon: 1e-5 } as const;
const NORM = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;

/** All that a checkpoint carries, and what steps record beside their loss. */
const EVERYTHING: Partial<TrainSpec> = {
  optimizer: { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 },
  batches: { from: "epochs", last: "keep" },
  groups: [{ match: "role:bias", lr: 0.01, weightDecay: 0 }],
  clip: { by: "norm", most: 0.5 },
  lr: { rate: 0.02, warmup: 20, from: 0, then: "cosine", steps: 200, to: 0.001 },
};

type Options = Partial<GridOptions> & TrainingOptions;

test.each([[100], [101], [150], [200], [1]])(
  "a run goes on from one of %i steps and has the history of one from scratch",
  async (short) => {
    const [path, scratch] = [makePath(), makePath()];
    await train(scratch, { long: 220 });
    await train(path, { short });

    const origins = await train(path, { long: 220 });

    expect(origins).toEqual([{ from: short, of: "g/short" }]);
    expect(differing(path, scratch, "g/long")).toEqual([]);
  },
);

test("state of the optimiser, dropout and the place in the epoch go on as well, and the best weights", async () => {
  const options = {
    ...RECORD,
    probes: { ...PROBES, examples: "batch" },
    family: "f",
    best: true,
  } as const;
  const [path, scratch] = [makePath(), makePath()];
  const spec = (steps: number): RunSpec => {
    const base = makeSpec({ steps, model: { hidden: [16, 16], dropout: 0.2, norm: LAYER_NORM } });
    return { ...base, train: { ...base.train, ...EVERYTHING } };
  };
  await trainInto(scratch, { long: spec(220) }, options);
  await trainInto(path, { short: spec(101) }, options);

  await trainInto(path, { long: spec(220) }, options);

  expect(differing(path, scratch, "g/long")).toEqual([]);
  const whole = wholeRun(path, "g/long");
  expect(whole.event).toBeUndefined();
  expect([whole.metric].flat()).toHaveLength(3);
});

test("runs go on from each other, the longest first, whatever the order of the plan", async () => {
  const [path, scratch] = [makePath(), makePath()];
  await train(scratch, { d: 220 });

  const origins = [
    ...(await train(path, { b: 120, a: 60, c: 170 })),
    ...(await train(path, { d: 220 })),
  ];

  expect(origins).toEqual([
    { from: 0, of: null },
    { from: 0, of: null },
    { from: 120, of: "g/b" },
    { from: 170, of: "g/c" },
  ]);
  expect(differing(path, scratch, "g/d")).toEqual([]);
});

test("tfjs goes on from a shorter run, too", async () => {
  const [path, scratch] = [makePath(), makePath()];
  const tfjs: Options = { engine: "tfjs", backend: "wasm" };
  await train(scratch, { long: 30 }, tfjs);
  await train(path, { short: 17 }, tfjs);

  expect(await train(path, { long: 30 }, tfjs)).toEqual([{ from: 17, of: "g/short" }]);
  expect(differing(path, scratch, "g/long")).toEqual([]);
});

test.each<[string, Options]>([
  ["fewer probes", { probes: { ...PROBES, every: 140 } }],
  ["no evaluations on the way", { evaluate: "end" }],
  ["another threshold of saturation", { probes: { ...PROBES, saturated: 0.97 } }],
  ["other thresholds of the diagnosis", { thresholds: { loss_spike: 3 } }],
  ["probes of the batch", { probes: { ...PROBES, examples: "batch" } }],
  ["the best weights kept", { best: true }],
  ["another family", { family: "other" }],
])("a shorter run that was recorded with %s is left alone", async (_, recorded) => {
  const [path, scratch] = [makePath(), makePath()];
  await train(scratch, { long: 220 });
  await train(path, { short: 150 }, recorded);

  expect(await train(path, { long: 220 })).toEqual([{ from: 0, of: null }]);
  expect(differing(path, scratch, "g/long")).toEqual([]);
});

test("restart goes on from no other run", async () => {
  const path = makePath();
  await train(path, { short: 100 });

  expect(await train(path, { long: 220 }, { mode: "restart" })).toEqual([{ from: 0, of: null }]);
});

test.each([
  ["patience", { patience: 40, target: null }],
  ["target", { patience: null, target: 10 }],
])("what %s has ended ends a longer run at the same step", async (reason, stop) => {
  const train = { stop: { every: 20, budgetSeconds: null, ...stop } };
  const [path, scratch] = [makePath(), makePath()];
  const spec = (steps: number): RunSpec => {
    const base = specOf(steps);
    // Learns too fast to get better for long.
    const lr = [{ step: 0, rate: 3 }];
    return { ...base, train: { ...base.train, ...train, lr } };
  };
  await trainInto(scratch, { long: spec(3000) }, { ...RECORD, family: "f" });
  await trainInto(path, { short: spec(2000) }, { ...RECORD, family: "f" });

  await trainInto(path, { long: spec(3000) }, { ...RECORD, family: "f" });

  expect(differing(path, scratch, "g/long")).toEqual([]);
  expect(wholeRun(path, "g/long").run).toEqual([expect.stringContaining(`"${reason}"`)]);
});

function specOf(steps: number): RunSpec {
  const spec = makeSpec({ steps, model: { batchNorm: NORM } });
  return {
    ...spec,
    train: { ...spec.train, lr: LR },
  };
}

/** Trains runs of so many steps; where each began. */
async function train(
  path: string,
  steps: Readonly<Record<string, number>>,
  options: Options = {},
): Promise<unknown[]> {
  const origins: unknown[] = [];
  const onEvent = (event: GridEvent): void => {
    if (event.event === "started") origins.push({ from: event.from, of: event.of });
  };
  const specs = Object.entries(steps).map(([label, count]) => [label, specOf(count)] as const);
  await trainInto(path, Object.fromEntries(specs), {
    ...RECORD,
    family: "f",
    onEvent,
    ...options,
  });
  return origins;
}

function differing(path: string, other: string, run: string): string[] {
  const [a, b] = [wholeRun(path, run), wholeRun(other, run)];
  return Object.keys(b).filter((table) => !isDeepStrictEqual(a[table], b[table]));
}
