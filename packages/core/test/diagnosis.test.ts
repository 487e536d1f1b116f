import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { Diagnosis, type DiagnosisState } from "../src/diagnose/diagnosis.ts";
import { THRESHOLDS } from "../src/diagnose/subject.ts";
import { median } from "../src/median.ts";
import type { DiagnosedProbe } from "../src/probe/probe.ts";
import type { StepBlock } from "../src/spec.ts";
import { factsOf, LN_27, layerOf, PARAMETERS, probeOfLayers, stepsOf } from "./diagnose-make.ts";

const saturatedProbe = (step: number, share: number): DiagnosedProbe =>
  probeOfLayers([layerOf("hidden1", { saturation: { share, dead: [] } })], step);

const losses = (count: number, loss = 2.5) =>
  Array.from({ length: count }, (_, i) => loss + (i % 7) / 20);

/** One whose initial loss is in order. */
function afterInit(): Diagnosis {
  const diagnosis = new Diagnosis(factsOf());
  diagnosis.probe(probeOfLayers([]));
  return diagnosis;
}

test("a finding holds since the first probe of an unbroken row of them", () => {
  const diagnosis = new Diagnosis(factsOf());
  for (const [step, share] of [
    [0, 0.6],
    [1, 0.2],
    [2, 0.5],
    [5, 0.4],
  ] as const) {
    diagnosis.probe(saturatedProbe(step, share));
  }

  expect(diagnosis.findings()).toMatchObject([
    { level: "warning", rule: "saturated", step: 2, value: 0.4 },
  ]);
});

test("what is over is information, and says since when", () => {
  const diagnosis = new Diagnosis(factsOf());
  diagnosis.probe(saturatedProbe(0, 0.6));
  diagnosis.probe(saturatedProbe(20, 0.1));

  expect(diagnosis.findings()).toEqual([
    {
      ...{
        until: 20,
        level: "info",
        rule: "saturated",
        layer: "hidden1",
        param: null,
        step: 0,
        value: 0.6,
      },
      message:
        "hidden1 60 % saturated, no longer at step 20: |tanh| > 0.99 at step 0; hardly any gradient passes, scale its weights down",
    },
  ]);
});

test("the first hundred steps are not judged by their ratios, the second hundred are", () => {
  const diagnosis = afterInit();
  const slow = { "hidden1.weight": 5e-5, "hidden2.weight": 5e-5 };
  diagnosis.steps(stepsOf(0, losses(199), slow));
  expect(diagnosis.findings()).toEqual([]);

  diagnosis.steps(stepsOf(199, losses(101), slow));

  expect(diagnosis.findings()).toMatchObject([
    { rule: "slow-updates", param: "hidden1.weight", step: 100 },
    { rule: "slow-updates", param: "hidden2.weight", step: 100 },
  ]);
});

test("ratios of 0 and of equal numbers are frozen, a single change is not", () => {
  const diagnosis = afterInit();
  const still = { "hidden1.weight": 0, "hidden2.bias": Number.NaN };
  diagnosis.steps(stepsOf(0, losses(200), still));
  expect(diagnosis.findings().map(({ rule, param }) => [rule, param])).toEqual([
    ["frozen", "hidden1.weight"],
    ["frozen", "hidden2.bias"],
  ]);

  diagnosis.steps(stepsOf(200, losses(99), still));
  diagnosis.steps(stepsOf(299, losses(1)));

  expect(
    diagnosis.findings().filter(({ rule, level }) => rule === "frozen" && level === "error"),
  ).toEqual([]);
});

test("a single loss far above the recent ones is a spike, noise is none", () => {
  const diagnosis = afterInit();
  diagnosis.steps(stepsOf(0, losses(500)));
  expect(diagnosis.findings()).toEqual([]);

  diagnosis.steps(stepsOf(500, [3.6]));
  diagnosis.steps(stepsOf(501, losses(50)));

  expect(diagnosis.findings()).toMatchObject([
    { level: "warning", rule: "loss-spike", step: 500, value: 3.6 },
  ]);
});

test.each([
  [2.899, []],
  [2.901, ["loss-spike"]],
])("after losses of 2.5, which have no spread, %d is a spike or not", (loss, expected) => {
  const diagnosis = afterInit();
  diagnosis.steps(stepsOf(0, Array(200).fill(2.5)));

  diagnosis.steps(stepsOf(200, [loss]));

  expect(diagnosis.findings().map(({ rule }) => rule)).toEqual(expected);
});

test("a loss that climbs is a divergence before it is no number", () => {
  const diagnosis = afterInit();
  diagnosis.steps(stepsOf(0, [LN_27, ...losses(99), ...losses(100, 4.5)]));

  const [first] = diagnosis.findings();
  expect(first).toMatchObject({ level: "error", rule: "divergence", step: 100 });
});

const deadProbe = (step: number, dead: number): DiagnosedProbe =>
  probeOfLayers(
    [layerOf("hidden1", { saturation: { share: 0.9, dead: [...Array(dead).keys()] } })],
    step,
  );

test("a finding holds since it has had its level: units that died one after the other", () => {
  const diagnosis = new Diagnosis(factsOf({ activation: "relu" }));
  for (const [step, dead] of [
    [0, 2],
    [2, 6],
    [5, 10],
    [10, 10],
  ] as const) {
    diagnosis.probe(deadProbe(step, dead));
  }
  expect(diagnosis.findings()).toMatchObject([{ level: "error", rule: "dead-units", step: 5 }]);

  diagnosis.probe(deadProbe(20, 7));
  expect(diagnosis.findings()).toMatchObject([{ level: "warning", rule: "dead-units", step: 2 }]);

  const state: DiagnosisState = JSON.parse(JSON.stringify(diagnosis.state()));
  const restored = new Diagnosis(factsOf({ activation: "relu" }), state);
  restored.probe(deadProbe(50, 1));
  expect(restored.findings()).toMatchObject([{ level: "info", rule: "dead-units", step: 0 }]);
});

test.each([
  [50, 40, 9, 40],
  [130, 126, 1e4, 126],
  [199, 150, 9, 150],
])("a run of %d steps that explodes at step %d has diverged", (steps, from, loss, since) => {
  const diagnosis = new Diagnosis(factsOf({ steps }));
  diagnosis.probe(probeOfLayers([]));
  diagnosis.steps(stepsOf(0, [...losses(from), ...losses(steps - from, loss)]));

  expect(diagnosis.findings()).toMatchObject([
    { level: "error", rule: "divergence", step: since },
    ...(steps > 100 ? [{ rule: "loss-spike" }] : []),
  ]);
});

test("a blow that is over is told as such, and no error any more", () => {
  const diagnosis = afterInit();
  diagnosis.steps(stepsOf(0, [...losses(80), ...losses(15, 90), ...losses(60)]));

  expect(diagnosis.findings()).toMatchObject([
    { level: "info", rule: "divergence", step: 80, until: 155 },
  ]);
});

test("a final evaluation far above is a divergence, one of what is known by heart is none", () => {
  const evaluate = (train: number, valid: number) => {
    const diagnosis = afterInit();
    diagnosis.steps(stepsOf(0, losses(60)));
    diagnosis.evaluations(60, [
      { split: "train", statistics: "none", loss: train },
      { split: "valid", statistics: "none", loss: valid },
    ]);
    return diagnosis.findings().map(({ level, rule }) => `${level} ${rule}`);
  };

  expect(evaluate(2300, 2338)).toEqual(["error divergence"]);
  expect(evaluate(Number.NaN, Number.NaN)).toEqual(["error divergence"]);
  expect(evaluate(0.2, 6.5)).toEqual(["warning validation-gap"]);
  expect(evaluate(2.4, 2.5)).toEqual([]);
});

test("running statistics that make nonsense of a network are an error, with a cure that can be had", () => {
  const norm = { where: "hidden", epsilon: 1e-5, momentum: 1, running: "std" } as const;
  const diagnosis = new Diagnosis(factsOf({ norm }));
  diagnosis.probe(probeOfLayers([]));
  diagnosis.steps(stepsOf(0, losses(150)));
  const both = (statistics: "running" | "trainset", loss: number) =>
    (["train", "valid"] as const).map((split) => ({ split, statistics, loss }));

  diagnosis.evaluations(150, [...both("running", 80), ...both("trainset", 2.5)]);

  const [finding] = diagnosis.findings();
  expect(finding).toMatchObject({ level: "error", rule: "running-statistics" });
  expect(finding?.message).toContain(
    "with a momentum of 1 they are those of the last batches, lower it",
  );
});

test("a checkpoint of an older version is gone on from, judged without what it lacks", () => {
  const counting = { characters: 2.8, pairs: 2.4 };
  const first = new Diagnosis(factsOf({ counting }));
  first.probe(probeOfLayers([]));
  first.steps(stepsOf(0, losses(150)));
  const { counting: _, loss, updates, thresholds, ...rest } = first.state();
  const { latest: __, aboveSince: ___, ...oldLoss } = loss;
  const { step, bits } = updates;
  const { penalty: ____, ...oldThresholds } = thresholds;
  const state = { ...rest, loss: oldLoss, updates: { step, bits }, thresholds: oldThresholds };

  const second = new Diagnosis(factsOf({ counting }), JSON.parse(JSON.stringify(state)));
  second.steps(stepsOf(150, losses(50)));

  expect(second.findings()).toEqual([]);
  expect(second.state()).toMatchObject({ counting: null, thresholds: THRESHOLDS });
});

test("a loss that stays the same while the steps double is a plateau", () => {
  const diagnosis = afterInit();
  diagnosis.steps(stepsOf(0, losses(2047)));
  expect(diagnosis.findings()).toEqual([]);

  diagnosis.steps(stepsOf(2047, losses(1)));

  expect(diagnosis.findings()).toMatchObject([{ level: "info", rule: "plateau", step: 1024 }]);
});

test("without probes the loss of step 0 is the one at initialisation, with them it is that of the probe", () => {
  const alone = new Diagnosis(factsOf());
  alone.steps(stepsOf(0, [27.9]));
  const probed = new Diagnosis(factsOf());
  probed.probe(probeOfLayers([]));
  probed.steps(stepsOf(0, [27.9]));

  expect(alone.findings()).toMatchObject([{ rule: "initial-loss", value: 27.9 }]);
  expect(probed.findings()).toEqual([]);
});

test("a network that is not finite at initialisation is told before its first step", () => {
  const diagnosis = new Diagnosis(factsOf());

  diagnosis.probe({ ...saturatedProbe(0, 0.9), loss: Number.NaN });
  const atInit = diagnosis.findings();
  diagnosis.steps(stepsOf(0, [Number.NaN]));

  expect(atInit).toMatchObject([{ rule: "divergence", level: "error", step: 0, value: null }]);
  expect(diagnosis.findings()).toEqual(atInit);
});

test("a probe of what is not finite ends nothing", () => {
  const diagnosis = afterInit();
  diagnosis.probe(saturatedProbe(1, 0.6));

  diagnosis.probe({ ...saturatedProbe(2, 0), loss: Number.NaN });

  expect(diagnosis.findings()).toMatchObject([{ level: "warning", rule: "saturated", step: 1 }]);
});

test("the same probe twice says the same", () => {
  const diagnosis = new Diagnosis(factsOf());
  diagnosis.probe(saturatedProbe(5, 0.6));
  const once = diagnosis.findings();

  diagnosis.probe(saturatedProbe(5, 0.6));

  expect(diagnosis.findings()).toEqual(once);
});

/** Numbers that look random, from 0 up to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Event = { readonly steps: StepBlock } | { readonly probe: DiagnosedProbe };

/** A run of ups and downs: ratios in and out of their bands, stills, spikes, probes. */
function adventures(seed: number): Event[] {
  const random = randomNumbers(seed);
  const events: Event[] = [];
  for (let step = 0; step < 2300; ) {
    const count = 1 + Math.floor(random() * 130);
    const size = 10 ** (-5 + 4 * random());
    const block = stepsOf(
      step,
      Array.from({ length: count }, () => 2.4 + random() * (random() < 0.01 ? 9 : 0.4)),
    );
    const ratios = block.ratios.map((_, i) =>
      i % PARAMETERS.length === 3 && size < 1e-4
        ? ([0, Number.NaN, Number.POSITIVE_INFINITY][i % 2] ?? 0)
        : size * random(),
    );
    events.push({ steps: { ...block, ratios } }, { probe: saturatedProbe(step + count, random()) });
    step += count;
  }
  return events;
}

function feed(diagnosis: Diagnosis, events: readonly Event[]): Diagnosis {
  for (const event of events) {
    if ("probe" in event) diagnosis.probe(event.probe);
    else diagnosis.steps(event.steps);
  }
  return diagnosis;
}

test.each([1, 2, 3, 4, 5])(
  "a diagnosis goes on from its state as if it had not been cut (%d)",
  (seed) => {
    const events = adventures(seed);
    const whole = feed(new Diagnosis(factsOf()), events);
    expect(whole.findings().length).toBeGreaterThan(2);

    for (let cut = 0; cut <= events.length; cut++) {
      const first = feed(new Diagnosis(factsOf()), events.slice(0, cut));
      const state: DiagnosisState = JSON.parse(JSON.stringify(first.state()));
      const second = feed(new Diagnosis(factsOf(), state), events.slice(cut));
      if (!isDeepStrictEqual(second.findings(), whole.findings()))
        expect(cut).toBe("no difference");
      expect(second.state()).toEqual(whole.state());
    }
  },
);

test("how steps are cut into blocks makes no difference", () => {
  const events = adventures(6);
  const single = events.flatMap((event): Event[] => {
    if ("probe" in event) return [event];
    const { first, count, loss, lr, ratios } = event.steps;
    const width = PARAMETERS.length;
    return Array.from({ length: count }, (_, i) => ({
      steps: {
        first: first + i,
        count: 1,
        loss: loss.subarray(i, i + 1),
        lr: lr.subarray(i, i + 1),
        ratios: ratios.subarray(i * width, (i + 1) * width),
      },
    }));
  });

  expect(feed(new Diagnosis(factsOf()), single).findings()).toEqual(
    feed(new Diagnosis(factsOf()), events).findings(),
  );
});

test("a restored diagnosis judges by the thresholds that it began with", () => {
  const strict = new Diagnosis(factsOf({ thresholds: { ...THRESHOLDS, saturated: 0.05 } }));

  const restored = new Diagnosis(factsOf(), strict.state());
  restored.probe(saturatedProbe(0, 0.1));

  expect(restored.findings()).toMatchObject([{ rule: "saturated" }]);
});

test("its state does not grow with the run", () => {
  const sizeAfter = (steps: number) =>
    JSON.stringify(feed(new Diagnosis(factsOf()), [{ steps: stepsOf(0, losses(steps)) }]).state())
      .length;

  expect(sizeAfter(20_050)).toBeLessThan(sizeAfter(250) + 500);
});

test.each([
  [[3], 3],
  [[2, 1], 1.5],
  [[5, 1, 4, 2, 3], 3],
  [[Number.NaN, 7, Number.NaN, 9], 8],
  [[1, 1, 1, 1], 1],
  [[0, Number.POSITIVE_INFINITY, 1], 1],
  [[Number.NaN], Number.NaN],
])("the median of %j is %d", (values, expected) => {
  expect(median(Float32Array.from(values))).toBe(expected);
});

test("the median is that of the sorted values", () => {
  const random = randomNumbers(9);
  for (let length = 1; length < 200; length++) {
    const values = Float32Array.from({ length }, () => Math.floor(random() * 50));
    const sorted = values.toSorted();
    const middle = length >> 1;
    const expected =
      length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
    expect(median(values)).toBe(expected);
  }
});
