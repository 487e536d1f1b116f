import { expect, test } from "vitest";
import { decodeSafetensors, Trainer } from "../src/index.ts";
import { log10 } from "../src/math.ts";
import { deepSpec, type GoldenRun, goldenLoss, goldens, ourNames, shallowSpec } from "./goldens.ts";
import { type History, makeNames, trainAll } from "./make.ts";

const LOSS_TOLERANCE = 1e-5;
const RATIO_TOLERANCE = 1e-4;
const names = makeNames();

/** What a run that amplifies rounding can be held to; the others are held to everything. */
const CHAOTIC: Readonly<Record<string, { readonly steps: number; readonly tolerance: number }>> = {
  v1: { steps: 10, tolerance: 1e-3 },
  "tanh@1.667-nodiv": { steps: 1, tolerance: 1e-4 },
  "linear@1.667": { steps: 3, tolerance: 1e-2 },
};

const runs = [
  ...Object.entries(goldens.shallow).map(
    ([name, golden]) => [name, golden, shallowSpec(name, golden)] as const,
  ),
  ...Object.entries(goldens.deep).map(
    ([name, golden]) => [name, golden, deepSpec(name, golden)] as const,
  ),
];

test("there is a golden for each of the notebook's 15 runs", () => {
  expect(runs).toHaveLength(15);
});

test.each(runs)("%s follows PyTorch step for step", (name, golden, spec) => {
  const history = trainAll(spec, names);

  const { steps, tolerance } = CHAOTIC[name] ?? { steps: 1000, tolerance: LOSS_TOLERANCE };
  for (let step = 0; step < steps; step++) {
    const difference = Math.abs((history.loss[step] ?? Number.NaN) - (golden.loss[step] ?? 0));
    expect(difference, `loss of step ${step}`).toBeLessThan(tolerance);
  }
  compareRatios(golden, history, steps);
  if (CHAOTIC[name] === undefined) compareEvaluations(golden, history.trainer);
});

test.each(runs.filter(([, golden]) => golden.init))(
  "%s starts from PyTorch's tensors",
  (_, golden, spec) => {
    const { tensors } = decodeSafetensors(new Trainer(spec, names).weights());

    for (const [i, name] of ourNames(golden).entries()) {
      const expected = golden.init?.[golden.params[i] ?? ""];
      const values = tensors.find((tensor) => tensor.name === name)?.values ?? new Float32Array();
      const { mean, std } = moments(values);
      expect(Math.abs(mean - (expected?.mean ?? Number.NaN)), `mean of ${name}`).toBeLessThan(2e-6);
      expect(Math.abs(std - (expected?.std ?? Number.NaN)), `std of ${name}`).toBeLessThan(2e-6);
      for (const [j, value] of (expected?.first ?? []).entries()) {
        expect(Math.abs((values[j] ?? Number.NaN) - value), `${name}[${j}]`).toBeLessThan(2e-6);
      }
    }
  },
);

test("the deep linear net with gain 5/3 diverges within ten steps, and training stops there", () => {
  const golden = goldens.deep["linear@1.667"];
  if (golden === undefined) throw new Error("golden missing");
  const spec = deepSpec("linear@1.667", golden);

  const { trainer, loss } = trainAll({ ...spec, train: { ...spec.train, steps: 1000 } }, names);

  expect(trainer.divergedAt).toBeLessThan(10);
  expect(trainer.divergedAt).toBe(loss.length - 1);
  expect(loss.at(-1)).not.toSatisfy(Number.isFinite);
});

function compareRatios(golden: GoldenRun, { trainer, ratios }: History, steps: number): void {
  const count = trainer.parameters.length;
  const names = ourNames(golden);
  for (const [step, expected] of Object.entries(golden.log10_update_ratio)) {
    if (Number(step) >= steps) continue;
    for (const [i, value] of expected.entries()) {
      const name = names[i] ?? "";
      if (isNoise(name, names)) continue;
      const p = trainer.parameters.findIndex((parameter) => parameter.name === name);
      const ours = log10(ratios[Number(step) * count + p] ?? Number.NaN);
      const tolerance = steps < 1000 ? 1e-3 : RATIO_TOLERANCE;
      expect(Math.abs(ours - (value ?? Number.NaN)), `${name} at ${step}`).toBeLessThan(tolerance);
    }
  }
}

/** A bias in front of a batch norm has no gradient but rounding. */
function isNoise(name: string, all: readonly string[]): boolean {
  return name.endsWith(".bias") && all.includes(name.replace(".bias", ".bn.gamma"));
}

function compareEvaluations(golden: GoldenRun, trainer: Trainer): void {
  for (const evaluation of trainer.evaluate()) {
    const { split, statistics, loss } = evaluation;
    const difference = Math.abs(loss - goldenLoss(golden, evaluation));
    expect(difference, `${split} ${statistics}`).toBeLessThan(LOSS_TOLERANCE);
  }
}

function moments(values: Float32Array): { readonly mean: number; readonly std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}
