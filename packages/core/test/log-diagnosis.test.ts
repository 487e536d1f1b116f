/** What is said of runs that other programs train, by steps, metrics and probes made by hand. */
import { expect, test } from "vitest";
import type { Finding } from "../src/diagnose/finding.ts";
import { LogDiagnosis } from "../src/diagnose/log/log-diagnosis.ts";
import { LOG_THRESHOLDS, type LoggedRun } from "../src/diagnose/log/log-subject.ts";
import type { MetricRole } from "../src/metric.ts";
import type { Parameter, StepBlock } from "../src/spec.ts";
import { layerOf, probeOfLayers } from "./diagnose-make.ts";

const NAMES = ["body.0.weight", "body.2.weight", "body.4.weight", "body.4.bias", "head.weight"];

const PARAMETERS: readonly Parameter[] = NAMES.map((name) => {
  const layer = name.slice(0, name.lastIndexOf("."));
  const isBias = name.endsWith("bias");
  return {
    name,
    layer,
    layerKind: layer === "head" ? "output" : "hidden",
    role: isBias ? "bias" : "weight",
    shape: isBias ? [16] : [16, 16],
    size: isBias ? 16 : 256,
  };
});

function diagnosis(changes: Partial<LoggedRun> = {}): LogDiagnosis {
  return new LogDiagnosis({
    parameters: PARAMETERS,
    untrained: [],
    nonlinearities: new Map(),
    thresholds: LOG_THRESHOLDS,
    ...changes,
  });
}

type OfStep = {
  readonly loss?: (step: number) => number;
  readonly lr?: (step: number) => number;
  readonly ratio?: (step: number, name: string) => number;
};

/** Steps of a network that learns well, but for what is given. */
function stepsOf(
  count: number,
  { loss = learning, lr = () => 1e-3, ratio = () => 1e-3 }: OfStep = {},
): StepBlock {
  const steps = Array.from({ length: count }, (_, step) => step);
  return {
    first: 0,
    count,
    loss: Float64Array.from(steps, loss),
    lr: Float64Array.from(steps, lr),
    ratios: Float32Array.from(steps.flatMap((step) => NAMES.map((name) => ratio(step, name)))),
  };
}

/** A loss that falls from 3 to 1, with noise that repeats. */
function learning(step: number): number {
  return 1 + 2 * Math.exp(-step / 100) + 0.1 * noise(step);
}

function noise(step: number): number {
  return Math.sin(step * 12.9898) * Math.cos(step * 78.233);
}

function cut(block: StepBlock, size: number): StepBlock[] {
  const width = block.ratios.length / block.count;
  return Array.from({ length: Math.ceil(block.count / size) }, (_, i) => {
    const [from, to] = [i * size, Math.min(block.count, (i + 1) * size)];
    return {
      first: block.first + from,
      count: to - from,
      loss: block.loss.slice(from, to),
      lr: block.lr.slice(from, to),
      ratios: block.ratios.slice(from * width, to * width),
    };
  });
}

function said(diagnosed: LogDiagnosis): string[] {
  return diagnosed.findings().map(text);
}

function text({ level, rule, layer, param, step, until }: Finding): string {
  const place = param ?? layer;
  const end = until === null ? "" : ` until ${until}`;
  return `${level} ${rule}${place === null ? "" : ` of ${place}`} since ${step}${end}`;
}

function ofSteps(count: number, made: OfStep, changes: Partial<LoggedRun> = {}): LogDiagnosis {
  const diagnosed = diagnosis(changes);
  diagnosed.steps(stepsOf(count, made));
  return diagnosed;
}

function ofMetric(
  name: string,
  role: MetricRole | null,
  numbers: readonly number[],
  every = 1,
): LogDiagnosis {
  const diagnosed = diagnosis({ parameters: [] });
  const steps = Float64Array.from(numbers, (_, i) => i * every);
  diagnosed.metric({ name, role, steps, numbers: Float64Array.from(numbers) });
  return diagnosed;
}

test("nothing is said of a network that learns", () => {
  expect(said(ofSteps(1000, {}))).toEqual([]);
});

test.each([0.001, 1, 1e4])("nor where its loss is %d times as large", (scale) => {
  expect(said(ofSteps(1000, { loss: (step) => scale * learning(step) }))).toEqual([]);
});

test("nor of one whose batches of one example make the loss what it likes", () => {
  const loss = (step: number) => (step === 0 ? 0.01 : 4 * noise(step) ** 2 * learning(step));
  expect(said(ofSteps(3000, { loss })).filter((one) => !one.startsWith("info"))).toEqual([]);
});

const SICK: OfStep = {
  loss: (step) => (step > 700 ? Number.NaN : step === 400 ? 9 : learning(step)),
  ratio: (step, name) =>
    name === "body.2.weight" && step > 200 ? 0 : name === "body.0.weight" ? 0.2 : 1e-3,
};

test.each([1, 7, 100, 4096])("blocks of %d steps say what one block says", (size) => {
  const whole = ofSteps(900, SICK);
  const diagnosed = diagnosis();
  for (const block of cut(stepsOf(900, SICK), size)) diagnosed.steps(block);

  expect(diagnosed.findings()).toEqual(whole.findings());
  expect(said(whole).toSorted()).toEqual([
    "error divergence since 701",
    "warning fast-updates of body.0.weight since 100",
    "warning frozen of body.2 since 300",
    "warning loss-spike since 400",
  ]);
});

test("whether metrics or steps come first makes no difference", () => {
  const valid = { name: "val_loss", role: "valid_loss" } as const;
  const points = {
    ...valid,
    steps: Float64Array.of(100, 200, 300, 400, 500, 600),
    numbers: Float64Array.of(2, 1.5, 2, 3, 3.5, 4),
  };
  const [one, other] = [diagnosis(), diagnosis()];
  one.metric(points);
  one.steps(stepsOf(700));
  other.steps(stepsOf(700));
  other.metric(points);

  expect(said(one)).toEqual(["warning validation-gap since 300"]);
  expect(other.findings()).toEqual(one.findings());
});

test("a validation loss that stays above is no gap where it does not rise", () => {
  const diagnosed = ofSteps(700, {});
  diagnosed.metric({
    name: "val_loss",
    role: "valid_loss",
    steps: Float64Array.of(100, 200, 300, 400, 500),
    numbers: Float64Array.of(2.6, 2.5, 2.51, 2.52, 2.51),
  });
  expect(said(diagnosed)).toEqual([]);
});

test("a rate that moves weights too far is named, however small later updates look", () => {
  const diagnosed = ofSteps(500, {
    loss: (step) => (step > 3 && step < 30 ? 200 : 1.5 + 0.1 * noise(step)),
    ratio: (step) => (step < 20 ? 0.4 : 1e-3),
  });
  const [first] = diagnosed.findings();

  expect(first?.rule).toBe("learning-rate");
  expect(first?.message).toBe(
    "learning rate too high: the first steps changed hidden weights by 40 % each, and the loss rose from 1.5 to 200 at step 4; lower it by a factor of 3 to 10",
  );
});

const COLD: OfStep = {
  loss: (step) => (step > 1 && step < 20 ? 6 : learning(step)),
  ratio: (step) => (step < 5 ? 0.5 : 1e-2),
};

test("first steps that go too far, and later ones that do not, lack a warm-up", () => {
  const [first, ...others] = ofSteps(500, COLD).findings();

  expect(others.filter(({ level }) => level !== "info")).toEqual([]);
  expect(first?.message).toContain(
    "no warm-up: the first steps changed hidden weights by 50 % each",
  );
  expect(first?.message).toContain("torch.optim.lr_scheduler.LinearLR");
});

test("where there is a warm-up, the rate that it leads to is what is too high", () => {
  const lr = (step: number) => Math.min(1, (step + 1) / 50) * 0.1;
  expect(said(ofSteps(500, { ...COLD, lr }))).toContain("warning learning-rate since 0");
});

test("weights that begin at 0 may move as far as they like, and so may a run that goes on", () => {
  const ratio = (step: number, name: string) => (name === "body.0.weight" ? 1 / (step + 1) : 1e-3);
  const goesOn = diagnosis();
  goesOn.steps({ ...stepsOf(99, COLD), first: 1000 });

  expect(said(ofSteps(500, { ratio }))).toEqual([]);
  expect(said(goesOn)).toEqual([]);
});

test("sparse ratios are judged by as many", () => {
  const sparse = (of: number) => (step: number, name: string) =>
    step % 10 > 0 ? Number.NaN : name === "body.4.weight" ? of : 1e-3;

  expect(said(ofSteps(1000, { ratio: sparse(1e-3) }))).toEqual([]);
  expect(said(ofSteps(1000, { ratio: sparse(0) }))).toEqual([
    "warning frozen of body.4.weight since 0",
  ]);
  expect(said(ofSteps(1000, { ratio: sparse(0.3) }))).toEqual([
    "warning fast-updates of body.4.weight since 100",
  ]);
});

test("no ratios at all are no frozen network", () => {
  expect(said(ofSteps(1000, { ratio: () => Number.NaN }))).toEqual([]);
});

test("a weight that never moved enough is slow; one that has converged is not", () => {
  const slow = (from: number) => (step: number) => (step >= from ? 1e-8 : 1e-3);

  expect(said(ofSteps(600, { ratio: slow(0) }))).toHaveLength(3);
  expect(said(ofSteps(600, { ratio: slow(300) }))).toEqual([]);
});

test("a part of which nothing is trained is one finding, by its name", () => {
  const untrained = ["encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "body.6.bias"];
  const found = ofSteps(200, {}, { untrained }).findings();

  expect(found.map(text)).toEqual([
    "warning frozen of encoder since 0",
    "warning frozen of body.6 since 0",
  ]);
  expect(found[0]?.message).toBe(
    "encoder (3 parameters) frozen: no optimizer updates it; fine if you froze it, else set requires_grad and pass it to the optimizer",
  );
});

test.each([
  ["every other step", (step: number) => (step % 2 ? Number.NaN : learning(step)), []],
  ["never", () => Number.NaN, []],
  ["until it was lost", (step: number) => (step > 300 ? Number.NaN : learning(step)), [301]],
  ["but once", (step: number) => (step === 300 ? Number.NaN : learning(step)), []],
  ["with an infinity at its end", (step: number) => (step > 398 ? 1 / 0 : learning(step)), [399]],
] as const)("a loss that is recorded %s", (_, loss, since) => {
  const found = ofSteps(400, { loss }).findings();

  expect(found.map(({ rule, step }) => [rule, step])).toEqual(
    since.map((step) => ["divergence", step]),
  );
});

test("the last step of all is no number beside ratios that are none", () => {
  const isLast = (step: number) => step === 399;
  const loss = (step: number) => (isLast(step) ? Number.NaN : learning(step));
  const ratio = (step: number) => (isLast(step) ? Number.NaN : 1e-3);

  expect(said(ofSteps(400, { loss, ratio }))).toEqual(["error divergence since 399"]);
});

test("a loss that climbs is a warning, one that explodes an error", () => {
  const climb = (to: number) => (step: number) => 2 + (to * step) / 400 + 0.1 * noise(step);

  expect(said(ofSteps(400, { loss: climb(2) }))).toEqual(["warning divergence since 200"]);
  expect(said(ofSteps(400, { loss: climb(100) }))[0]).toMatch(/^error divergence/);
});

test("a loss by metrics alone is judged where it has numbers", () => {
  const losses = Array.from({ length: 200 }, (_, i) => (i === 150 ? 8 : learning(2 * i)));

  expect(said(ofMetric("train/loss", "loss", losses, 50))).toEqual([
    "warning loss-spike since 7500",
  ]);
  expect(said(ofMetric("epoch_loss", "train_loss", [2, 1, Number.NaN]))).toEqual([
    "error divergence since 2",
  ]);
  expect(said(ofMetric("reward", null, losses))).toEqual([]);
});

test("a batch of hard examples is no spike, an update that the next batch feels is one", () => {
  const jump = (length: number) => (step: number) =>
    step >= 800 && step < 800 + length ? 2.6 : learning(step);

  expect(said(ofSteps(1000, { loss: jump(1) }))).toEqual([]);
  expect(said(ofSteps(1000, { loss: jump(5) }))).toEqual(["warning loss-spike since 800"]);
});

test("a network that has learnt nothing is told, one that is done for information", () => {
  const flat = (step: number) => 1.39 + 0.02 * noise(step);
  const done = (step: number) => (step < 100 ? 3 : 1) + 0.02 * noise(step);

  expect(said(ofSteps(2048, { loss: flat }))).toEqual(["warning plateau since 1024"]);
  expect(said(ofSteps(2048, { loss: done }))).toEqual(["info plateau since 1024"]);
});

test.each(["gradient_norm", "train/grad_norm", "gradNorm", "grad-norm"])("%s explodes", (name) => {
  const norms = Array.from({ length: 100 }, (_, step) => 1.5 ** (step / 4));

  expect(said(ofMetric(name, null, norms))[0]).toMatch(/^warning exploding-gradients since /);
  expect(said(ofMetric(name, null, norms.toReversed()))).toEqual([]);
});

test("units of a layer are dead for what its nonlinearity is", () => {
  const diagnosed = diagnosis({ nonlinearities: new Map([["hidden2", "relu"]]) });
  const saturation = { share: 1, dead: Array.from({ length: 10 }, (_, i) => i) };
  diagnosed.probe(probeOfLayers([layerOf("hidden1"), layerOf("hidden2", { saturation })]));

  expect(diagnosed.findings().map(({ message }) => message)).toEqual([
    "all units of hidden2 dead: all 0 for every example of the probe at step 0; nothing below can learn, lower the learning rate, begin with biases of 0, or use nn.LeakyReLU or nn.GELU",
  ]);
});

test.each([
  ["tanh", ["warning saturated of hidden1 since 0"]],
  ["relu", []],
  ["hardswish", []],
])("where %s is flat for most, it says %j", (name, expected) => {
  const diagnosed = diagnosis();
  diagnosed.describe({ nonlinearities: new Map([["hidden1", name]]) });
  diagnosed.probe(probeOfLayers([layerOf("hidden1", { saturation: { share: 0.7, dead: [] } })]));

  expect(said(diagnosed)).toEqual(expected);
});

test("what grows a thousandfold with depth explodes, and is told from what only grows", () => {
  const probed = (growth: number) => {
    const diagnosed = diagnosis();
    const std = { activation: growth, activation_gradient: 1 };
    const first = layerOf("hidden1", { std: { activation: 1, activation_gradient: growth } });
    diagnosed.probe(probeOfLayers([first, layerOf("hidden2", { std })]));
    return said(diagnosed);
  };

  expect(probed(20)).toEqual([]);
  expect(probed(300)).toEqual([
    "warning growing-activations since 0",
    "warning exploding-gradients since 0",
  ]);
  expect(probed(5000)[0]).toBe("error growing-activations since 0");
});
