/** Differences of unbalanced grids, computed again by hand. */
import { expect, test } from "vitest";
import {
  type Comparison,
  comparedRuns,
  compareRuns,
  METRICS,
  missingPairsText,
  openReader,
  type PairedDifference,
  pairsText,
  seedsText,
  verdictText,
} from "../src/index.ts";
import { configOf, type MadeRun, storeOf } from "./grid-make.ts";

type Cell = { readonly norm: string; readonly lr: number; readonly gain: number };

const SEEDS = [1, 2, 3, 4, 5];
const NORMS = ["none", "hidden"];
const CELLS = [0.1, 0.3].flatMap((lr) => [1, 2].map((gain) => ({ lr, gain })));

/** Numbers without a pattern: every cell and every seed has its own. */
function lossOf({ norm, lr, gain }: Cell, seed: number): number {
  const noise = Math.sin(37 * seed + 11 * lr + 5 * gain + (norm === "none" ? 0 : 3)) / 20;
  const effect = norm === "none" ? 0 : -0.2 * lr - 0.01 * gain;
  return 2.5 + noise + effect + seed / 50;
}

/** A grid of two norms, two rates, two gains and five seeds; `state` says what becomes of each run. */
function gridOf(state: (cell: Cell, seed: number) => "done" | "absent" | "lost"): string {
  const runs = NORMS.flatMap((norm) =>
    CELLS.flatMap((rest) =>
      SEEDS.flatMap((seed): MadeRun[] => {
        const cell = { norm, ...rest };
        const became = state(cell, seed);
        if (became === "absent") return [];
        return [
          {
            label: `${norm}-${cell.lr}-${cell.gain}-${seed}`,
            config: configOf({ ...cell, seed }),
            seed,
            valid: became === "lost" ? null : lossOf(cell, seed),
          },
        ];
      }),
    ),
  );
  return storeOf({ g: runs });
}

function comparisonOf(path: string, by = "model.batch_norm"): Comparison {
  const reader = openReader(path);
  const runs = comparedRuns(reader.runs(), reader.dataHashes());
  reader.close();
  return compareRuns(runs, { metrics: METRICS.slice(0, 1), by });
}

/** What the second value of the norm does. */
function effectOf(path: string): PairedDifference {
  const found = comparisonOf(path).effects[0]?.effect.values[1]?.difference;
  if (found === undefined || found === null) throw new Error("no effect");
  return found;
}

/** The mean over these cells of the difference of one seed. */
function ofSeed(seed: number, cells: typeof CELLS = CELLS): number {
  const differences = cells.map(
    (rest) => lossOf({ norm: "hidden", ...rest }, seed) - lossOf({ norm: "none", ...rest }, seed),
  );
  return average(differences);
}

/** Mean and 95 % interval, with t from the distribution's density by Simpson's rule. */
function byHand(values: readonly number[]) {
  const n = values.length;
  const mean = average(values);
  const std = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1));
  const half = (quantile(n - 1) * std) / Math.sqrt(n);
  return { mean, low: mean - half, high: mean + half };
}

function quantile(df: number): number {
  const density = (t: number): number => (1 + t ** 2 / df) ** (-(df + 1) / 2);
  const area = (to: number): number => {
    const steps = 2000;
    const width = to / steps;
    const weight = (i: number) => (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2);
    const sum = Array.from({ length: steps + 1 }, (_, i) => weight(i) * density(i * width));
    return (sum.reduce((total, one) => total + one, 0) * width) / 3;
  };
  // Substituting t = tan(u) * sqrt(df) makes the whole area that of a power of a cosine.
  const whole = Array.from({ length: 20_000 }, (_, i) => {
    const u = ((i + 0.5) / 20_000) * (Math.PI / 2);
    return Math.cos(u) ** (df - 1);
  });
  const all = (average(whole) * Math.PI * Math.sqrt(df)) / 2;
  let [low, high] = [0, 100];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (area(middle) < 0.95 * all) low = middle;
    else high = middle;
  }
  return low;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function expectInterval(found: PairedDifference, wanted: ReturnType<typeof byHand>): void {
  expect(found.mean).toBeCloseTo(wanted.mean, 12);
  expect(found.low).toBeCloseTo(wanted.low, 6);
  expect(found.high).toBeCloseTo(wanted.high, 6);
}

test("of a balanced grid every pair counts", () => {
  const found = effectOf(gridOf(() => "done"));

  expectInterval(found, byHand(SEEDS.map((seed) => ofSeed(seed))));
  expect([found.n, found.pairs, found.cells]).toEqual([5, 20, 4]);
  expect([seedsText(found), pairsText(found)]).toEqual(["5", "20 in 4 cells"]);
  expect(missingPairsText(found)).toBe("");
});

test("a seed that lacks a cell does not pull the effect towards the cells that it has", () => {
  const isExcluded = ({ norm, lr }: Cell, seed: number): boolean =>
    norm === "hidden" && lr === 0.3 && seed > 3;
  const found = effectOf(gridOf((cell, seed) => (isExcluded(cell, seed) ? "absent" : "done")));

  expectInterval(found, byHand([1, 2, 3].map((seed) => ofSeed(seed))));
  expect([seedsText(found), pairsText(found)]).toEqual(["3 of 5", "12 in 4 cells"]);
  expect(missingPairsText(found)).toBe("lr 0.3 with seeds 4 and 5 (no run) has no pair");
  expect(verdictText(found)).not.toContain("survivors");
});

test("a pair that one side lost is missing, and the effect is one of survivors", () => {
  const isLost = ({ norm, lr, gain }: Cell, seed: number): boolean =>
    norm === "hidden" && lr === 0.3 && gain === 2 && seed === 2;
  const found = effectOf(gridOf((cell, seed) => (isLost(cell, seed) ? "lost" : "done")));

  expectInterval(found, byHand([1, 3, 4, 5].map((seed) => ofSeed(seed))));
  expect([found.pairs, found.lost]).toEqual([16, { own: 1, baseline: 0 }]);
  expect(missingPairsText(found)).toMatch(
    /^weight kaiming 2, lr 0\.3 with seed 2 \(lost\) has no pair$/,
  );
  expect(verdictText(found)).toMatch(/^survivors alone: the 95 % interval (excludes|contains) 0$/);
});

test("what the baseline lost is said as well", () => {
  const found = effectOf(
    gridOf(({ norm, lr }, seed) => (norm === "none" && lr === 0.1 && seed === 1 ? "lost" : "done")),
  );

  expect(found.lost).toEqual({ own: 0, baseline: 2 });
  expect(verdictText(found)).toContain("survivors alone");
});

test("cells that leave fewer than three seeds do not count, and are named", () => {
  const isLost = ({ norm, lr, gain }: Cell, seed: number): boolean =>
    norm === "none" && lr === 0.3 && gain === 2 && seed > 1;
  const found = effectOf(gridOf((cell, seed) => (isLost(cell, seed) ? "lost" : "done")));
  const others = CELLS.filter(({ lr, gain }) => lr !== 0.3 || gain !== 2);

  expectInterval(found, byHand(SEEDS.map((seed) => ofSeed(seed, others))));
  expect(pairsText(found)).toBe("15 in 3 of 4 cells");
  expect(missingPairsText(found)).toMatch(
    /lr 0\.3 with seeds 2, 3, 4 and 5 \(lost by the baseline\) has no pair$/,
  );
});

test("a cell that one value has no run of does not count, and is named", () => {
  const found = effectOf(
    gridOf(({ norm, lr, gain }) =>
      norm === "hidden" && lr === 0.1 && gain === 2 ? "absent" : "done",
    ),
  );

  expect(pairsText(found)).toBe("15 in 3 cells");
  expect(missingPairsText(found)).toMatch(/lr 0\.1 \(no run\) has no pair$/);
});

test("seeds that only one side has are no pairs, and are named once", () => {
  const found = effectOf(
    gridOf(({ norm }, seed) => (norm === "none" && seed > 3 ? "absent" : "done")),
  );

  expectInterval(found, byHand([1, 2, 3].map((seed) => ofSeed(seed))));
  expect(seedsText(found)).toBe("3 of 5");
  expect(missingPairsText(found)).toBe("seeds 4 and 5 (no run of the baseline) have no pair");
});

test("of each pair that is missing it is said which side lacks what", () => {
  const found = effectOf(
    gridOf(({ norm, lr }, seed) => {
      if (lr === 0.3 && seed === 1) return norm === "none" ? "absent" : "done";
      if (lr === 0.3 && seed === 2) return "lost";
      if (lr === 0.1 && seed === 1) return norm === "none" ? "done" : "lost";
      return "done";
    }),
  );

  expect(missingPairsText(found)).toBe("seed 1; lr 0.3 with seed 2 (lost by both) have no pair");
});

test("a cell of one value alone is named with the side that has no run", () => {
  const lone = (norm: string, rate: number) => norm === "none" && rate === 0.3;
  const found = effectOf(
    gridOf(({ norm, lr, gain }) => (lone(norm, lr) && gain === 1 ? "absent" : "done")),
  );

  expect(missingPairsText(found)).toMatch(/lr 0\.3 \(no run of the baseline\) has no pair$/);
});

test("one seed has a difference and no interval", () => {
  const found = effectOf(gridOf((_, seed) => (seed === 1 ? "done" : "absent")));

  expect(found.mean).toBeCloseTo(ofSeed(1), 12);
  expect([found.n, found.low, found.high, found.std]).toEqual([1, null, null, null]);
  expect(verdictText(found)).toBe("one seed is too few to tell");
});

test("where no seed has both results, that is what is said", () => {
  const found = effectOf(
    gridOf(({ norm }, seed) => ((norm === "none" ? seed < 3 : seed > 2) ? "done" : "absent")),
  );

  expect([found.mean, found.verdict]).toEqual([null, "no pairs"]);
  expect(verdictText(found)).toBe("no seed has both results");
});

test("the best mean is that of a row that lost no run, whatever the survivors of others have", () => {
  const made = (lr: number, losses: readonly (number | null)[]): MadeRun[] =>
    losses.map((valid, seed) => ({
      label: `${lr}-${seed}`,
      config: configOf({ lr, seed }),
      seed,
      valid,
    }));
  const best = (...runs: MadeRun[]) =>
    comparisonOf(storeOf({ g: runs }), "train.lr").rows.map(({ outcomes: [one] }) => [
      one?.lost,
      one?.isBest,
    ]);

  expect(best(...made(0.1, [2.7, 2.6]), ...made(1.5, [2.2, null]), ...made(2, [2.8, 2.9]))).toEqual(
    [
      [0, true],
      [1, false],
      [0, false],
    ],
  );
  expect(best(...made(0.1, [2.7, null]), ...made(1.5, [2.2, null]))).toEqual([
    [1, false],
    [1, false],
  ]);
});

test("a run that finished on a loss that is no number is lost, one that was not evaluated is not", () => {
  const run = (evaluate: unknown, valid: number | null, seed: number): MadeRun => ({
    label: `${String(evaluate)}-${seed}`,
    config: {
      ...configOf({ seed }),
      record: { evaluate },
      model: { hidden: [evaluate === "none" ? 1 : 2] },
    },
    seed,
    valid,
    state: "finished",
  });
  const path = storeOf({
    g: [run("end", 2, 1), run("end", null, 2), run("none", null, 1), run("none", null, 2)],
  });

  const lost = comparisonOf(path, "model.hidden").rows.map(({ outcomes: [one] }) => one?.lost);

  expect(lost).toEqual([1, 0]);
});
