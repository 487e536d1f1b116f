import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Comparison,
  comparedRuns,
  compareRuns,
  METRICS,
  openReader,
  pairedDifference,
} from "../src/index.ts";
import { configOf, type MadeRun, storeOf } from "./grid-make.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

const [valid] = METRICS.slice(0, 1);

function comparisonOf(path: string, options: { by?: string; baseline?: string } = {}): Comparison {
  const reader = openReader(path);
  try {
    const runs = comparedRuns(reader.runs(), reader.dataHashes());
    const baseline = runs.find(({ name }) => name === options.baseline);
    return compareRuns(runs, { metrics: valid ? [valid] : [], by: options.by, baseline });
  } finally {
    reader.close();
  }
}

function gridRun(lr: number, seed: number, loss: number | null | undefined): MadeRun {
  return { label: `lr=${lr}-seed=${seed}`, config: configOf({ lr, seed }), seed, valid: loss };
}

test("runs that differ in the seed and in what is recorded alone are one row", () => {
  const path = storeOf({ g: [1, 2, 3].map((seed) => gridRun(0.1, seed, 2 + seed)) });

  const { keys, rows, effects } = comparisonOf(path);

  expect(keys).toEqual([]);
  expect(rows.map(({ runs }) => runs.length)).toEqual([3]);
  expect(rows[0]?.outcomes[0]?.moments).toEqual({ n: 3, mean: 4, std: 1 });
  expect(effects).toEqual([]);
});

test("a difference by seed has the interval of the paired t test", () => {
  const losses = new Map([
    [0.1, [2.0, 2.3, 2.1, 2.6]],
    [0.2, [2.1, 2.5, 2.3, 2.7]],
  ]);
  const runs = [...losses].flatMap(([lr, of]) => of.map((loss, i) => gridRun(lr, i, loss)));

  const found = comparisonOf(storeOf({ g: runs })).rows[1]?.outcomes[0]?.difference;

  // Differences 0.1, 0.2, 0.2, 0.1: mean 0.15, std 0.057735, t(3) = 3.182446, half width 0.0918693.
  expect(found).toMatchObject({ n: 4, pairs: 4, verdict: "larger" });
  expect(found?.mean).toBeCloseTo(0.15, 12);
  expect(found?.std).toBeCloseTo(0.05773503, 8);
  expect(found?.low).toBeCloseTo(0.15 - 0.0918693, 6);
  expect(found?.high).toBeCloseTo(0.15 + 0.0918693, 6);
});

test.each([
  [[0.1, 0.1, 0.1], "larger"],
  [[0.1, -0.1, 0.12], "within"],
  [[0, 0, 0], "none"],
  [[0.5, 0.5], "too few seeds"],
  [[0.5], "too few seeds"],
  [[], "no pairs"],
] as const)("of the differences %j the verdict is %s", (differences, verdict) => {
  const paired = (add: number) =>
    differences.map((value, seed) => ({ seed, context: "", value: add * value, isLost: false }));

  expect(pairedDifference(paired(1), paired(0)).verdict).toBe(verdict);
});

test("several pairs of a seed count once: more settings are no more seeds", () => {
  const runs = [1, 2].flatMap((gain) =>
    [0.1, 0.2].flatMap((lr) =>
      [1, 2].map((seed) => ({
        label: `${gain}-${lr}-${seed}`,
        config: configOf({ lr, gain, seed }),
        seed,
        valid: 2 + lr * gain + seed,
      })),
    ),
  );

  const { effects } = comparisonOf(storeOf({ g: runs }), { by: "train.lr" });
  const found = effects[0]?.effect.values[1]?.difference;

  expect(found).toMatchObject({ n: 2, pairs: 4, verdict: "too few seeds" });
  expect(found?.mean).toBeCloseTo((0.1 + 0.2) / 2, 12);
});

test("keys that always change together are one factor", () => {
  const runs = [1, 2, 3].flatMap((seed) => [
    { label: `a${seed}`, config: configOf({ seed }), seed, valid: 2 + seed / 10 },
    { label: `b${seed}`, config: configOf({ seed, lr: 1, gain: 5 }), seed, valid: 3 },
  ]);

  const { effects } = comparisonOf(storeOf({ g: runs }));

  expect(effects.map(({ effect }) => effect.factor.name)).toEqual([
    "init.hidden.weight + train.lr",
  ]);
  expect(effects[0]?.effect.values[1]?.difference).toMatchObject({ n: 3 });
});

test("runs without a result, and keys that some runs do not have, leave the others as they are", () => {
  const runs: MadeRun[] = [
    gridRun(0.1, 1, 2),
    gridRun(0.1, 2, null),
    gridRun(0.1, 3, undefined),
    gridRun(0.2, 1, 2.5),
    { label: "more", config: { ...configOf({}), more: { key: 1 } }, seed: 1, valid: 3 },
  ];

  const { keys, rows, effects } = comparisonOf(storeOf({ g: runs }));

  expect(keys).toEqual(["train.lr", "more.key"]);
  expect(rows.map(({ runs: members }) => members.length)).toEqual([3, 1, 1]);
  expect(rows.map(({ outcomes: [outcome] }) => outcome?.moments.n)).toEqual([1, 1, 1]);
  const ofMore = effects.find(({ effect }) => effect.factor.name === "more.key");
  expect(ofMore?.effect.values[1]?.difference).toMatchObject({ n: 1, mean: 1 });
});

test("runs of the same config on other data are no pair", () => {
  const run = (data: string, loss: number): MadeRun => ({
    label: data,
    config: configOf({}),
    seed: 1,
    valid: loss,
    data,
  });

  const { keys, rows } = comparisonOf(storeOf({ g: [run("a", 1), run("b", 2)] }));

  expect(keys).toEqual(["data"]);
  expect(rows).toHaveLength(2);
});

test("without a baseline it is the value that has pairs", () => {
  const runs = [1, 2, 3].flatMap((seed) => [
    { label: `alone${seed}`, config: configOf({ seed, lr: 1, gain: 9 }), seed, valid: 9 },
    { label: `a${seed}`, config: configOf({ seed, lr: 0.1 }), seed, valid: 2 },
    { label: `b${seed}`, config: configOf({ seed, lr: 0.2 }), seed, valid: 3 },
  ]);
  const path = storeOf({ g: runs });
  const differences = (baseline?: string) =>
    comparisonOf(path, baseline === undefined ? {} : { baseline })
      .effects.find(({ effect }) => effect.factor.name === "train.lr")
      ?.effect.values.map(({ difference }) => difference?.mean);

  expect(differences()).toEqual([null, undefined, 1]);
  expect(differences("g/b2")).toEqual([null, -1, undefined]);
});

test("a thousand runs of three factors are compared", () => {
  const runs: MadeRun[] = Array.from({ length: 1000 }, (_, i) => {
    const cell = {
      lr: 1 + (i % 10),
      gain: 1 + (Math.floor(i / 10) % 10),
      seed: Math.floor(i / 100),
    };
    const config = { ...configOf(cell), free: i % 3 };
    return { label: `${i}`, config, seed: cell.seed, valid: 2 + Math.sin(i) };
  });
  const path = storeOf({ g: runs });
  const { rows, effects } = comparisonOf(path);

  expect(rows.flatMap(({ runs: members }) => members)).toHaveLength(1000);
  expect(effects).toHaveLength(3);
});

const loss = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 1, max: 4, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
);
const grid = fc.record({
  lrs: fc.uniqueArray(fc.constantFrom(0.1, 0.2, 0.3), { minLength: 1, maxLength: 3 }),
  gains: fc.uniqueArray(fc.constantFrom(1, 2), { minLength: 1, maxLength: 2 }),
  seeds: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
  losses: fc.array(loss, { minLength: 30, maxLength: 30 }),
});

test("of any grid the effects are those of the plain definition", () => {
  fc.assert(
    fc.property(grid, ({ lrs, gains, seeds, losses }) => {
      const cells = lrs.flatMap((lr) =>
        gains.flatMap((gain) => seeds.map((seed) => ({ lr, gain, seed }))),
      );
      const made = cells.map((cell, i) => ({
        ...cell,
        label: `${cell.lr}-${cell.gain}-${cell.seed}`,
        config: configOf(cell),
        valid: losses[i],
      }));
      const reference = lrs[0] ?? 0;

      const { effects } = comparisonOf(storeOf({ g: made }), {
        by: "train.lr",
        baseline: `g/${made[0]?.label}`,
      });

      for (const [i, lr] of lrs.entries()) {
        const found = effects[0]?.effect.values[i]?.difference;
        const differenceOf = (gain: number, seed: number): number | null => {
          const of = (rate: number) =>
            made.find((one) => one.lr === rate && one.gain === gain && one.seed === seed)?.valid;
          const [own, other] = [of(lr), of(reference)];
          return typeof own === "number" && typeof other === "number" ? own - other : null;
        };
        const bySeed = completeSeeds(gains, seeds, differenceOf);
        if (lr === reference) expect(found).toBeNull();
        else if (bySeed.length === 0) expect(found?.mean).toBeNull();
        else {
          expect(found?.n).toBe(bySeed.length);
          expect(found?.mean).toBeCloseTo(average(bySeed), 10);
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** The mean over cells of each seed that has them all; without the emptier of two cells where that leaves too few. */
function completeSeeds(
  gains: readonly number[],
  seeds: readonly number[],
  differenceOf: (gain: number, seed: number) => number | null,
): readonly number[] {
  const cells = gains
    .map((gain) => seeds.map((seed) => differenceOf(gain, seed)))
    .filter((cell) => cell.some((one) => one !== null));
  const sizeOf = (cell: readonly (number | null)[]) => cell.filter((one) => one !== null).length;
  const most = Math.max(0, ...cells.map(sizeOf));
  const over = (used: typeof cells): readonly number[] =>
    seeds.flatMap((_, i) => {
      const values = used.flatMap((cell) => cell[i] ?? []);
      return used.length > 0 && values.length === used.length ? [average(values)] : [];
    });
  const all = over(cells);
  if (all.length >= Math.min(3, most)) return all;
  return over(cells.filter((cell) => sizeOf(cell) === most).slice(0, 1));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
