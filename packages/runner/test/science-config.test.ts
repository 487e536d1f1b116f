/** Layers, norms, optimisers, curves, groups and batches in configs: what says the same is the same run. */
import { expect, test } from "vitest";
import type { ResolvedConfig } from "../src/config/config.ts";
import { expandedYaml } from "../src/plan/expanded-config.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { storedSpec, storedYaml } from "../src/plan/stored-config.ts";
import { errorsOf, load, setting } from "./spec-make.ts";

function planned(text: string, set: readonly string[] = []): ReturnType<typeof planRuns> {
  return planRuns(load(text, { set }), "data");
}

function hashes(text: string): string[] {
  return planned(text).runs.map(({ hash }) => hash);
}

function only(text: string): ResolvedConfig {
  const [run] = planned(text).runs;
  if (run === undefined) throw new Error("no run");
  return run.resolved;
}

test.each([
  ["model.norm: batch", "model.batch_norm: hidden"],
  [
    "model.norm: { kind: batch, where: all, momentum: 0.5 }",
    "model.batch_norm: { where: all, momentum: 0.5 }",
  ],
  ["model: { norm: none, residual: none, dropout: 0, tie: false }", ""],
  ["model.layers: [{ linear: 200 }, tanh]", ""],
  ["model.layers: [{ linear: 200 }, none, tanh, { dropout: 0 }, { linear: output }]", ""],
  [
    "model.layers: [{ flatten: 3 }, { linear: 200 }, tanh]",
    "model.layers: [{ linear: 200 }, tanh, output]",
  ],
  [
    "model.layers: [{ linear: 7 }, batch_norm, relu, { linear: 9 }, batch_norm, relu]",
    "model: { hidden: [7, 9], activation: relu, batch_norm: hidden }",
  ],
  [
    "model.layers: [{ linear: 7, bias: false }, { norm: batch, epsilon: 0 }, { linear: output, bias: false }, { norm: batch, epsilon: 0 }]",
    "model: { hidden: [7], activation: none, bias: false, batch_norm: { where: all, epsilon: 0 } }",
  ],
  [
    "model.layers: [{ repeat: 3, layers: [{ linear: 8 }, rms_norm, gelu, { dropout: 1/4 }] }]",
    "model: { hidden: [8, 8, 8], norm: rms, activation: gelu, dropout: 0.25 }",
  ],
  [
    "model.layers: [{ linear: 8 }, tanh, { repeat: 2, layers: [{ residual: [layer_norm, { linear: 8 }, tanh] }] }]",
    "model.layers: [{ linear: 8 }, tanh, { residual: [layer_norm, { linear: 8 }, tanh] }, { residual: [{ norm: layer, epsilon: 1e-5 }, { linear: 8, bias: true }, tanh] }]",
  ],
  [
    "model.layers: [{ residual: [layer_norm, { linear: 30 }, silu] }]",
    "model: { hidden: [30], activation: silu, norm: layer, residual: pre }",
  ],
  [
    "model.layers: [{ linear: 8 }, tanh, { residual: [{ linear: 8 }, tanh] }, rms_norm]",
    "model.layers: [{ linear: 8 }, tanh, { residual: [{ linear: 8 }, tanh] }, { norm: rms }]",
  ],
  ["model: { hidden: [8, 9], residual: post }", "model: { hidden: [8, 9] }"],
  ["model.layers: [output]", "model: { hidden: [], activation: relu }"],
  [
    "model.layers: [{ linear: 8 }, { leaky_relu: 0.01 }]",
    "model: { hidden: [8], activation: leaky_relu }",
  ],
  ["train.optimizer: sgd", "train.optimizer: { momentum: 0 }"],
  ["train.optimizer: sgd", ""],
  ["train.optimizer: { name: sgd, dampening: 0.5 }", ""],
  [
    "train.optimizer: adam",
    "train: { optimizer: { name: adam, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 }, lr: 0.001 }",
  ],
  ["train: { clip: none, groups: [], batches: sample, label_smoothing: 0 }", ""],
  ["train.batches: epochs", "train.batches: { epochs: shuffled, last: keep }"],
  ["train.lr: { rate: 0.1 }", "train.lr: 0.1"],
  [
    "train.lr: { warmup: 0, then: one_cycle, steps: 9, from: 5 }",
    "train.lr: { rate: 0.1, then: cosine, steps: 9, to: 0 }",
  ],
  [
    "train: { steps: 50, lr: { then: linear } }",
    "train: { steps: 50, lr: { rate: 0.1, then: linear, steps: 50, to: 0 } }",
  ],
  [
    "train: { optimizer: lion, lr: { warmup: 5 } }",
    "train: { optimizer: lion, lr: { rate: 1e-4, warmup: 5, from: 0, to: 7 } }",
  ],
  ["init.skip: 0", ""],
  ["init.hidden1.weight: { scheme: kaiming, gain: 5/3 }", ""],
  ["record: { best: true, evaluate: { every: 9 }, probes: { examples: batch } }", ""],
])("%s says the same as %j", (a, b) => {
  expect(hashes(a)).toEqual(hashes(b));
});

test.each([
  ["model: { hidden: [30, 30], residual: pre }", "model: { hidden: [30, 30] }"],
  [
    "model.layers: [{ linear: 8 }, tanh, { linear: 8 }, relu]",
    "model.layers: [{ linear: 8 }, tanh, { linear: 8 }, tanh]",
  ],
  [
    "model.layers: [{ linear: 8 }, { leaky_relu: 0.2 }]",
    "model: { hidden: [8], activation: leaky_relu }",
  ],
  ["train.optimizer: adam", "train.optimizer: { name: adamw, weight_decay: 0 }"],
  ["train.optimizer: { weight_decay: 0.1 }", ""],
  ["train.clip: { norm: 1 }", "train.clip: { value: 1 }"],
  ["train.batches: { epochs: shuffled, last: drop }", "train.batches: epochs"],
  [
    "train.groups: [{ match: output.*, lr: 1 }]",
    "train.groups: [{ match: output.*, lr: { 0: 1 } }]",
  ],
  ["init.hidden1.weight: zeros", ""],
  ["init.skip: 1", ""],
  ["model: { hidden: [10], tie: true }", "model: { hidden: [10] }"],
])("%s is another run than %j", (a, b) => {
  expect(hashes(a)).not.toEqual(hashes(b));
});

/** Configs that use everything there is, some of it in every form. */
const EVERYTHING = [
  `data: { file: names.txt, context: 8 }
model.layers: [{ flatten: 2 }, { linear: 20, bias: false }, { norm: batch, momentum: 0.5 }, tanh, { flatten: 2 },
  { linear: 20 }, { residual: [rms_norm, { linear: 20 }, { leaky_relu: 0.3 }, { dropout: 0.1 }] }, { flatten: 2 }, { linear: 10 }]
model.tie: true
init: { hidden3: { weight: zeros, gamma: { scheme: constant, value: 0.5 } }, skip: 99 }
train: { steps: 90, optimizer: { name: adagrad, lr_decay: 0.1, initial_accumulator_value: 0.5 }, clip: { value: 0.5 } }`,
  `model: { hidden: [30, 30], norm: { kind: rms, where: all, epsilon: 1e-6 }, residual: post, dropout: 0.2, activation: softplus }
train:
  steps: 90
  lr: { warmup: 10, from: 1e-4, then: exponential, steps: 80, to: 1e-5 }
  optimizer: { name: rmsprop, centered: true, momentum: 0.9 }
  groups: [{ match: "role:bias", weight_decay: 0 }, { match: "hidden1.*", lr: { then: linear, to: 0.01 } }, { match: "*", lr: 0.5, weight_decay: 1e-4 }]
  batches: { epochs: shuffled, last: drop }
  label_smoothing: 0.1
record: { best: true, probes: { examples: 200 }, evaluate: { every: 10 } }`,
];

test.each(EVERYTHING)(
  "a stored run is a config of the same run again, and the same spec: %s",
  (text) => {
    const [run] = planned(text).runs;
    if (run === undefined) throw new Error("no run");
    const again = planned(storedYaml({ name: "a/run", config: run.config })).runs;

    expect(again.map(({ hash, config }) => [hash, config])).toEqual([
      [run.hash, expect.anything()],
    ]);
    expect(again[0]?.resolved.model).toEqual(run.resolved.model);
    expect(storedSpec(run.config)).toEqual(run.spec);
  },
);

test("a spec has PyTorch's arguments in core's words", () => {
  const [first, second] = EVERYTHING.map((text) => planned(text).runs[0]?.spec);

  expect(first?.model.layers.slice(0, 3)).toEqual([
    { kind: "flatten", factor: 2 },
    { kind: "linear", width: 20, bias: false },
    { kind: "norm", norm: "batch", epsilon: 1e-5, momentum: 0.5, running: "variance" },
  ]);
  expect(first?.model.layers.at(-1)).toEqual({ kind: "linear", width: "output", bias: true });
  expect(first?.init).toMatchObject({
    skip: 99,
    layers: { hidden3: { weight: { scheme: "zeros" } } },
  });
  expect(first?.train).toMatchObject({
    lr: [{ step: 0, rate: 0.01 }],
    optimizer: {
      name: "adagrad",
      lrDecay: 0.1,
      initialAccumulatorValue: 0.5,
      eps: 1e-10,
      weightDecay: 0,
    },
    clip: { by: "value", most: 0.5 },
  });
  expect(second?.train).toMatchObject({
    lr: { rate: 0.01, warmup: 10, from: 1e-4, then: "exponential", steps: 80, to: 1e-5 },
    optimizer: {
      name: "rmsprop",
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0.9,
      centered: true,
    },
    groups: [
      { match: "role:bias", weightDecay: 0 },
      {
        match: "hidden1.*",
        lr: { rate: 0.01, warmup: 0, from: 0, then: "linear", steps: 90, to: 0.01 },
      },
      { match: "*", lr: 0.5, weightDecay: 1e-4 },
    ],
    batches: { from: "epochs", last: "drop" },
    labelSmoothing: 0.1,
  });
});

test.each([
  [
    "grid: { train.optimizer: [sgd, adamw], train.optimizer.weight_decay: [0, 0.1] }",
    [
      "optimizer=sgd-weight_decay=0",
      "optimizer=sgd-weight_decay=0.1",
      "optimizer=adamw-weight_decay=0",
      "optimizer=adamw-weight_decay=0.1",
    ],
  ],
  [
    "train.optimizer: { name: sgd, momentum: 0.9 }\ngrid: { train.optimizer.nesterov: [true, false] }",
    ["nesterov=true", "nesterov=false"],
  ],
  [
    "grid: { train.optimizer: [sgd, adam], train.optimizer.betas: [[0.9, 0.95], [0.8, 0.9]] }\nwhen: { train.optimizer.betas: { train.optimizer: adam } }",
    ["optimizer=sgd", "optimizer=adam-betas=0.9_0.95", "optimizer=adam-betas=0.8_0.9"],
  ],
  [
    "zip: [{ train.optimizer: adamw, train.optimizer.weight_decay: 0.5, train.lr: 0.01 }, { train.optimizer: { name: sgd, momentum: 0.9 }, train.lr: 0.1 }]",
    ["optimizer=adamw_weight_decay_0.5-lr=0.01", "optimizer=sgd_momentum_0.9-lr=0.1"],
  ],
  [
    "grid: { model.layers: [[{ linear: 8 }, tanh], [{ linear: 8 }, { norm: layer }, { leaky_relu: 0.2 }], [output]] }",
    ["layers=8_tanh", "layers=8_norm_layer_leaky_relu_0.2", "layers=output"],
  ],
  [
    "grid: { model.norm: [none, batch, layer, { kind: rms, epsilon: 1e-6 }], train.clip: [none, { norm: 1 }] }\nexclude: [{ model.norm: batch }, { train.clip: { norm: 1 }, model.norm: layer }]",
    [
      "norm=none-clip=none",
      "norm=none-clip=norm_1",
      "norm=layer-clip=none",
      "norm=rms_epsilon_0.000001-clip=none",
      "norm=rms_epsilon_0.000001-clip=norm_1",
    ],
  ],
  [
    "model.hidden: [9, 9]\ngrid: { init.hidden2.weight: [zeros, { scheme: kaiming, gain: 5 }] }\nexclude: [{ init.hidden2.weight: zeros }]",
    ["weight=kaiming_gain_5"],
  ],
  [
    "grid: { train.lr: [0.1, { warmup: 5, then: cosine }], train.batches: [sample, epochs] }",
    [
      "lr=0.1-batches=sample",
      "lr=0.1-batches=epochs",
      "lr=warmup_5_then_cosine-batches=sample",
      "lr=warmup_5_then_cosine-batches=epochs",
    ],
  ],
  [
    "train.optimizer: adam\nvariants: { a: { train.optimizer.eps: 0.1 }, b: { train.optimizer: { name: sgd } } }\nexclude: [{ train.optimizer: sgd }]",
    ["a"],
  ],
])("grids vary all of it, and labels say how: %s", (text, labels) => {
  expect(planned(text).runs.map(({ label }) => label)).toEqual(labels);
});

test("--set changes one setting of an optimiser, in all runs", () => {
  const { runs } = planned("grid: { train.optimizer: [adam, adamw] }", [
    "train.optimizer.eps=1e-3",
  ]);

  expect(runs.map(({ resolved }) => resolved.train.optimizer)).toMatchObject([
    { name: "adam", eps: 1e-3 },
    { name: "adamw", eps: 1e-3 },
  ]);
});

test.each([
  "grid: { train.optimizer: [adam, sgd], model.norm: [layer, none], train.clip: [{ norm: 1 }, none] }",
  "model.hidden: [9, 9]\ngrid: { init.hidden2.weight: [zeros, { scheme: kaiming, gain: 5/3 }, ones], model.dropout: [0.1, 0] }",
  "grid: { model.layers: [[{ linear: 8 }, { leaky_relu: 0.2 }], [{ linear: 8 }, tanh]], train.lr: [1, { then: cosine }] }\nseeds: [1, 2]",
])("a plan that is written back has the same runs: %s", (text) => {
  const { runs } = planned(text);
  const grid = load(text);

  expect(hashes(expandedYaml(runs, grid, () => "names.txt"))).toEqual(runs.map(({ hash }) => hash));
});

test.each([
  [
    "model.layers: [{ linear: 10 }, { linear: 0 }]",
    "a.yaml:1:42: model.layers[1].linear: must be at least 1, got 0",
  ],
  [
    "model.layers: [{ linear: 10 }, tanhh]",
    'a.yaml:1:32: model.layers[1]: unknown layer "tanhh", did you mean "tanh"?',
  ],
  [
    "train.groups: [{ match: embedding, lr: { then: exponential } }]",
    "a.yaml:1:36: train.groups[0].lr.to: exponential needs a rate above 0, got 0",
  ],
  [
    'train.groups: "*"',
    'a.yaml:1:15: train.groups: expected a list, got "*"; write [{ match: "*.bias", lr: 0.01 }]',
  ],
  [
    "model.layers: [{ linear: 10 }, dropout]",
    'a.yaml:1:32: model.layers[1]: unknown layer "dropout"; write { dropout: 0.1 }',
  ],
  [
    "model.layers: [{ liner: 10 }]",
    'a.yaml:1:18: model.layers[0].liner: unknown key, did you mean "model.layers[0].linear"?',
  ],
  [
    "model.layers: [{ linear: 10, bais: true }]",
    'a.yaml:1:30: model.layers[0].bais: unknown key, did you mean "model.layers[0].bias"?',
  ],
  [
    "model.layers: [3]",
    "a.yaml:1:16: model.layers[0]: expected a layer's name or a map with one of linear, norm, leaky_relu, dropout, residual, flatten, repeat, got 3",
  ],
  [
    "model.layers: [{ repeat: 900, layers: [tanh, relu] }]",
    "a.yaml:1:15: model.layers: has 1800 layers, at most 1000",
  ],
  ["model.layers: tanh", 'a.yaml:1:15: model.layers: expected a list, got "tanh"; write [tanh]'],
  [
    "model: { layers: [output], hidden: [3], bias: true }",
    "a.yaml:1:36: model.hidden: hidden, bias cannot be beside model.layers, which lists all layers; write one or the other",
  ],
  [
    "model.layers: [{ linear: 10 }, { repeat: 2, layers: [{ residual: [{ linear: 7 }] }] }]",
    "a.yaml:1:32: model.layers[1]: a residual block makes 7 numbers of 10; it has to keep how many they are",
  ],
  [
    "model.layers: [{ flatten: 2 }, { linear: 10 }]",
    "a.yaml:1:16: model.layers[0]: 3 positions cannot be put side by side 2 at a time",
  ],
  [
    "data: { file: a, context: 4 }\nmodel.layers: [{ flatten: 2 }, { linear: 10 }]",
    "a.yaml:2:15: model.layers: 2 positions of a context are left at the end, not 1",
  ],
  [
    "model.layers: [output, { linear: 10 }]",
    "a.yaml:1:24: model.layers[1]: linear behind the output layer",
  ],
  [
    "model.tie: true",
    "a.yaml:1:12: model.tie: tied weights: 200 numbers enter the output layer, 10 are an embedding's",
  ],
  [
    "model: { batch_norm: hidden, norm: layer }",
    "a.yaml:1:36: model.norm: cannot be beside model.batch_norm, which is a norm as well; write one of them",
  ],
  [
    "model: { batch_norm: all, norm: batch }",
    "a.yaml:1:33: model.norm: cannot be beside model.batch_norm, which is a norm as well; write one of them",
  ],
  [
    "model.norm: batch\ntrain.batch_size: 1",
    "a.yaml:2:19: train.batch_size: batch norm needs at least 2: there is no unbiased variance of 1 example",
  ],
  ["model.dropout: 1", "a.yaml:1:16: model.dropout: must be below 1, got 1"],
  ["train.label_smoothing: 1", "a.yaml:1:24: train.label_smoothing: must be below 1, got 1"],
  ["train.clip: { norm: 0 }", "a.yaml:1:21: train.clip.norm: must be above 0, got 0"],
  [
    "train.clip: 1",
    "a.yaml:1:13: train.clip: expected none, { norm: NUMBER } or { value: NUMBER }, got 1",
  ],
  [
    "train.optimizer: adm",
    'a.yaml:1:18: train.optimizer: unknown value "adm", did you mean "adam"?',
  ],
  [
    "train.optimizer: { name: adam, betas: [0.9, 1] }",
    "a.yaml:1:45: train.optimizer.betas[1]: must be below 1, got 1",
  ],
  [
    "train.optimizer: { name: adam, momentum: 0.9 }",
    "a.yaml:1:32: train.optimizer.momentum: unknown key, allowed: name, betas, eps, weight_decay",
  ],
  [
    "train.optimizer: { name: sgd, nesterov: true }",
    "a.yaml:1:41: train.optimizer.nesterov: needs a momentum above 0 and no dampening",
  ],
  [
    "train.optimizer: { momentum: 0.9, dampening: 0.1, nesterov: true }",
    "a.yaml:1:61: train.optimizer.nesterov: needs a momentum above 0 and no dampening",
  ],
  [
    "train.lr: { warmup: 500, then: cosine, steps: 500 }",
    "a.yaml:1:47: train.lr.steps: must be above the warm-up's 500, got 500",
  ],
  [
    "train.lr: { then: exponential }",
    "a.yaml:1:1: train.lr.to: exponential needs a rate above 0, got 0",
  ],
  [
    "train.lr: { then: cosin }",
    'a.yaml:1:19: train.lr.then: unknown value "cosin", did you mean "cosine"?',
  ],
  [
    "train.lr: { warmup: 5, 0: 1 }",
    "a.yaml:1:24: train.lr.0: unknown key, allowed: rate, warmup, from, then, steps, to",
  ],
  [
    "train.groups: [{ match: hidden7.weight }]",
    'a.yaml:1:25: train.groups[0].match: no parameter is hidden7.weight, did you mean "hidden1.weight"?',
  ],
  [
    "train.groups: [{ match: role:bais }]",
    'a.yaml:1:25: train.groups[0].match: unknown role bais, did you mean "bias"?',
  ],
  ["train.groups: [{ lr: 1 }]", "a.yaml:1:16: train.groups[0].match: is missing"],
  [
    "grid: { train.optimizer.weight_decay: [0, 1], train.optimizer: [adam, adamw] }",
    "a.yaml:1:47: grid.train.optimizer: replaces train.optimizer.weight_decay, which stands before it; write it first",
  ],
  [
    "model.hidden: [40000]\ntrain: { batch_size: 1048576 }",
    "a.yaml:1:15: model.hidden: 41,945,137,152 activations of a batch do not fit into 4 GiB of memory",
  ],
  [
    "model.hidden: [20000, 20000]\ntrain.optimizer: adam",
    "a.yaml:1:15: model.hidden: 400,680,022 weights with what adam keeps of each do not fit into 4 GiB of memory",
  ],
])("what cannot be trained is said in one sentence, where it is: %s", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

test.each([
  [
    "model: { hidden: [8], residual: pre }",
    "model.residual: has no effect, no hidden layer is as wide as what enters it",
  ],
  ["model: { hidden: [], dropout: 0.1 }", "model.dropout: has no effect, there is no hidden layer"],
  [
    "init.hidden7.weight: zeros",
    "init.hidden7.weight: has no effect, there is no layer hidden7, the last hidden one is hidden1",
  ],
  [
    "model.norm: rms\ninit.hidden.beta: ones",
    "init.hidden.beta: has no effect, an RMS norm has no shift",
  ],
  [
    "model: { hidden: [10], tie: true }\ninit.output.weight: ones",
    "init.output.weight: has no effect, the weight of the output layer is the embedding (model.tie)",
  ],
  [
    "model: { layers: [output] }\ninit.hidden.weight: ones",
    "init.hidden.weight: has no effect, there is no hidden layer",
  ],
  [
    "train.optimizer: { dampening: 0.1 }",
    "train.optimizer.dampening: has no effect, there is no momentum",
  ],
  [
    "train.lr: { warmup: 5, to: 0.1 }",
    "train.lr.to: has no effect, the rate stays as it is (then: constant)",
  ],
  ["train.lr: { then: linear, from: 0.1 }", "train.lr.from: has no effect, there is no warm-up"],
  [
    "train.groups: [{ match: role:bias, weight_decay: 0 }]",
    "train.groups[0]: has no effect, it has no effect",
  ],
  [
    'train.groups: [{ match: "*", lr: 1 }, { match: embedding, lr: 2 }]',
    "train.groups[1]: has no effect, groups before it have all parameters that it matches",
  ],
  [
    "train.optimizer: { name: adam, eps: 1e-50 }",
    "train.optimizer.eps: 1e-50 is 0 in float32, in which training computes; write a number from 1.4e-45",
  ],
])("what changes nothing is a warning: %s", (text, message) => {
  expect(load(text).warnings.map((warning) => warning.message)).toEqual([message]);
});

test("what some run of a grid makes use of is neither an error nor a warning", () => {
  const text = `grid: { model.norm: [none, layer, batch], train.optimizer: [sgd, adamw] }
train.groups: [{ match: role:gain, weight_decay: 0 }, { match: hidden1.norm.shift, weight_decay: 0 }]
init.hidden.gamma: zeros`;

  expect(load(text).warnings).toEqual([]);
  expect(planned(text).runs).toHaveLength(6);
});

test("the rate of a run that says none is its optimiser's", () => {
  const rates = ["sgd", "adam", "adamw", "rmsprop", "adagrad", "lion"].map((name) =>
    setting(only(`train.optimizer: ${name}`), ["train", "lr", "0"]),
  );

  expect(rates).toEqual([0.1, 0.001, 0.001, 0.01, 0.01, 0.0001]);
});
