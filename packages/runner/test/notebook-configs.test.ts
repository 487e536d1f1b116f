import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hasBatchNorm, type LayerInit, type RunSpec } from "@ablate/core";
import { deepSpec, goldens } from "@ablate/core/test/goldens";
import { expect, test } from "vitest";
import { loadConfig } from "../src/grid/load-config.ts";
import type { PlannedConfig } from "../src/plan/expand.ts";
import { expandGrid } from "../src/plan/expand.ts";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));

/** The run of a config that each of PyTorch's six-layer runs is. */
const REPRODUCED = [
  ["tanh@1.667", "six-layers/run"],
  ["tanh@1.667", "deep-tanh/gain-5-3"],
  ["tanh@1.667", "no-fan-in/divided"],
  ["linear@1.667", "deep-linear/gain-5-3-steps=1"],
  ["linear@1.667", "deep-linear/gain-5-3-steps=1000"],
  ["linear@1", "deep-linear/gain-1-steps=1"],
  ["linear@1", "deep-linear/gain-1-steps=1000"],
  ["linear@1", "learning-rate/lr=0.1"],
  ["linear@1-lr0.001", "learning-rate/lr=0.001"],
  ["linear@0.5", "deep-linear/gain-0.5-steps=1"],
  ["linear@0.5", "deep-linear/gain-0.5-steps=1000"],
  ["tanh@1.667-nodiv", "no-fan-in/undivided"],
  ["batchnorm@1.667", "deep-batch-norm/gain-5-3"],
  ["batchnorm@0.2", "deep-batch-norm/gain-0.2"],
] as const;

test("every six-layer run of PyTorch is a run of a config", () => {
  const reproduced = new Set<string>(REPRODUCED.map(([golden]) => golden));

  expect([...reproduced].sort()).toEqual(Object.keys(goldens.deep).sort());
});

test.each(REPRODUCED)("PyTorch's %s is %s", (name, run) => {
  const golden = goldens.deep[name];
  if (golden === undefined) throw new Error(`no golden ${name}`);

  expect(decisive(runNamed(run).spec)).toEqual(decisive(deepSpec(name, golden)));
});

test("calls of one step have one, the others a thousand", () => {
  const steps = REPRODUCED.map(([, run]) => [run, runNamed(run).spec.train.steps]);

  for (const [run, count] of steps) {
    const isOneStep = run === "deep-tanh/gain-5-3" || String(run).endsWith("steps=1");
    expect([run, count]).toEqual([run, isOneStep ? 1 : 1000]);
  }
});

test.each(["initial-loss", "saturation", "batch-norm-statistics", "error-bars"])(
  "the variants of configs/%s.yaml are those of init-schemes.yaml",
  (name) => {
    const known = runsOf("init-schemes").map((run) => [run.variant, run] as const);
    const original = new Map<string | null, PlannedConfig>(known);
    const shared = runsOf(name).filter(({ variant }) => original.has(variant));

    expect(shared.length).toBeGreaterThan(1);
    for (const { variant, spec } of shared) {
      const { model, init } = original.get(variant)?.spec ?? {};
      expect([spec.model, spec.init], `${variant}`).toEqual([model, init]);
    }
  },
);

test("error bars are of five seeds each, at the full length", () => {
  const runs = runsOf("error-bars");

  expect(runs).toHaveLength(30);
  expect(new Set(runs.map(({ spec }) => spec.seed)).size).toBe(5);
  expect(new Set(runs.map(({ spec }) => spec.train.steps))).toEqual(new Set([200_000]));
});

test("every config trains on the project's names, the one about few names on the first of them", () => {
  const data = (name: string) => fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));
  const names = readdirSync(CONFIGS).filter((name) => name.endsWith(".yaml"));

  for (const name of names) {
    const { dataFile } = loadConfig(CONFIGS + name);
    const few = name === "dropout.yaml";
    expect(few ? [data("few-names.txt")] : ["builtin:names", data("names.txt")]).toContain(
      dataFile,
    );
  }
  const few = readFileSync(data("few-names.txt"), "utf8");
  expect(readFileSync(data("names.txt"), "utf8").startsWith(few)).toBe(true);
});

function runsOf(name: string): PlannedConfig[] {
  return expandGrid(loadConfig(`${CONFIGS}${name}.yaml`));
}

function runNamed(name: string): PlannedConfig {
  const run = runsOf(name.split("/")[0] ?? "").find((one) => one.name === name);
  if (run === undefined) throw new Error(`no run ${name}`);
  return run;
}

/** What decides the numbers: without how long it trains, and without gammas that there are none of. */
function decisive({ train, init, model, ...rest }: RunSpec): object {
  const hasNorm = hasBatchNorm(model);
  const layer = ({ weight, bias, gamma, beta }: LayerInit): object =>
    hasNorm ? { weight, bias, gamma, beta } : { weight, bias };
  const { steps: _, ...learning } = train;
  const { embedding, hidden, output } = init;
  return {
    ...rest,
    model,
    train: learning,
    init: { embedding, hidden: layer(hidden), output: layer(output) },
  };
}
