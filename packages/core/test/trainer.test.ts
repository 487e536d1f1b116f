import { expect, test } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  gainOf,
  linearModules,
  planNetwork,
  sampleFromWeights,
  Trainer,
} from "../src/index.ts";
import { makeFewNames, makeSpec, trainAll } from "./make.ts";

const names = makeFewNames(3);
const norm = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;

test("clipping by a norm that is never reached measures the gradient and changes no bit", () => {
  const clip = { by: "norm", most: 1e9 } as const;
  const [plain, clipped] = [{}, { clip }].map((train) => trainAll(makeSpec({ train }), names));

  expect(clipped?.trainer.metrics).toEqual(["gradient_norm", "clip_factor"]);
  expect(clipped?.loss).toEqual(plain?.loss);
  expect(clipped?.ratios).toEqual(plain?.ratios);
  expect(clipped?.trainer.weights()).toEqual(plain?.trainer.weights());
});

test("memorises ten names", () => {
  const { loss } = trainAll(makeSpec({ train: { steps: 3000, batchSize: 32 } }), names);

  expect(loss[0]).toBeGreaterThan(2.3);
  expect(loss.at(-1)).toBeLessThan(1.2);
});

test("the same spec gives the same bits, another seed others", () => {
  const first = trainAll(makeSpec(), names);
  const second = trainAll(makeSpec(), names);
  const other = trainAll(makeSpec({ seed: 8 }), names);

  expect(second.loss).toEqual(first.loss);
  expect(second.ratios).toEqual(first.ratios);
  expect(second.trainer.weights()).toEqual(first.trainer.weights());
  expect(other.loss).not.toEqual(first.loss);
});

test("sampling and evaluating in the middle move nothing", () => {
  const spec = makeSpec({ model: { batchNorm: norm } });
  const whole = trainAll(spec, names);
  const trainer = new Trainer(spec, names);
  const buffer = {
    loss: new Float64Array(50),
    lr: new Float64Array(50),
    ratios: new Float32Array(50 * trainer.parameters.length),
  };

  trainer.advance(buffer, 20);
  trainer.sample(5, 1);
  trainer.evaluate();
  trainer.advance(buffer, 100, 20);

  expect(buffer.loss).toEqual(whole.loss);
  expect(buffer.ratios).toEqual(whole.ratios);
});

test("the learning rate changes at the steps of its schedule", () => {
  const lr = [
    { step: 0, rate: 0.1 },
    { step: 3, rate: 0.01 },
  ];
  const trainer = new Trainer(makeSpec({ train: { lr, steps: 5 } }), names);
  const rates = new Float64Array(5);

  const made = trainer.advance(
    { loss: new Float64Array(5), lr: rates, ratios: new Float32Array(5 * 5) },
    99,
  );

  expect(made).toBe(5);
  expect(trainer.isDone).toBe(true);
  expect([...rates]).toEqual([0.1, 0.1, 0.1, 0.01, 0.01]);
});

test("names sampled from stored weights are those of the trainer", () => {
  const spec = makeSpec({ model: { batchNorm: norm } });
  const { trainer } = trainAll(spec, names);

  const sampled = sampleFromWeights({ spec, weights: trainer.weights(), count: 20, seed: 5 });

  expect(sampled).toEqual(trainer.sample(20, 5));
  expect(new Set(sampled).size).toBeGreaterThan(10);
});

test("safetensors bytes give back what they were made of", () => {
  const tensors = [
    {
      name: "a",
      shape: [2, 2],
      values: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY),
    },
    { name: "b", shape: [1], values: Float32Array.of(1e-45) },
  ];

  const bytes = encodeSafetensors({ tensors, metadata: { note: "ü" } });

  expect(decodeSafetensors(bytes)).toEqual({ tensors, metadata: { note: "ü" } });
  expect(decodeSafetensors(Buffer.from(bytes))).toEqual({ tensors, metadata: { note: "ü" } });
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
});

test("parameters are named in the order in which they are drawn", () => {
  const spec = makeSpec({ model: { hidden: [4, 5], batchNorm: { ...norm, where: "all" } } });

  const { parameters } = new Trainer(spec, names);

  expect(parameters.map(({ name }) => name)).toEqual([
    "embedding",
    ...["hidden1", "hidden2", "output"].flatMap((name) => [
      `${name}.weight`,
      `${name}.bias`,
      `${name}.bn.gamma`,
      `${name}.bn.beta`,
    ]),
  ]);
  expect(
    linearModules(planNetwork(spec.model, 20)).map(({ fanIn, width }) => [fanIn, width]),
  ).toEqual([
    [12, 4],
    [4, 5],
    [5, 20],
  ]);
  expect(gainOf("selu")).toBe(0.75);
});
