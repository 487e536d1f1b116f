import type { InitScheme, RunSpec } from "@ablate/core";
import { openReader } from "@ablate/store";
import { expect, test } from "vitest";
import { diagnoseRecorded } from "../src/index.ts";
import type { GridEvent } from "../src/train/events.ts";
import { makePath, makeSpec, storedConfig, trainInto } from "./run-make.ts";

const PROBES = { decades: [1, 2, 5], every: 10_000, saturated: 0.99 };
const WIDE: InitScheme = { scheme: "normal", std: 20, scale: 1 };

/** A run whose hidden layer is saturated from the start. */
function saturatedSpec(steps: number): RunSpec {
  const spec = makeSpec({ steps });
  return { ...spec, init: { ...spec.init, hidden: { ...spec.init.hidden, weight: WIDE } } };
}

function normedSpec(steps: number): RunSpec {
  const batchNorm = {
    where: "hidden",
    epsilon: 1e-5,
    momentum: 0.001,
    running: "variance",
  } as const;
  return makeSpec({ steps, model: { batchNorm } });
}

const saturatedRun = {
  ...{ rule: "saturated", level: "warning", layer: "hidden1", step: 0 },
};

test("a run ends at initialisation where a rule to stop on holds, as a finished one", async () => {
  const path = makePath();

  const outcome = await trainInto(
    path,
    { a: saturatedSpec(50), b: makeSpec({ steps: 50 }) },
    { probes: PROBES, stopOn: ["saturated"] },
  );

  const reader = openReader(path);
  expect(outcome).toMatchObject({ trained: 2, bad: 0 });
  expect(reader.run("g/a")).toMatchObject({ state: "finished", reason: "rule", lastStep: null });
  expect(reader.run("g/b")).toMatchObject({ state: "finished", reason: "steps", lastStep: 49 });
  expect(reader.findings("g/a")).toContainEqual(expect.objectContaining(saturatedRun));
  expect(reader.events("g/a").at(-1)).toMatchObject({
    kind: "finished",
    message: "rule saturated",
  });
  expect(reader.probeSteps("g/a")).toEqual([0]);
  expect(reader.evaluations("g/a").map(({ step, split }) => [step, split])).toEqual([
    [0, "test"],
    [0, "train"],
    [0, "valid"],
  ]);
  expect(reader.samples("g/a")).toHaveLength(5);
  expect(reader.weights("g/a")?.step).toBe(0);
});

test("a rule ends a run at the first look at which it holds, always the same one", async () => {
  const slow = makeSpec({ steps: 900, rate: 1e-6 });
  const paths = [makePath(), makePath(), makePath()];
  const [first = "", second = "", whole = ""] = paths;
  for (const path of [first, second])
    await trainInto(path, { a: slow }, { stopOn: ["plateau", "slow-updates"] });
  await trainInto(whole, { a: slow });

  const readers = paths.map((path) => openReader(path));
  const [one, two, all] = readers.map((reader) => reader.steps("g/a", 0, 1000));
  expect(readers.map((reader) => reader.run("g/a")?.lastStep)).toEqual([199, 199, 899]);
  expect(readers[0]?.events("g/a").at(-1)?.message).toBe("rule slow-updates");
  expect(two).toEqual(one);
  expect(all?.loss.slice(0, 200)).toEqual(one?.loss);
});

test("what a rule has ended is done: the same command trains nothing", async () => {
  const path = makePath();
  const options = { probes: PROBES, stopOn: ["saturated"] } as const;
  await trainInto(path, { a: saturatedSpec(50) }, options);

  expect(await trainInto(path, { a: saturatedSpec(50) }, options)).toMatchObject({
    trained: 0,
    skipped: 1,
  });
});

test("information alone ends no run", async () => {
  const path = makePath();

  await trainInto(path, { a: makeSpec({ steps: 300 }) }, { stopOn: ["fast-updates"] });

  expect(openReader(path).run("g/a")?.reason).toBe("steps");
});

test("findings are told at initialisation, even if there are none, then when they change", async () => {
  const events: GridEvent[] = [];
  await trainInto(
    makePath(),
    { a: makeSpec({ steps: 300, rate: 1e-6 }), b: saturatedSpec(3) },
    { probes: PROBES, evaluate: "none", workers: 1, onEvent: (event) => events.push(event) },
  );

  const told = events.flatMap((event) =>
    event.event === "findings" ? [[event.run, event.step, event.findings.length > 0]] : [],
  );
  expect(told).toContainEqual(["g/a", 0, false]);
  expect(told).toContainEqual(["g/a", 200, true]);
  expect(told.filter(([run]) => run === "g/a").length).toBeLessThan(5);
  expect(told).toContainEqual(["g/b", 0, true]);
  const order = events.map(({ event }) => event);
  expect(order.indexOf("findings")).toBeLessThan(order.indexOf("progress"));
});

test("without probes the rest is looked at all the same", async () => {
  const path = makePath();

  await trainInto(path, { a: { ...saturatedSpec(300), train: makeSpec({ rate: 1e-7 }).train } });

  const rules = openReader(path)
    .findings("g/a")
    .map(({ rule }) => rule);
  expect(rules).toContain("slow-updates");
  expect(rules).not.toContain("saturated");
});

test("a run with batch norm that was evaluated is diagnosed the same from what is recorded", async () => {
  const path = makePath();
  const specs = { normed: normedSpec(300), byHeart: makeSpec({ steps: 3000 }) };
  await trainInto(path, specs, { probes: PROBES });

  const reader = openReader(path);
  const rulesOf = (run: string) => reader.findings(run).map(({ rule }) => rule);
  expect(rulesOf("g/normed")).toContain("running-statistics");
  expect(rulesOf("g/byHeart")).toContain("validation-gap");
  for (const [label, spec] of Object.entries(specs)) {
    const run = {
      name: `g/${label}`,
      config: storedConfig(spec, PROBES),
      lastStep: spec.train.steps - 1,
    };
    expect(diagnoseRecorded(reader, run)).toEqual(reader.findings(run.name));
  }
});

test("a new attempt has its own thresholds and findings", async () => {
  const path = makePath();
  const specs = { a: saturatedSpec(20) };
  await trainInto(path, specs, { probes: PROBES });
  expect(openReader(path).findings("g/a")).toContainEqual(expect.objectContaining(saturatedRun));

  await trainInto(path, specs, { probes: PROBES, mode: "restart", thresholds: { saturated: 1 } });

  const reader = openReader(path);
  expect(reader.findings("g/a").map(({ rule }) => rule)).not.toContain("saturated");
  expect(JSON.parse(reader.thresholds("g/a") ?? "")).toMatchObject({
    saturated: 1,
    initial_loss: 0.3,
  });
});
