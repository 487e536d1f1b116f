/** Draws whole configs of one run: any seed gives a valid one. What they train is small, and short. */
import { Random } from "../chaos/random.ts";
import { type DrawnModel, drawModel, type Value, type YamlMap } from "./random-model.ts";

export type DrawnConfig = {
  readonly seed: number;
  /** Names, one a line, for the file `names.txt` beside the config. */
  readonly names: readonly string[];
  readonly config: YamlMap;
};

const STEPS = 100;

/** @param all - names that some are taken of */
export function drawConfig(seed: number, all: readonly string[]): DrawnConfig {
  // The first numbers of seeds that follow each other are alike.
  const random = new Random(Math.imul(seed, 0x9e3779b1));
  const drawn = drawModel(random);
  const names = drawNames(random, all);
  const { context, model } = drawn;
  const config = {
    name: `spec-${seed}`,
    data: { file: "names.txt", context, ...rarely(random, { shuffle_seed: random.below(1e6) }) },
    model,
    init: drawInit(random, drawn),
    train: drawTraining(random, drawn),
    record: { evaluate: "end", samples: 0, probes: "none" },
    seeds: [drawSeed(random)],
  };
  return { seed, names, config };
}

function rarely(random: Random, map: YamlMap): YamlMap {
  return random.below(4) === 0 ? map : {};
}

function drawNames(random: Random, all: readonly string[]): string[] {
  const count = 30 + random.below(200);
  const first = random.below(all.length - count);
  const names = all.slice(first, first + count);
  // Another alphabet, beyond one byte a character.
  const shift = random.pick([0, 0, 0, "\u0430".charCodeAt(0) - "a".charCodeAt(0)]);
  return names.map((name) =>
    [...name].map((one) => String.fromCharCode(one.charCodeAt(0) + shift)).join(""),
  );
}

/** Any integer that PyTorch takes; one that a number does not hold is the text of its digits. */
function drawSeed(random: Random): Value {
  const small = random.below(2 ** 31);
  return random.pick<Value>([
    small,
    small,
    42,
    -small,
    2 ** 32 + small,
    Number.MAX_SAFE_INTEGER - small,
    String(2n ** 64n - 1n - BigInt(small)),
    String(-(2n ** 63n) + BigInt(small)),
  ]);
}

const GAINS = [1, 0.5, 5 / 3, "relu", "tanh", "leaky_relu", "sigmoid", "linear"] as const;

function drawScheme(random: Random): Value {
  const distribution = random.pick(["normal", "uniform"]);
  const schemes = [
    {
      scheme: "kaiming",
      gain: random.pick(GAINS),
      mode: random.pick(["fan_in", "fan_out"]),
      distribution,
    },
    { scheme: "kaiming", gain: random.pick(GAINS), distribution },
    { scheme: "xavier", gain: random.pick([1, 1.5]), distribution },
    { scheme: "lecun", distribution },
    { scheme: "orthogonal", gain: random.pick([1, 1.2]) },
    { scheme: "normal", std: random.pick([0.05, 0.2, 0.5]) },
    { scheme: "uniform", low: -0.3, high: random.pick([0.3, 0.4]) },
  ] as const;
  const scheme = random.pick(schemes);
  return random.below(5) === 0 ? { ...scheme, scale: random.pick([0.5, 1.1]) } : scheme;
}

const VECTORS = [
  "zeros",
  { scheme: "normal", std: 0.1 },
  { scheme: "uniform", low: -0.1, high: 0.2 },
] as const;
const GAMMAS = [
  "ones",
  { scheme: "constant", value: 0.5 },
  { scheme: "uniform", low: 0.5, high: 1.5 },
] as const;

function drawInit(random: Random, { depth, hasBias, hasGain, isTied }: DrawnModel): YamlMap {
  const bias = (): YamlMap => (hasBias ? { bias: random.pick<Value>(VECTORS) } : {});
  const gamma = hasGain && random.below(2) === 0 ? { gamma: random.pick<Value>(GAMMAS) } : {};
  const hidden = depth === 0 ? {} : { hidden: { weight: drawScheme(random), ...bias(), ...gamma } };
  const one = `hidden${1 + random.below(Math.max(depth, 1))}`;
  const single =
    depth > 0 && random.below(4) === 0 ? { [one]: { weight: drawScheme(random) } } : {};
  const std = random.pick([0.01, 0.1, 0.3]);
  const output = isTied ? bias() : { weight: { scheme: "normal", std }, ...bias() };
  return {
    embedding: random.pick<Value>([
      "normal",
      { scheme: "normal", std: 0.3 },
      { scheme: "uniform", low: -1, high: 1 },
    ]),
    ...hidden,
    ...single,
    output,
    ...rarely(random, { skip: random.below(5000) }),
  };
}

function drawTraining(random: Random, drawn: DrawnModel): YamlMap {
  const { optimizer, rate } = drawOptimizer(random);
  const l2 = random.pick<Value>([0.01, { embedding: 0.1 }]);
  return {
    steps: STEPS,
    batch_size: drawBatchSize(random, drawn),
    lr: drawRate(random, rate),
    ...rarely(random, { l2 }),
    ...(optimizer === null ? {} : { optimizer }),
    ...drawGroups(random, drawn, rate),
    ...(random.below(3) === 0
      ? { clip: random.pick<Value>([{ norm: 1 }, { norm: 0.1 }, { value: 0.02 }]) }
      : {}),
    ...(random.below(3) === 0 ? { batches: drawBatches(random, drawn) } : {}),
    ...rarely(random, { label_smoothing: random.pick([0.1, 0.3]) }),
  };
}

function drawBatchSize(random: Random, { hasBatchNorm }: DrawnModel): number {
  if (random.below(8) === 0) return random.pick([64, 100]);
  return (hasBatchNorm ? 4 : 1) + random.below(40);
}

/** A last batch that is kept may be a single example, which batch norm cannot take. */
function drawBatches(random: Random, { hasBatchNorm }: DrawnModel): YamlMap {
  return { epochs: "shuffled", last: hasBatchNorm ? "drop" : random.pick(["keep", "drop"]) };
}

type DrawnOptimizer = { readonly optimizer: Value | null; readonly rate: number };

function drawOptimizer(random: Random): DrawnOptimizer {
  const weight_decay = random.pick([0, 0, 0.01, 0.1]);
  const decay = weight_decay === 0 ? {} : { weight_decay };
  const betas =
    random.below(2) === 0
      ? {}
      : {
          betas: random.pick([
            [0.8, 0.99],
            [0.95, 0.95],
          ]),
        };
  const eps = random.below(2) === 0 ? {} : { eps: random.pick([1e-6, 1e-3]) };
  const momentum = random.pick([0.5, 0.9]);
  const small = random.pick([1e-3, 3e-3, 1e-2]);
  const name = random.pick([null, "sgd", "sgd", "adam", "adamw", "rmsprop", "adagrad", "lion"]);
  switch (name) {
    case null:
      return { optimizer: null, rate: random.pick([0.01, 0.1, 0.3]) };
    case "sgd": {
      const more = random.pick<YamlMap>([
        { momentum, dampening: 0.3 },
        { momentum, nesterov: true },
        { momentum },
        {},
      ]);
      return { optimizer: { name, ...more, ...decay }, rate: random.pick([0.01, 0.05]) };
    }
    case "adam":
    case "adamw":
      return {
        optimizer: random.pick<Value>([name, { name, ...betas, ...eps, ...decay }]),
        rate: small,
      };
    case "rmsprop": {
      const more = random.pick<YamlMap>([
        {},
        { momentum: 0.5 },
        { centered: true },
        { centered: true, momentum: 0.5 },
      ]);
      const alpha = random.pick([0.9, 0.99]);
      return { optimizer: { name, alpha, ...more, ...eps, ...decay }, rate: small };
    }
    case "adagrad": {
      const more = random.pick<YamlMap>([
        {},
        { lr_decay: 0.01 },
        { initial_accumulator_value: 0.1 },
      ]);
      return { optimizer: { name, ...more, ...decay }, rate: random.pick([0.01, 0.1]) };
    }
    default:
      return { optimizer: { name, ...betas, ...decay }, rate: random.pick([3e-4, 1e-3]) };
  }
}

const THEN = ["constant", "linear", "cosine", "exponential", "one_cycle"] as const;

function drawRate(random: Random, rate: number): Value {
  const kind = random.below(4);
  if (kind < 2) return rate;
  if (kind === 2)
    return { 0: rate, [20 + random.below(30)]: rate / 4, 70: random.pick([0, rate / 8]) };
  return drawCurve(random, rate);
}

function drawCurve(random: Random, rate: number): YamlMap {
  const then = random.pick(THEN);
  const warmup = then === "constant" ? 10 + random.below(30) : random.pick([0, 10, 37]);
  const from = warmup > 0 && random.below(2) === 0 ? { from: rate / 10 } : {};
  if (then === "constant") return { rate, warmup, ...from };
  // An exponential never comes to 0.
  const to = then === "exponential" ? rate / 20 : random.pick([0, rate / 10]);
  return {
    rate,
    ...(warmup === 0 ? {} : { warmup }),
    ...from,
    then,
    steps: random.pick([60, 100, 150]),
    to,
  };
}

function drawGroups(random: Random, drawn: DrawnModel, rate: number): YamlMap {
  const { hasBias, hasGain, isTied, depth } = drawn;
  const matches = [
    "embedding",
    ...(isTied ? [] : ["output.weight"]),
    ...(hasBias ? [random.pick(["*.bias", "role:bias"])] : []),
    ...(hasGain ? ["role:gain"] : []),
    ...(depth > 1 ? ["hidden1.*"] : []),
  ];
  const groups = matches
    .filter(() => random.below(6) === 0)
    .map((match) => ({ match, ...drawGroup(random, rate) }));
  return groups.length === 0 ? {} : { groups };
}

function drawGroup(random: Random, rate: number): YamlMap {
  const lr = random.pick<Value>([
    rate / 2,
    rate * 2,
    drawCurve(random, rate / 2),
    { 0: rate / 3, 30: 0, 60: rate },
  ]);
  const weight_decay = random.pick([0, 0.05]);
  return random.pick<YamlMap>([{ lr }, { weight_decay }, { lr, weight_decay }]);
}
