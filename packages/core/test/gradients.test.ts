/** The engine's loss and gradients against central differences of a plain model in double precision. */
import { test } from "vitest";
import { type ShortForm, SIMD } from "../src/index.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { type Checked, checkGradients } from "./gradient-check.ts";
import {
  batch,
  drawModel,
  dropout,
  flatten,
  LISTS,
  layer,
  linear,
  listModel,
  output,
  tanh,
} from "./lists.ts";
import { makeSpec } from "./make.ts";

const hiddenNorm = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
const everyNorm = { where: "all", epsilon: 1e-3, momentum: 0.001, running: "std" } as const;

const cases: readonly (readonly [string, Partial<ShortForm>, number])[] = [
  ["hidden 1", { hidden: [1] }, 8],
  ["hidden 3, embedding 1, context 8", { hidden: [3], embedding: 1, context: 8 }, 17],
  ["hidden 101, embedding 7", { hidden: [101], embedding: 7 }, 19],
  ["one example", { hidden: [16] }, 1],
  ["512 examples", { hidden: [5], batchNorm: hiddenNorm }, 512],
  ["the output layer alone", { hidden: [] }, 8],
  ["relu", { hidden: [20, 10], activation: "relu", context: 1 }, 17],
  ["no nonlinearity", { hidden: [9, 9], activation: "none", context: 2 }, 19],
  ["batch norm on hidden layers", { hidden: [12, 7], batchNorm: hiddenNorm }, 17],
  ["batch norm everywhere, std", { hidden: [12, 7], batchNorm: everyNorm, context: 5 }, 19],
  [
    "relu with batch norm everywhere",
    { hidden: [30], activation: "relu", batchNorm: everyNorm },
    32,
  ],
  [
    "batch norm without nonlinearity",
    { hidden: [6], activation: "none", batchNorm: hiddenNorm },
    9,
  ],
  ["eight layers", { hidden: [9, 8, 7, 6, 5, 10, 11] }, 16],
  ["eight layers with batch norm", { hidden: [9, 8, 7, 6, 5, 10, 11], batchNorm: everyNorm }, 16],
];

const check = (checked: Checked) => checkGradients(SIMD, checked);

test.each(cases)("%s", (_, changes, batchSize) => {
  check({ model: makeSpec({ model: changes }).model, batchSize });
});

test.each(LISTS)("%s", (_, model) => {
  check({ model, batchSize: 17 });
});

const draws = new TorchGenerator(11);
const random = Array.from({ length: 12 }, () => drawModel((limit) => draws.randint(limit)));

test.each(random.map((model) => [JSON.stringify(model.layers), model] as const))(
  "drawn: %s",
  (_, model) => {
    check({ model, batchSize: 9 });
  },
);

test("labels are smoothed in training", () => {
  check({ model: listModel([linear(9), tanh, output]), batchSize: 17, labelSmoothing: 0.2 });
});

test("a batch may have fewer examples than there is room for", () => {
  const model = listModel([dropout(0.3), flatten(2), linear(9), batch, flatten(2), layer, output]);

  check({ model, batchSize: 17, examples: 5 });
});
