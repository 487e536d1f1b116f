/** How a list of layers becomes modules, layers and parameters. */
import { expect, test } from "vitest";
import { type ModelSpec, modelOf, planNetwork } from "../src/index.ts";
import { groupsOf, weightDecaysOf } from "../src/optimizers/groups.ts";
import { keptStates, stateName } from "../src/optimizers/optimizers.ts";
import type { LayerSpec } from "../src/spec.ts";

const linear = (width: number | "output", bias = true): LayerSpec => ({
  kind: "linear",
  width,
  bias,
});
const tanh: LayerSpec = { kind: "activation", activation: "tanh" };
const batchNorm: LayerSpec = {
  ...{ kind: "norm", norm: "batch", epsilon: 1e-5, momentum: 0.1 },
  running: "variance",
};

function model(layers: readonly LayerSpec[], changes: Partial<ModelSpec> = {}): ModelSpec {
  return { context: 8, embedding: 10, layers, tie: false, ...changes };
}

function stagesOf({ layers }: ReturnType<typeof planNetwork>): unknown {
  return layers.map(({ name, stages }) => [
    name,
    ...[...stages].map(([stage, { kind }]) => `${stage}: ${kind}`),
  ]);
}

test("the hierarchical net of 76,579 parameters: every level halves the positions", () => {
  const level: LayerSpec[] = [{ kind: "flatten", factor: 2 }, linear(128, false), batchNorm, tanh];
  const net = model([...level, ...level, ...level, linear("output")], { embedding: 24 });

  const plan = planNetwork(net, 27);

  expect(plan.parameters.reduce((sum, { size }) => sum + size, 0)).toBe(76_579);
  expect(plan.layers.map(({ positions, units }) => [positions, units])).toEqual([
    [4, 128],
    [2, 128],
    [1, 128],
    [1, 27],
  ]);
  expect(plan.parameters.slice(0, 4).map(({ name }) => name)).toEqual([
    "embedding",
    "hidden1.weight",
    "hidden1.bn.gamma",
    "hidden1.bn.beta",
  ]);
});

test("a norm that opens a residual block belongs to the layer behind it, and so does what leaves the block", () => {
  const net = modelOf({
    ...{ context: 3, embedding: 10, hidden: [30, 30, 20], activation: "gelu", bias: true },
    norm: { where: "hidden", norm: "layer", epsilon: 1e-5 },
    residual: "pre",
  });

  const plan = planNetwork(net, 27);

  expect(plan.parameters.map(({ name }) => name)).toEqual([
    "embedding",
    ...["hidden1.norm.gain", "hidden1.norm.shift", "hidden1.weight", "hidden1.bias"],
    ...["hidden2.norm.gain", "hidden2.norm.shift", "hidden2.weight", "hidden2.bias"],
    ...["hidden3.weight", "hidden3.bias", "hidden3.norm.gain", "hidden3.norm.shift"],
    ...["output.weight", "output.bias"],
  ]);
  const block = ["linear: linear", "preactivation: linear", "activation: activation"];
  expect(stagesOf(plan)).toEqual([
    ["hidden1", ...block, "stream: residual"],
    ["hidden2", ...block, "stream: residual"],
    ["hidden3", "linear: linear", "preactivation: norm", "activation: activation"],
    ["output", "linear: linear", "preactivation: linear", "activation: linear"],
  ]);
});

test("a second norm of a layer has a name of its own, and what leaves a norm behind a block is the stream", () => {
  const net = model([
    linear(10),
    tanh,
    { kind: "residual", layers: [linear(10), batchNorm, tanh] },
    batchNorm,
    linear("output"),
    batchNorm,
  ]);

  const plan = planNetwork(net, 5);

  expect(plan.parameters.map(({ name }) => name).filter((name) => name.includes("bn"))).toEqual([
    ...["hidden2.bn.gamma", "hidden2.bn.beta", "hidden2.bn2.gamma", "hidden2.bn2.beta"],
    ...["output.bn.gamma", "output.bn.beta"],
  ]);
  expect(stagesOf(plan)).toContainEqual([
    ...["hidden2", "linear: linear", "preactivation: norm", "activation: activation"],
    "stream: norm",
  ]);
});

test("tied weights: the output layer has no weight of its own", () => {
  const net = model([linear(10), tanh, linear("output")], { tie: true });

  expect(planNetwork(net, 5).parameters.map(({ name }) => name)).toEqual([
    ...["embedding", "hidden1.weight", "hidden1.bias", "output.bias"],
  ]);
});

test.each([
  [[linear(5)], "there is no output layer"],
  [
    [{ kind: "flatten", factor: 2 }, linear(5), linear("output")],
    "4 positions of a context are left at the end, not 1",
  ],
  [
    [{ kind: "flatten", factor: 3 }, linear("output")],
    "8 positions cannot be put side by side 3 at a time",
  ],
  [
    [linear(5), { kind: "residual", layers: [linear(6)] }, linear("output")],
    "a residual block makes 6 numbers of 5; it has to keep how many they are",
  ],
  [[{ kind: "residual", layers: [linear("output")] }], "the output layer inside a residual block"],
  [[linear("output"), linear(3)], "linear behind the output layer"],
] as [LayerSpec[], string][])("what cannot be built is refused: %j", (layers, message) => {
  expect(() => planNetwork(model(layers), 5)).toThrow(message);
});

test("tied weights of another width are refused", () => {
  const net = model([linear(7), linear("output")], { tie: true });

  expect(() => planNetwork(net, 5)).toThrow(
    "tied weights: 7 numbers enter the output layer, 10 are an embedding's",
  );
});

test("the first group that matches a parameter has it; decay is the optimiser's elsewhere", () => {
  const { parameters } = planNetwork(model([linear(4), tanh, linear("output")]), 5);
  const groups = [
    { match: "role:bias", weightDecay: 0 },
    { match: "hidden*", lr: 0.5 },
  ];
  const optimizer = { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 } as const;

  expect([...groupsOf(parameters, groups)]).toEqual([-1, 1, 0, -1, 0]);
  expect([...weightDecaysOf(parameters, { optimizer, groups })]).toEqual([
    ...[0.01, 0.01, 0, 0.01, 0],
  ]);
  const [first = { name: "" }] = parameters;
  expect(keptStates(optimizer).map((state) => stateName(first, state))).toEqual([
    "embedding.exp_avg",
    "embedding.exp_avg_sq",
  ]);
});
