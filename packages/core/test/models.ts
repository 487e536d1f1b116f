/** Small models of every kind that an engine trains. */
import type { InitSpec, LayerInit, ShortForm } from "../src/index.ts";
import { normal, type SpecChanges } from "./make.ts";

const layer: LayerInit = {
  weight: normal(0.4),
  bias: normal(0.3),
  gamma: normal(0.5),
  beta: normal(0.3),
};
export const init: Pick<InitSpec, "hidden" | "output"> = { hidden: layer, output: layer };
export const torchNorm = {
  where: "all",
  epsilon: 1e-5,
  momentum: 0.1,
  running: "variance",
} as const;
export const notebookNorm = {
  where: "hidden",
  epsilon: 0.01,
  momentum: 0.1,
  running: "std",
} as const;

export const MODELS: [string, Partial<ShortForm>, NonNullable<SpecChanges["train"]>][] = [
  ["tanh", {}, {}],
  ["relu", { activation: "relu" }, {}],
  ["no nonlinearity, no bias", { activation: "none", bias: false, hidden: [5, 3] }, {}],
  ["batch norm everywhere, by variance", { batchNorm: torchNorm, hidden: [6, 5] }, {}],
  ["batch norm on hidden layers, by std", { batchNorm: notebookNorm }, {}],
  ["l2 on every parameter", {}, { l2: 0.3 }],
  ["l2 on one parameter", {}, { l2: { "hidden1.weight": 0.3 } }],
  ["width 1, context 1, embedding 1", { hidden: [1], context: 1, embedding: 1 }, {}],
  ["eight layers, batch 19", { hidden: [3, 4, 5, 6, 7, 8, 9] }, { batchSize: 19 }],
  ["no hidden layer", { hidden: [] }, {}],
];
