/** Loss and gradients of engine tfjs against central differences of a plain model in double precision. */
import { test } from "vitest";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { checkGradients } from "./gradient-check.ts";
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
import { loadBackends } from "./tfjs-make.ts";

const draws = new TorchGenerator(13);
const drawn = Array.from({ length: 8 }, () => drawModel((limit) => draws.randint(limit)));

const CASES = [
  ...LISTS.map(([name, model]) => ({ name, model, batchSize: 17 })),
  ...drawn.map((model) => ({ name: JSON.stringify(model.layers), model, batchSize: 9 })),
  {
    name: "smoothed labels",
    model: listModel([linear(9), tanh, output]),
    ...{ batchSize: 17, labelSmoothing: 0.2 },
  },
  {
    name: "a batch of fewer examples",
    model: listModel([dropout(0.3), flatten(2), linear(9), batch, flatten(2), layer, output]),
    ...{ batchSize: 17, examples: 5 },
  },
];

const backends = await loadBackends();
const everywhere = backends.flatMap(([backend, engine]) =>
  CASES.map((one) => ({ ...one, backend, engine })),
);

test.each(everywhere)("$name on $backend", ({ engine, ...checked }) => {
  checkGradients(engine, checked);
});
