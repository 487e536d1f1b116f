/** Each rule with a sick and a healthy case, and at the edge of its threshold. */
import { expect, test } from "vitest";
import {
  activationsThroughDepth,
  gradientsThroughDepth,
  outputLearnsFaster,
} from "../src/diagnose/depth-rules.ts";
import {
  diverged,
  laggingLoss,
  laggingMoments,
  validationGap,
} from "../src/diagnose/evaluation-rules.ts";
import { headline, isFull, type Observation, RULES } from "../src/diagnose/finding.ts";
import { climbing, flat, initialLoss, notFinite, spiked } from "../src/diagnose/loss-rules.ts";
import { deadUnits, saturated } from "../src/diagnose/saturation-rules.ts";
import { THRESHOLDS } from "../src/diagnose/subject.ts";
import { judgeUpdates } from "../src/diagnose/update-rules.ts";
import type { Evaluation } from "../src/spec.ts";
import { LN_27, layerOf, PARAMETERS, parameter, probeOfLayers, subject } from "./diagnose-make.ts";

const said = (observations: readonly Observation[] | null) =>
  (observations ?? []).map(({ level, rule, layer, param }) =>
    [level, rule, layer ?? param].join(" ").trim(),
  );

test.each([
  [LN_27 + 0.29, []],
  [LN_27 + 0.31, ["warning initial-loss output"]],
  [27.9, ["warning initial-loss output"]],
  [LN_27 - 0.29, []],
  [LN_27 - 0.31, ["warning initial-loss output"]],
  [Number.NaN, []],
  [Number.POSITIVE_INFINITY, []],
])("a loss of %d at initialisation, where guessing costs 3.2958", (loss, expected) => {
  expect(said(initialLoss(loss, subject()))).toEqual(expected);
});

test("an initial loss is judged by a threshold of one's own, and not at all with l2 terms", () => {
  const thresholds = { ...THRESHOLDS, initial_loss: 30 };

  expect(initialLoss(27.9, subject({ thresholds }))).toEqual([]);
  expect(initialLoss(27.9, subject({ hasPenalty: true }))).toEqual([]);
  expect(initialLoss(27.9, subject())[0]?.message).toContain(
    "overconfident softmax (loss 27.90 at init, ln 27 = 3.30)",
  );
});

test.each([
  [0.3, []],
  [0.301, ["warning saturated hidden1"]],
])("a share of %d saturated", (share, expected) => {
  const probe = probeOfLayers([layerOf("hidden1", { saturation: { share, dead: [] } })]);

  expect(said(saturated(probe, subject()))).toEqual(expected);
  expect(saturated(probe, subject({ activation: "relu" }))).toEqual([]);
});

test.each([
  [0, []],
  [1, ["info dead-units hidden1"]],
  [5, ["info dead-units hidden1"]],
  [6, ["warning dead-units hidden1"]],
  [10, ["error dead-units hidden1"]],
])("%d of ten units dead", (count, expected) => {
  const dead = [3, 1, 4, 5, 9, 2, 6, 8, 7, 0].slice(0, count);
  const probe = probeOfLayers([layerOf("hidden1", { saturation: { share: 0.2, dead } })], 1000);

  const observations = deadUnits(probe, subject());

  expect(said(observations)).toEqual(expected);
  if (count === 5) {
    expect(observations[0]?.value).toBe(5);
    expect(observations[0]?.message).toContain(
      "5 of 10 units of hidden1 dead: 3, 1, 4, 5, 9 saturated",
    );
  }
});

const through = (kind: "activation" | "activation_gradient", first: number, last: number) =>
  probeOfLayers([
    layerOf("hidden1", { std: { [kind]: first } }),
    layerOf("hidden2", { std: { [kind]: last } }),
    layerOf("output", { std: { [kind]: 1e9 } }),
  ]);

test.each([
  [1, 0.301, []],
  [1, 0.299, ["warning shrinking-activations"]],
  [1, 2.99, []],
  [1, 3.01, ["warning growing-activations"]],
  [1, 0.99e-3, ["error shrinking-activations"]],
  [1, 1001, ["error growing-activations"]],
  [1, Number.POSITIVE_INFINITY, ["error growing-activations"]],
  [1, Number.NaN, []],
])(
  "activations of std %d in the first and %d in the last hidden layer",
  (first, last, expected) => {
    expect(said(activationsThroughDepth(through("activation", first, last), subject()))).toEqual(
      expected,
    );
  },
);

test.each([
  [0.151, 1, []],
  [0.149, 1, ["warning vanishing-gradients"]],
  [6.99, 1, []],
  [7.01, 1, ["warning exploding-gradients"]],
  [0.99e-3, 1, ["error vanishing-gradients"]],
  [1001, 1, ["error exploding-gradients"]],
])("gradients of std %d in the first and %d in the last hidden layer", (first, last, expected) => {
  const probe = through("activation_gradient", first, last);

  expect(said(gradientsThroughDepth(probe, subject()))).toEqual(expected);
});

test("with one hidden layer nothing changes with depth", () => {
  const probe = probeOfLayers([
    layerOf("hidden1", { std: { activation: 9, activation_gradient: 9 } }),
  ]);

  expect(activationsThroughDepth(probe, subject())).toEqual([]);
  expect(gradientsThroughDepth(probe, subject())).toEqual([]);
});

const learning = (output: number, step: number) =>
  probeOfLayers(
    [
      layerOf("hidden1", { std: { weight: 1, weight_gradient: 0.5 } }),
      layerOf("hidden2", { std: { weight: 1, weight_gradient: 2 } }),
      layerOf("hidden3", { std: { weight: 1, weight_gradient: 1 } }),
      layerOf("output", { std: { weight: 1, weight_gradient: output } }),
    ],
    step,
  );

test.each([
  [99, 100, []],
  [101, 100, ["info output-learns-faster output"]],
  [101, 99, []],
])("grad:data of the output weight %d times the median at step %d", (factor, step, expected) => {
  expect(said(outputLearnsFaster(learning(factor, step), subject()))).toEqual(expected);
});

/** Every hidden weight at 1e-3 but for the first, every other parameter likewise. */
const window = (ratios: Readonly<Record<string, number>>, still: readonly string[] = []) => ({
  first: 300,
  last: 399,
  parameters: PARAMETERS.map(({ name }) => ({
    median: ratios[name] ?? 1e-3,
    isStill: still.includes(name),
  })),
});

test.each([
  ["hidden1.weight", 1.01e-4, []],
  ["hidden1.weight", 0.99e-4, ["warning slow-updates hidden1", "warning uneven-updates"]],
  ["hidden1.weight", 0.99e-2, []],
  ["hidden1.weight", 1.01e-2, ["warning fast-updates hidden1", "warning uneven-updates"]],
  ["output.weight", 0.29, []],
  ["output.weight", 0.31, ["info fast-updates output"]],
  ["embedding", 1.1e-6, []],
  ["embedding", 0.9e-6, ["info slow-updates embedding"]],
])("%s with update:data %d", (name, ratio, expected) => {
  const observations = judgeUpdates(window({ [name]: ratio }), subject()) ?? [];

  expect(said(observations)).toEqual(expected);
  if (observations[0] !== undefined)
    expect([observations[0].step, observations[0].value]).toEqual([300, ratio]);
});

test.each([
  [0.99e-3, []],
  [1.01e-3, ["warning uneven-updates"]],
])("hidden weights with update:data 1e-4 and %d", (fastest, expected) => {
  const ratios = { "hidden1.weight": 1e-4, "hidden2.weight": fastest };

  expect(said(judgeUpdates(window(ratios), subject()) ?? [])).toEqual(expected);
});

test("a parameter that does not change is frozen, whatever it is", () => {
  expect(
    said(judgeUpdates(window({}, ["hidden2.weight", "output.bias"]), subject()) ?? []),
  ).toEqual(["error frozen hidden2", "error frozen output"]);
});

test("a bias in front of a batch norm and a tensor of one number are not judged", () => {
  const names = subject({
    parameters: [
      ...PARAMETERS,
      parameter("hidden1.bn.gamma", [10]),
      parameter("hidden2.bn.beta", [1]),
    ],
  }).judged.map(({ name }) => name);

  expect(names).not.toContain("hidden1.bias");
  expect(names).not.toContain("hidden2.bn.beta");
  expect(names).toContain("hidden1.bn.gamma");
  expect(names).toContain("hidden2.bias");
});

const lagging = (mean: number, std: number) =>
  layerOf("hidden1", {
    units: 2,
    norm: {
      batch: { mean: [9, 9], std: [9, 9] },
      trainset: { mean: [1, 1], std: [2, 2] },
      running: { mean: [mean, mean], std: [std, std] },
    },
  });

test.each([
  [1, 2, 1000, []],
  [0.02, 2, 1000, []],
  [1, 1.02, 1000, []],
  [-0.02, 2, 1000, ["info running-statistics hidden1"]],
  [1, 0.98, 1000, ["info running-statistics hidden1"]],
  [-0.02, 2, 99, []],
])("running mean %d and std %d against 1 and 2, at step %d", (mean, std, step, expected) => {
  expect(said(laggingMoments(probeOfLayers([lagging(mean, std)], step), subject()))).toEqual(
    expected,
  );
});

const evaluated = (statistics: Evaluation["statistics"], train: number, valid: number) => [
  { split: "train" as const, statistics, loss: train },
  { split: "valid" as const, statistics, loss: valid },
];

test.each([
  [2.09, []],
  [2.11, ["warning running-statistics"]],
])(
  "a validation loss of %d with running statistics, 2 with those of the training set",
  (running, expected) => {
    const rows = [...evaluated("running", 2, running), ...evaluated("trainset", 2, 2)];

    expect(said(laggingLoss(1000, rows, subject()))).toEqual(expected);
  },
);

test.each([
  [2.29, []],
  [2.31, ["warning validation-gap"]],
])("a training loss of 2, a validation loss of %d", (valid, expected) => {
  expect(said(validationGap(1000, evaluated("none", 2, valid), subject()))).toEqual(expected);
  const normed = [...evaluated("running", 2, valid), ...evaluated("batch", 2, 9)];
  expect(said(validationGap(1000, normed, subject()))).toEqual(expected);
});

test.each([
  [3.29, ["warning validation-gap"]],
  [3.31, []],
  [69, []],
])(
  "a training loss of %d, a validation loss 0.5 above, where guessing costs 3.2958",
  (train, expected) => {
    const rows = evaluated("none", train, train + 0.5);

    expect(said(validationGap(1000, rows, subject()))).toEqual(expected);
  },
);

test("what was not evaluated says nothing, not that all is well", () => {
  expect(validationGap(5, evaluated("none", Number.NaN, 9), subject())).toBeNull();
  expect(laggingLoss(5, evaluated("running", 2, 2), subject())).toBeNull();
});

test.each([
  [4.49, 3.5, []],
  [4.51, 3.5, ["error divergence"]],
  [4.2, 2, []],
])("a mean loss of %d in a run that began with %d", (mean, initial, expected) => {
  expect(said(climbing({ first: 100, last: 199, mean }, initial, subject()))).toEqual(expected);
});

test("a loss that is not finite is a divergence", () => {
  expect(notFinite(6)).toMatchObject([
    { level: "error", rule: "divergence", step: 6, value: null },
  ]);
});

test("the highest of some spikes is told", () => {
  const spike = { step: 500, loss: 9, mean: 2, deviations: 35 };

  expect(spiked(null, 0)).toEqual([]);
  expect(spiked(spike, 2)[0]?.message).toContain("35 standard deviations, the highest of 2");
});

test.each([
  [2.3, 2.2951, 0, ["info plateau"]],
  [2.3, 2.2949, 0, []],
  [2.3, 2.28, 0.011, ["info plateau"]],
  [2.3, 2.28, 0.009, []],
  [3.3, 3.2999, 0, ["warning plateau"]],
  [2.3, 2.4, 0, ["info plateau"]],
])(
  "a mean loss that goes from %d to %d, its standard error %d",
  (before, mean, error, expected) => {
    expect(said(flat({ first: 4096, before, mean, error }, subject()))).toEqual(expected);
  },
);

test("a sign is full at the level of its rule", () => {
  const [dead] = deadUnits(
    probeOfLayers([layerOf("hidden1", { saturation: { share: 0.2, dead: [1] } })]),
    subject(),
  );
  const [faster] = outputLearnsFaster(learning(500, 100), subject());

  expect(dead && isFull(dead)).toBe(false);
  expect(faster && isFull(faster)).toBe(true);
  expect(RULES["dead-units"]).toBe("warning");
  expect(faster && headline(faster)).toBe("output learns faster (x 500)");
});

test("an evaluation that is not finite after the only step says so of one step", () => {
  const evaluations = (["train", "valid"] as const).map(
    (split): Evaluation => ({ split, statistics: "none", loss: Number.NaN }),
  );

  expect(diverged(1, evaluations, subject(), LN_27)?.[0]?.message).toMatch(
    /^diverged: the validation loss after 1 step is not finite; /,
  );
});
