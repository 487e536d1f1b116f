/** Batch norm over a batch whose rows are all equal: its spread is 0, and gradients cancel but for rounding. */
import { expect, test } from "vitest";
import { type LoadedEngine, SIMD, Trainer } from "../src/index.ts";
import { initialise } from "../src/init/initialise.ts";
import { planParameters } from "../src/model/parameters.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { makeFewNames, makeSpec, stepOf } from "./make.ts";
import { torchNorm } from "./models.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";

const ENGINES: [string, LoadedEngine][] = [["simd", SIMD], ...(await loadBackends())];

test.each(
  ENGINES.flatMap(([name, engine]) =>
    (["std", "variance"] as const).map((running) => ({ name, engine, running })),
  ),
)(
  "$name, $running: a step leaves all numbers finite, and the weights before it nearly as they are",
  ({ name, engine, running }) => {
    if (name !== "simd") useBackend(name);
    const batchNorm = { ...torchNorm, where: "hidden", running, epsilon: 1e-3 } as const;
    const spec = makeSpec({ model: { hidden: [8, 8], batchNorm }, train: { batchSize: 2 } });
    const dataset = makeFewNames(3);
    const generator = new TorchGenerator(7);
    const tensors = planParameters(spec, dataset.vocabulary.length).map(
      ({ name, shape, init }) => ({ name, shape, values: initialise(init, shape, generator) }),
    );
    const { model, train } = spec;
    const made = engine.create({ model, train, dataset, tensors });
    const [one, other] = pairOfEqualContexts(dataset.train);

    const { loss } = stepOf(made, Int32Array.of(one, other), 0.1);

    const after = new Map(made.tensors().map((tensor) => [tensor.name, tensor.values]));
    expect(loss).toBeGreaterThan(0);
    for (const { name, values } of tensors) {
      const isBelow = ["embedding", "hidden1.weight", "hidden2.weight"].includes(name);
      for (const [i, value] of values.entries()) {
        if (isBelow) expect(after.get(name)?.[i]).toBeCloseTo(value, 2);
      }
      expect(after.get(name)?.every(Number.isFinite)).toBe(true);
    }
    made.dispose();
  },
);

test("without an epsilon such a batch is 0/0: the run diverges there, as in PyTorch", () => {
  const batchNorm = { ...torchNorm, where: "hidden", running: "std", epsilon: 0 } as const;
  const spec = makeSpec({
    model: { hidden: [8, 8], batchNorm },
    train: { batchSize: 2, steps: 30 },
  });
  const names = makeFewNames(3);
  const [one, other] = pairOfEqualContexts(names.train);
  const { contexts, targets } = names.train;
  const train = {
    count: 2,
    contexts: Uint16Array.of(
      ...contexts.slice(one * 3, one * 3 + 3),
      ...contexts.slice(one * 3, one * 3 + 3),
    ),
    targets: Uint16Array.of(targets[one] ?? 0, targets[other] ?? 0),
  };
  const trainer = new Trainer(spec, { ...names, train });
  const ratios = new Float32Array(30 * trainer.parameters.length);
  const buffer = { loss: new Float64Array(30), lr: new Float64Array(30), ratios };

  trainer.advance(buffer, 30);
  expect(trainer.divergedAt).toBe(0);
});

/** Two examples with the same context and different targets. */
function pairOfEqualContexts({
  count,
  contexts,
  targets,
}: ReturnType<typeof makeFewNames>["train"]): readonly [number, number] {
  const text = (i: number): string => contexts.subarray(i * 3, i * 3 + 3).join();
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      if (text(one) === text(other) && targets[one] !== targets[other]) return [one, other];
    }
  }
  throw new Error("no two examples have the same context");
}
