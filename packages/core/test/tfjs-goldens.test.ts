import { expect, test } from "vitest";
import type { Evaluation, LoadedEngine, RunSpec } from "../src/index.ts";
import { CHAOTIC, compareRatios, goldenRuns, LOSS_TOLERANCE } from "./goldens.ts";
import { makeNames, trainAll } from "./make.ts";
import { loadBackends } from "./tfjs-make.ts";

const STEPS = 150;
const names = makeNames();
const backends = await loadBackends();
const cases = backends.flatMap(([backend, engine]) =>
  goldenRuns.map(([name, golden, spec]) => ({ backend, engine, name, golden, spec })),
);

test.each(cases)(
  "$name follows PyTorch step for step on $backend",
  ({ engine, name, golden, spec }) => {
    const history = trainAll(shortened(spec), names, engine);

    const { steps, tolerance } = CHAOTIC[name] ?? { steps: STEPS, tolerance: LOSS_TOLERANCE };
    for (let step = 0; step < steps; step++) {
      const difference = Math.abs((history.loss[step] ?? Number.NaN) - (golden.loss[step] ?? 0));
      expect(difference, `loss of step ${step}`).toBeLessThan(tolerance);
    }
    compareRatios(golden, history, steps);
    history.trainer.dispose();
  },
);

test.each(cases.filter(({ name }) => /^v[2-7]/.test(name)))(
  "$name is evaluated as by simd on $backend, under all its statistics",
  ({ engine, spec }) => {
    const expected = evaluationsOf(spec);

    const evaluations = evaluationsOf(spec, engine);

    expect(evaluations.map(({ split, statistics }) => [split, statistics])).toEqual(
      expected.map(({ split, statistics }) => [split, statistics]),
    );
    for (const [i, { split, statistics, loss }] of evaluations.entries()) {
      const difference = Math.abs(loss - (expected[i]?.loss ?? Number.NaN));
      expect(difference, `${split} ${statistics}`).toBeLessThan(LOSS_TOLERANCE);
    }
  },
);

test.each(cases.filter(({ name }) => name === "linear@1.667"))(
  "$name diverges within ten steps on $backend, too",
  ({ engine, spec }) => {
    const { trainer, loss } = trainAll(shortened(spec), names, engine);

    expect(trainer.divergedAt).toBeLessThan(10);
    expect(loss.at(-1)).not.toSatisfy(Number.isFinite);
    trainer.dispose();
  },
);

function evaluationsOf(spec: RunSpec, engine?: LoadedEngine): Evaluation[] {
  const { trainer } = trainAll(shortened(spec), names, engine);
  const evaluations = trainer.evaluate();
  trainer.dispose();
  return evaluations;
}

function shortened(spec: RunSpec): RunSpec {
  return { ...spec, train: { ...spec.train, steps: STEPS } };
}
