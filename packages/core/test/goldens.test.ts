import { expect, test } from "vitest";
import { decodeSafetensors, Trainer } from "../src/index.ts";
import {
  CHAOTIC,
  compareRatios,
  deepSpec,
  type GoldenRun,
  goldenLoss,
  goldenRuns,
  goldens,
  LOSS_TOLERANCE,
  ourNames,
} from "./goldens.ts";
import { makeNames, trainAll } from "./make.ts";

const names = makeNames();

test("there is a golden for each of the notebook's 15 runs", () => {
  expect(goldenRuns).toHaveLength(15);
});

test.each(goldenRuns)("%s follows PyTorch step for step", (name, golden, spec) => {
  const history = trainAll(spec, names);

  const { steps, tolerance } = CHAOTIC[name] ?? { steps: 1000, tolerance: LOSS_TOLERANCE };
  for (let step = 0; step < steps; step++) {
    const difference = Math.abs((history.loss[step] ?? Number.NaN) - (golden.loss[step] ?? 0));
    expect(difference, `loss of step ${step}`).toBeLessThan(tolerance);
  }
  compareRatios(golden, history, steps);
  if (CHAOTIC[name] === undefined) compareEvaluations(golden, history.trainer);
});

test.each(goldenRuns.filter(([, golden]) => golden.init))(
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
