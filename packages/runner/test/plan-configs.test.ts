import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { firstActivation, firstBatchNorm, hiddenWidths, type RunSpec } from "@ablate/core";
import { expect, test } from "vitest";
import { toRunSpec } from "../src/config/to-run-spec.ts";
import { loadConfig } from "../src/grid/load-config.ts";
import { expandGrid } from "../src/plan/expand.ts";
import { planRuns } from "../src/plan/plan-runs.ts";

const normal = (std: number) => ({ scheme: "normal", std, scale: 1 });
const kaiming = {
  scheme: "kaiming",
  gain: 5 / 3,
  mode: "fan_in",
  distribution: "normal",
  scale: 1,
};
const notebookNorm = { kind: "norm", norm: "batch", epsilon: 0, momentum: 0.001, running: "std" };

/** As in goldens/README.md: W1, b1, W2, b2, batch norm. */
const STARTS = [
  ["v1", normal(1), normal(1), normal(1), normal(1), "none"],
  ["v2", normal(1), normal(1), normal(0.01), normal(0), "none"],
  ["v3", normal(0.1), normal(0.01), normal(0.01), normal(0), "none"],
  ["v4", normal(0.2), normal(0.01), normal(0.01), normal(0), "none"],
  ["v5", kaiming, normal(0.01), normal(0.01), normal(0), "none"],
  ["v7", kaiming, normal(0.01), normal(0.01), normal(0), notebookNorm],
] as const;

function start({ init, model }: RunSpec): unknown[] {
  return [
    init.hidden.weight,
    init.hidden.bias,
    init.output.weight,
    init.output.bias,
    firstBatchNorm(model) ?? "none",
  ];
}

test.each([
  ["quickstart", 2000, [{ step: 0, rate: 0.1 }]],
  [
    "init-schemes",
    200_000,
    [
      { step: 0, rate: 0.1 },
      { step: 100_000, rate: 0.01 },
    ],
  ],
])("configs/%s.yaml is the notebook's six trainings", (name, steps, lr) => {
  const config = loadConfig(inCheckout(`configs/${name}.yaml`));
  const runs = expandGrid(config);

  expect(runs.map(({ label, spec }) => [label, ...start(spec)])).toEqual(STARTS);
  expect(runs.map((run) => run.name)).toEqual(STARTS.map(([variant]) => `${name}/${variant}`));
  expect(["builtin:names", inCheckout("data/names.txt")]).toContain(config.dataFile);
  for (const { spec, variantDescription } of runs) {
    expect(spec.train).toEqual({ steps, batchSize: 32, lr, l2: 0 });
    expect(spec.model).toMatchObject({ context: 3, embedding: 10 });
    expect([hiddenWidths(spec.model), firstActivation(spec.model)]).toEqual([[200], "tanh"]);
    expect(spec).toMatchObject({ seed: 42, shuffleSeed: 42, init: { embedding: normal(1) } });
    expect(variantDescription).not.toBe("");
  }
});

test("every config plans without a warning or a note", () => {
  const configs = readdirSync(inCheckout("configs")).filter((name) => name.endsWith(".yaml"));

  expect(configs.length).toBeGreaterThan(1);
  for (const name of configs) {
    const config = loadConfig(inCheckout(`configs/${name}`));
    expect([config.warnings, planRuns(config, "data").notes], name).toEqual([[], []]);
  }
});

test("a spec is the resolved config in core's words, its rates by step", () => {
  const runs = expandGrid(loadConfig(inCheckout("configs/init-schemes.yaml")));
  const run = runs.find(({ variant }) => variant === "v7");
  if (run === undefined) throw new Error("no run");

  expect(toRunSpec(run.resolved)).toEqual(run.spec);
  expect(run.spec.model).toEqual({
    context: 3,
    embedding: 10,
    layers: [
      { kind: "linear", width: 200, bias: true },
      notebookNorm,
      { kind: "activation", activation: "tanh" },
      { kind: "linear", width: "output", bias: true },
    ],
    tie: false,
  });
});

function inCheckout(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
