/** Texts of settings: whole numbers whole, and different values of a key never the same. */
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
