/** Texts of settings: whole numbers whole, and different values of a key never the same. */
import { OPTIMIZERS } from "@ablate/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  briefSetting,
  exactSetting,
  labelForms,
  setting,
  settingOfKey,
  settingTexts,
} from "../src/index.ts";

fc.configureGlobal({ seed: 19 }); // the same cases every time; a failure names it

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.nat(3000),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }),
  fc.integer({ min: 100_000, max: 100_009 }).map((n) => n / 1e6),
);
const scheme = fc.record(
  { scheme: fc.constantFrom("kaiming", "normal"), gain: number, std: number },
  { requiredKeys: ["scheme"] },
);
const norm = fc.record({ where: fc.constant("hidden"), epsilon: number, momentum: number });
const rates = fc.dictionary(fc.nat(50).map(String), number, { minKeys: 1 });
const value = fc.oneof(
  number,
  fc.constantFrom("none", "tanh", "100", true, false),
  fc.array(fc.constantFrom(8, 100, 1024), { minLength: 1, maxLength: 9 }),
  scheme,
  norm,
  rates,
);

test("of any values of a key no two are written alike, in short and whole, and whole numbers whole", () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 2, maxLength: 9 }),
      fc.boolean(),
      (values, isWhole) => {
        const settings = values.map((one) => settingOfKey("train.some", one));
        const text = settingTexts(settings, { isWhole });

        const different = new Set(settings.map(({ id }) => id)).size;
        expect(new Set(settings.map(text)).size).toBe(different);
        for (const one of settings) {
          if (Number.isInteger(one.value)) expect(text(one)).toContain(String(one.value));
        }
      },
    ),
  );
});

test("what differs within maps of a kind is said of them, and no more", () => {
  const norms = [0, 0.00001].map((epsilon) =>
    settingOfKey("model.batch_norm", { where: "hidden", epsilon, momentum: 0.1, running: "std" }),
  );
  const gains = [0.5, "relu", 5 / 3].map((gain) =>
    settingOfKey("init.hidden.weight", { scheme: "kaiming", gain }),
  );

  expect(norms.map(settingTexts(norms))).toEqual([
    "hidden(epsilon: 0)",
    "hidden(epsilon: 0.00001)",
  ]);
  expect(gains.map(settingTexts(gains))).toEqual(["kaiming 0.5", "kaiming relu", "kaiming 1.67"]);
});

test("a list says how often a number is repeated, and a rate that never changes is a number", () => {
  const hidden = Array.from({ length: 8 }, () => 100);

  expect([hidden, [200, ...hidden], [20, 20]].map((one) => briefSetting(one))).toEqual([
    "100×8",
    "200 100×8",
    "20 20",
  ]);
  expect(setting([2048, 0.123456])).toBe("[2048, 0.1235]");
  expect(exactSetting(settingOfKey("train.lr", { 0: 0.100001 }))).toBe(0.100001);
  expect(exactSetting(settingOfKey("train.lr", { 0: 0.1, 50: 0.01 }))).toBe('{"0":0.1,"50":0.01}');
});

const CURVE = { rate: 0.1, warmup: 100, from: 0, then: "cosine", steps: 1000, to: 0 };
const LAYERS = [{ flatten: 2 }, { linear: 68, bias: false }, "batch_norm", "tanh"];
const BLOCK = { residual: [{ linear: 50 }, { norm: "layer", epsilon: 0.1 }] };
const BATCH = { where: "hidden", epsilon: 0.00001, momentum: 0.1, running: "variance" };
const NO_STOP = { patience: "none", target: "none", budget: "none" };
const ADAM = { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01 };

test.for([
  ["train.lr", { rate: 0.1, warmup: 100, from: 0, then: "constant" }, "0.1 (warmup 100)"],
  ["train.lr", { ...CURVE, from: 0.01 }, "0.1 (warmup 100 from 0.01, cosine to 0)"],
  ["train.lr", { ...CURVE, steps: 500 }, "0.1 (warmup 100, cosine to 0 at 500)"],
  ["train.lr", { rate: 0.1, then: "linear", steps: 1000, to: 0.01 }, "0.1 (linear to 0.01)"],
  ["train.optimizer", "sgd", "sgd"],
  ["train.optimizer", ADAM, "adamw"],
  ["train.optimizer", { ...ADAM, weight_decay: 0.1 }, "adamw (weight_decay 0.1)"],
  ["train.optimizer", { ...ADAM, betas: [0.9, 0.95] }, "adamw (betas 0.9 0.95)"],
  [
    "train.optimizer",
    { name: "sgd", momentum: 0.9, dampening: 0, weight_decay: 0, nesterov: true },
    "sgd (momentum 0.9, nesterov)",
  ],
  ["model.norm", { kind: "layer", where: "hidden", epsilon: 0.00001 }, "layer"],
  ["model.norm", { kind: "layer", where: "hidden", epsilon: 0.001 }, "layer (epsilon 0.001)"],
  ["model.norm", { kind: "layer", where: "all", epsilon: 0.00001 }, "layer, all"],
  ["model.norm", { kind: "batch", ...BATCH }, "batch"],
  ["model.batch_norm", BATCH, "hidden"],
  ["train.clip", { norm: 0.5 }, "norm 0.5"],
  ["train.stop", { ...NO_STOP, every: 100 }, "none"],
  ["train.stop", { ...NO_STOP, patience: 300, every: 100 }, "patience 300, every 100"],
  ["train.groups", [], "none"],
  ["train.groups", [{ match: "*.bias", lr: { 0: 0.1, 50: 0.01 } }], "*.bias (lr 0.1 50:0.01)"],
  ["train.groups", [{ match: "role:bias", weight_decay: 0 }], "role:bias (weight_decay 0)"],
  ["model.layers", [{ linear: 100 }, "tanh", { dropout: 0.5 }], "linear 100, tanh, dropout 0.5"],
  [
    "model.layers",
    [BLOCK, BLOCK, "relu"],
    "residual [linear 50, norm layer (epsilon 0.1)]×2, relu",
  ],
  [
    "model.layers",
    [...LAYERS, ...LAYERS, { linear: "output" }],
    "(flatten 2, linear 68 (bias false), batch_norm, tanh)×2, linear output",
  ],
] as const)("a table has %s %o as %s", ([key, value, text]) => {
  const one = settingOfKey(key, value, 1000);

  expect(settingTexts([one])(one)).toBe(text);
});

test("a long list of layers is cut, unless it would read like another", () => {
  const widths = Array.from({ length: 20 }, (_, i) => ({ linear: 10 + i }));
  const [a, b] = [{ linear: 1 }, { linear: 2 }].map((last) =>
    settingOfKey("model.layers", [...widths, last]),
  );
  const lone = settingTexts([a])(a);

  expect(lone).toMatch(/^linear 10, linear 11, .*, \.\.\.$/);
  expect(lone.length).toBeLessThanOrEqual(72);
  expect([a, b].map(settingTexts([a, b])).map((text) => text.split(", ").at(-1))).toEqual([
    "linear 1",
    "linear 2",
  ]);
});

test("of an optimiser with its usual settings nothing but the name is said", () => {
  for (const [name, { settings }] of Object.entries(OPTIMIZERS)) {
    const usual = Object.entries(settings).map(([key, one]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one.usual,
    ]);

    const own = { name, ...Object.fromEntries(usual) };
    expect(settingOfKey("train.optimizer", own).text).toBe(name);
  }
});

test("of curves of two lengths the end is said", () => {
  const both = [1000, 500].map((steps) => settingOfKey("train.lr", CURVE, steps));

  expect(both.map(settingTexts(both))).toEqual(
    Array.from({ length: 2 }, () => "0.1 (warmup 100, cosine to 0 at 1,000)"),
  );
});

function labelled(label: string, settings: Readonly<Record<string, unknown>>) {
  const all = Object.entries(settings).map(([key, one]) => settingOfKey(key, one));
  return { label, run: { seed: 1, settings: all } };
}

test("a label in short is its variant and the values of its keys that differ", () => {
  const runs = [0.1, 0.01].flatMap((lr) =>
    ["none", "hidden"].map((norm) =>
      labelled(`v1-lr=${lr}-batch_norm=${norm}`, { "train.lr": lr, "model.batch_norm": norm }),
    ),
  );

  expect(labelForms(runs)[1]).toEqual([
    ...["v1-lr=0.1-batch_norm=hidden", "v1 · lr 0.1 · hidden", "v1 · 0.1 · hidden"],
    ...["v1 · 0.1 · hidden", "v1 · 0.1 · hidden", "v1·0.1·hidden"],
  ]);
  const renamed = [labelled("best", { "train.lr": 1 }), labelled("a=b", { "train.lr": 2 })];
  expect(labelForms(renamed).map((forms) => new Set(forms).size)).toEqual([1, 1]);
});

test("labels that were too long and lost a key are told apart by all that differs", () => {
  const runs = [1, 2].map((l2) =>
    labelled(`lr=0.1-l2-${l2}abcdef0`, { "train.lr": 3, "train.l2": l2 }),
  );

  const forms = labelForms([...runs, labelled("lr=0.2", { "train.lr": 4, "train.l2": 1 })]);

  expect(forms.map((all) => all[1])).toEqual(["lr 3 · l2 1", "lr 3 · l2 2", "lr 4 · l2 1"]);
});

// Beside other grids such rows were called `…1…hidden(epsilon:…ariance)… 0.5… …0.1`.
test("a key that several of the config may be is said in the label's own words, in those of its grid alone", () => {
  const norms = { epsilon: 0.00001, momentum: 0.001 };
  const own = (gain: number, norm: unknown, name: string) =>
    labelled(`depth-1-weight=kaiming_gain_${gain}-batch_norm=${name}`, {
      "init.hidden.weight": { scheme: "kaiming", gain },
      "init.output.weight": { scheme: "normal", std: 0.1 * gain },
      "model.batch_norm": norm,
    });
  const runs = [
    own(0.5, "none", "none"),
    own(4, { where: "hidden", ...norms }, "hidden"),
    labelled("other", { "model.batch_norm": { where: "hidden", ...norms, momentum: 0.1 } }),
  ];
  const forms = labelForms(runs);
  expect(forms[0]).toContain("depth-1 · kaiming gain 0.5 · none");
  expect(forms[0]).toContain("depth-1 · 0.5 · none");
  expect(forms[1]).toContain("depth-1 · 4 · hidden");
  expect(forms[2]).toEqual(Array.from({ length: 6 }, () => "other"));
});

test("labels that are cut to a hash are told by the values that differ, of runs also by the seed", () => {
  const cut = ["a-long-nam-d4d302ed", "a-long-nam-8a131c5a", "a-long-nam-498f8ab2"];
  const groups = [0.1, 0.2, 0.3].map((lr, i) => labelled(cut[i] ?? "", { "train.lr": lr }));
  const runs = [1, 2, 3].map((seed, i) =>
    labelled(cut[i] ?? "", { "train.lr": seed < 3 ? 0.1 : 0.2, seed }),
  );
  const dated = [1, 2].map((lr) => labelled(`tried-2026112${lr}`, { "train.lr": lr }));

  expect(labelForms(groups).map((all) => all[1])).toEqual(["lr 0.1", "lr 0.2", "lr 0.3"]);
  expect(labelForms(runs).map((all) => all[1])).toEqual([
    "lr 0.1 · seed 1",
    "lr 0.1 · seed 2",
    "lr 0.2 · seed 3",
  ]);
  expect(labelForms(dated).map((all) => all[1])).toEqual(["tried-20261121", "tried-20261122"]);
});
