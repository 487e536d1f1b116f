/**
 * Networks whose illness is known, and healthy ones: what differs from the usual network of these tests, in YAML,
 * and what the diagnosis has to name as causes at the end, `LEVEL RULE: words of its message`. Nothing else may be a
 * warning or an error.
 */
export type Network = {
  readonly name: string;
  readonly settings: string;
  readonly causes: readonly string[];
};

/** Two layers of a hundred at most, so that all of them take seconds. */
export const USUAL = `name: networks
data: { file: names.txt }
model: { hidden: [60] }
train: { steps: 1000 }
record: { samples: 0 }
seeds: [3]
`;

const DEEP = "model.hidden: [30, 30, 30, 30, 30, 30]";
const EQUAL = "init.hidden: { weight: { scheme: constant, value: 0.1 }, bias: zeros }";
const NORM = "model.batch_norm: hidden";
const RELU = "model.activation: relu";
const KAIMING_RELU = "init.hidden.weight: { scheme: kaiming, gain: relu }";
const LINEAR = "model.activation: none, init.hidden.weight: { scheme: kaiming, gain: 1 }";

export const NETWORKS: readonly Network[] = [
  // The loss explodes, whenever it does.
  ill("50 steps", "train: { steps: 50, lr: 40 }", ["error divergence: loss has climbed to"]),
  ill("norm, 199 steps", `${NORM}, train: { steps: 199, lr: 60 }`, [
    "error divergence: loss has climbed to",
  ]),
  ill("last 8 of 208 steps", "train: { steps: 208, lr: { 0: 0.1, 200: 40 } }", [
    "error divergence: loss has climbed",
  ]),
  ill("a blow between windows", "train: { steps: 400, lr: { 0: 0.1, 90: 30, 110: 0.1 } }", [
    "error divergence: loss",
  ]),
  ill("not finite", `${LINEAR}, train: { steps: 200, lr: 5 }`, [
    "error divergence: diverged: the loss of step",
  ]),
  ill("batches of one", "train: { batch_size: 1, lr: 0.3 }", [
    "error divergence: loss has climbed",
  ]),
  ill("l2 that shakes", "train: { steps: 300, l2: 3000 }", [
    "warning penalty: and shrink embedding by",
  ]),
  // Units that are all the same, and layers that say nothing.
  ill("equal units", `${EQUAL}, init.output.weight: { scheme: constant, value: 0.01 }`, [
    "error identical-units: all 60 units of hidden1",
  ]),
  ill("equal units, relu", `${EQUAL}, init.output.weight: zeros, ${RELU}`, [
    "error identical-units: hidden1",
  ]),
  ill(
    "equal units, linear, no bias",
    `model: { activation: none, bias: false }, init: { hidden.weight: ones, output.weight: zeros }, train.lr: 0.01`,
    ["error identical-units: hidden1"],
  ),
  ill(
    "equal units in two layers",
    `model.hidden: [20, 20], ${EQUAL}, init.output.weight: { scheme: constant, value: 0.01 }`,
    ["error identical-units: hidden1"],
  ),
  ill("equal units with norm", `${NORM}, ${EQUAL}, init.output.weight: zeros`, [
    "error identical-units: hidden1",
  ]),
  ill("all zeros", "init: { hidden: { weight: zeros, bias: zeros }, output.weight: zeros }", [
    "warning constant-layer: hidden1 .* its weights are 0",
  ]),
  ill("gamma 0", `${NORM}, init.hidden.gamma: zeros`, [
    "info constant-layer: hidden1 .* gamma are 0",
  ]),
  ill(
    "gamma 0 in three layers",
    `model: { batch_norm: hidden, hidden: [30, 30, 30] }, init.hidden.gamma: zeros`,
    ["warning constant-layer: hidden1 .* gamma are 0"],
  ),
  ill("weights 0 in three layers", "model.hidden: [30, 30, 30], init.hidden.weight: zeros", [
    "info constant-layer: hidden1 .* weights are 0",
  ]),
  ill(
    "one-sided relu",
    `model: { activation: relu, hidden: [50, 50] }, init.hidden.weight: { scheme: uniform, low: -0.3, high: 0 }`,
    ["warning one-sided-weights: all negative"],
  ),
  ill(
    "dead relu",
    `model: { activation: relu, hidden: [40, 40] }, init.hidden.bias: { scheme: constant, value: -9 }`,
    ["error dead-units: all units of hidden1 dead"],
  ),
  // What is large, and not what it makes large.
  ill("output weights", "init.output.weight: normal", [
    "warning initial-loss: scale the output layer down",
  ]),
  ill("output bias", "init.output.bias: { scheme: normal, std: 5 }", [
    "warning initial-loss: the bias of the output layer is large",
  ]),
  ill("output bias, relu", `${RELU}, init.output.bias: { scheme: uniform, low: -9, high: 9 }`, [
    "warning initial-loss: the bias of the output layer",
  ]),
  ill("output gamma", "model.batch_norm: all, init.output.gamma: { scheme: constant, value: 5 }", [
    "warning initial-loss: scale the gamma of the output layer down",
  ]),
  ill("embedding", "init.embedding: { scheme: normal, std: 20 }", [
    "warning saturated: embedding is large",
  ]),
  ill(
    "embedding, linear",
    `${LINEAR}, init.embedding: { scheme: normal, std: 60 }, train.lr: 0.0005`,
    ["warning initial-loss: embedding is large"],
  ),
  ill("hidden weights", "init.hidden.weight: normal", [
    "warning saturated: scale its weights down",
  ]),
  ill("hidden bias", "init.hidden.bias: { scheme: normal, std: 9 }", [
    "warning saturated: the bias of hidden1 is large",
  ]),
  ill("hidden gamma", `${NORM}, init.hidden.gamma: { scheme: constant, value: 9 }`, [
    "warning saturated: scale the gamma of hidden1 down",
  ]),
  // Settings.
  ill("l2 on all", "train.l2: 10", ["warning penalty: shrink embedding by"]),
  ill("l2 on the output", "train.l2: { output.weight: 40 }", [
    "warning penalty: shrink output.weight by",
  ]),
  ill("epsilon 1000", "model.batch_norm: { where: hidden, epsilon: 1000 }", [
    "warning weak-norm: epsilon of 1,000",
  ]),
  ill("epsilon beside std", "model.batch_norm: { where: hidden, epsilon: 30, running: std }", [
    "warning weak-norm: larger than the std",
  ]),
  ill("batches of 2", `${NORM}, train.batch_size: 2`, [
    "warning small-batch: raise train.batch_size",
  ]),
  ill("batches of 4", `${NORM}, train.batch_size: 4`, ["warning small-batch: off by 0.5"]),
  ill("momentum 1", "model.batch_norm: { where: hidden, momentum: 1 }, train.batch_size: 4", [
    "warning small-batch: batches of 4",
    "warning running-statistics: momentum of 1 .* lower it",
  ]),
  ill("momentum 0.001", "model.batch_norm: { where: hidden, momentum: 0.001 }, train.steps: 300", [
    "warning running-statistics: raise the momentum",
  ]),
  // Speed and depth.
  ill("slow", "train.lr: 1e-4", ["warning slow-updates: raise the learning rate"]),
  ill("slow in four layers", `model.hidden: [30, 30, 30, 30], train.lr: 1e-3`, [
    "warning slow-updates: hidden1.weight too slow",
  ]),
  ill("fast", "train.lr: 2", ["warning fast-updates: lower the learning rate"]),
  ill("gain 0.3", `${DEEP}, init.hidden.weight: { scheme: kaiming, gain: 0.3 }`, [
    "warning vanishing-gradients: raise the gain",
  ]),
  ill("a spike", "train: { steps: 500, lr: { 0: 0.1, 300: 8, 301: 0.1 } }", [
    "warning loss-spike: at step 30",
  ]),
  // Healthy, some of them with something to know.
  well("tanh", ""),
  well("tanh, two layers", "model.hidden: [60, 40]"),
  well("relu", `${RELU}, ${KAIMING_RELU}`),
  well("relu, three layers", `model: { activation: relu, hidden: [50, 50, 50] }, ${KAIMING_RELU}`),
  well("relu at a rate of 1", `${RELU}, ${KAIMING_RELU}, train.lr: 1`),
  well("linear", LINEAR),
  well("norm", NORM),
  well(
    "norm over all, four layers",
    "model: { batch_norm: all, hidden: [30, 30, 30, 30] }, init.output.gamma: { scheme: constant, value: 0.1 }",
  ),
  well("orthogonal", "init.hidden.weight: { scheme: orthogonal, gain: 5/3 }"),
  well("xavier", "init.hidden.weight: xavier"),
  well("a little l2", "train.l2: 0.01"),
  well("large batches", "train: { batch_size: 256, steps: 600 }"),
  well("context 6", "data.context: 6"),
  well("context 1", "data.context: 1"),
  well("embedding zeros", "init.embedding: zeros"),
  well("schedule", "train.lr: { 0: 0.1, 700: 0.01 }"),
  well("width 10", "model.hidden: [10]"),
  well("a bottleneck of one", "model.hidden: [40, 1, 40]"),
  well("an embedding of one", "model.embedding: 1"),
  well(
    "half the gain, linear",
    "model: { activation: none, hidden: [100, 100, 100, 100, 100] }, init.hidden.weight: { scheme: kaiming, gain: 0.5 }",
  ),
];

function ill(name: string, settings: string, causes: readonly string[]): Network {
  return { name, settings, causes };
}

function well(name: string, settings: string): Network {
  return { name, settings, causes: [] };
}
