/** Sensitivity of grids with known numbers, computed again by hand. */
import { expect, test } from "vitest";
import {
  type ComparedRun,
  comparedRuns,
  factorOf,
  METRICS,
  openReader,
  type Sensitivity,
  sensitivityOf,
  sensitivityWords,
} from "../src/index.ts";
import { configOf, type MadeRun, storeOf } from "./grid-make.ts";

const SEEDS = [1, 2, 3, 4, 5];
const [METRIC] = METRICS;

type Cell = { readonly norm: string; readonly lr: number; readonly seed: number };

/** A grid of two norms and these rates: `loss` says what comes of each run, null of one that diverges. */
function sensitivity(
  rates: readonly number[],
  seeds: readonly number[],
  loss: (cell: Cell) => number | null,
): Sensitivity<ComparedRun> {
  const runs = ["none", "hidden"].flatMap((norm) =>
    rates.flatMap((lr) =>
      seeds.map((seed): MadeRun => {
        const cell = { norm, lr, seed };
        return { label: `${norm}-${lr}-${seed}`, config: configOf(cell), seed, valid: loss(cell) };
      }),
    ),
  );
  const reader = openReader(storeOf({ g: runs }));
  const compared = comparedRuns(reader.runs({ grid: "g" }), reader.dataHashes());
  reader.close();
  if (METRIC === undefined) throw new Error("there is no metric");
  const [by, within] = ["train.lr", "model.batch_norm"].map((key) => factorOf(compared, key));
  if (by === undefined || within === undefined) throw new Error("there are no factors");
  return sensitivityOf(compared, { metric: METRIC, by, within });
}

/** What luck adds to the change at each norm: it sums to 0 over five seeds. */
const LUCK: Readonly<Record<string, readonly number[]>> = {
  none: [0.01, -0.02, 0.03, -0.01, -0.01],
  hidden: [0.002, 0.001, -0.002, 0.001, -0.002],
};

function luck(norm: string, seed: number): number {
  return LUCK[norm]?.[seed - 1] ?? 0;
}

/** The rate changes the loss by 0.5 without batch norm and by 0.02 with it. */
function steadied({ norm, lr, seed }: Cell): number {
  const base = 2 + seed / 10;
  return lr === 0.1 ? base : base + (norm === "none" ? 0.5 : 0.02) + luck(norm, seed);
}

test("spread, difference and share are those of the seeds, by hand", () => {
  const { values } = sensitivity([0.1, 0.3], SEEDS, steadied);
  const [none, hidden] = values;
  const differences = SEEDS.map((seed) => 0.02 - 0.5 + luck("hidden", seed) - luck("none", seed));
  const mean = differences.reduce((sum, one) => sum + one, 0) / 5;
  const std = Math.sqrt(differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 4);
  const half = (2.7764451052 * std) / Math.sqrt(5);

  expect(none?.spread.mean).toBeCloseTo(0.5, 12);
  expect(hidden?.spread.mean).toBeCloseTo(0.02, 12);
  expect(hidden?.difference?.spread.mean).toBeCloseTo(mean, 12);
  expect(hidden?.difference?.spread.low).toBeCloseTo(mean - half, 9);
  expect(hidden?.difference?.spread.high).toBeCloseTo(mean + half, 9);
  expect(hidden?.difference?.ratio?.mean).toBeCloseTo(0.04, 12);
});

test("the ends of the interval of a ratio are where the interval of own - ratio * other touches 0", () => {
  const { values } = sensitivity([0.1, 0.3], SEEDS, steadied);
  const ratio = values[1]?.difference?.ratio;

  for (const end of [ratio?.low ?? 0, ratio?.high ?? 0]) {
    const rests = SEEDS.map(
      (seed) => 0.02 + luck("hidden", seed) - end * (0.5 + luck("none", seed)),
    );
    const mean = rests.reduce((sum, one) => sum + one, 0) / 5;
    const std = Math.sqrt(rests.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 4);
    expect(Math.abs(mean)).toBeCloseTo((2.7764451052 * std) / Math.sqrt(5), 9);
  }
});

test("what removes the sensitivity is said to, by which share", () => {
  const [said] = sensitivityWords(sensitivity([0.1, 0.3], SEEDS, steadied));

  expect(said).toMatch(
    /^with batch_norm none, lr changes valid_loss by 0\.5000 \(95 % interval 0\.4752 to 0\.5248\); with batch_norm hidden, by 0\.0200 \(95 % interval 0\.0177 to 0\.0223\): batch_norm hidden removes 96 % of the sensitivity \(95 % interval 9[56] to 9[67] %\); the two differ by 0\.4800 \(/,
  );
});

test("the other way round it adds sensitivity, so many times as much", () => {
  const turned = (cell: Cell): number =>
    steadied({ ...cell, norm: cell.norm === "none" ? "hidden" : "none" });

  const [said] = sensitivityWords(sensitivity([0.1, 0.3], SEEDS, turned));

  expect(said).toMatch(/: batch_norm hidden adds sensitivity, 25 times as much as there was \(/);
});

test("spreads that differ by chance are not told apart", () => {
  const alike = (cell: Cell): number =>
    cell.lr === 0.1 ? 2 : 2.5 + luck("none", cell.norm === "none" ? cell.seed : 6 - cell.seed);

  const [said] = sensitivityWords(sensitivity([0.1, 0.3], SEEDS, alike));

  expect(said).toContain(
    "the two cannot be distinguished: they differ by 0.0000 (95 % interval −0.0",
  );
});

test("where the sizes are alike but other values are better, the interaction is said", () => {
  const crossed = ({ norm, lr, seed }: Cell): number =>
    2 + ((norm === "none") === (lr === 0.1) ? 0 : 0.5) + luck(norm, seed) * lr;

  const [said] = sensitivityWords(sensitivity([0.1, 0.3], SEEDS, crossed));

  expect(said).toMatch(
    /the sizes cannot be distinguished, but other values are lowest and highest: the effect of going from 0\.1 to 0\.3 does differs by −1\.00/,
  );
});

test("two seeds are too few to tell", () => {
  const [said] = sensitivityWords(sensitivity([0.1, 0.3], [1, 2], steadied));

  expect(said).toContain(": 2 seeds are too few to tell whether the two differ");
});

test("runs that were lost are sensitivity that no number counts", () => {
  const lossy = (cell: Cell): number | null =>
    cell.norm === "none" && cell.lr === 1 ? null : steadied(cell);

  const words = sensitivityWords(sensitivity([0.1, 0.3, 1], SEEDS, lossy));

  expect(words[0]).toContain("batch_norm hidden removes 96 % of the sensitivity");
  expect(words).toContain(
    "runs were lost: batch_norm none lost 5 of 5 at lr 1; batch_norm hidden lost none. Losing runs is sensitivity as well, and no number here includes it",
  );
  expect(words.join()).toContain("lr 1 does not count: ");
});

test("what lost runs is not called the less sensitive for what its survivors came to", () => {
  const lossy = (cell: Cell): number | null =>
    cell.norm === "hidden" && cell.lr === 0.3 && cell.seed < 3 ? null : steadied(cell);

  const found = sensitivity([0.1, 0.3], SEEDS, lossy);
  const [said] = sensitivityWords(found);

  expect(found.seeds).toEqual({ n: 3, of: 5 });
  expect(said).toContain(
    "but batch_norm hidden lost 2 of 10 runs, so it cannot be called the less sensitive",
  );
  expect(said).not.toContain("removes");
});

test("of more than two values the intervals are wider, as the extremes are chosen after the fact", () => {
  const three = (cell: Cell): number => steadied(cell) + (cell.lr === 1 ? 0.1 : 0);
  const found = sensitivity([0.1, 0.3, 1], SEEDS, three);
  const [none] = found.values;
  // Student's t with 4 degrees of freedom beyond which 0.05 / 3 lies at both ends together.
  const half = (3.9608 * (none?.spread.std ?? 0)) / Math.sqrt(5);

  expect((none?.spread.high ?? 0) - (none?.spread.mean ?? 0)).toBeCloseTo(half, 4);
  expect(sensitivityWords(found).at(-1)).toContain(
    "which of 3 values of lr are the lowest and the highest is read from the same runs",
  );
});
