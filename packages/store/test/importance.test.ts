/** Importance of factors in grids of which the shares are known. */
import { expect, test } from "vitest";
import {
  comparedRuns,
  type Importance,
  importanceOf,
  importanceWords,
  openReader,
  VALID_LOSS,
} from "../src/index.ts";
import { configOf, type MadeRun, storeOf } from "./grid-make.ts";

type Cell = Readonly<Record<"lr" | "gain" | "seed", number>>;

const LRS = [0.1, 0.3];
const GAINS = [1, 2, 3];

function importance(
  loss: (cell: Cell) => number | null | "absent",
  seeds: readonly number[] = [1, 2, 3],
  lrs: readonly number[] = LRS,
): Importance {
  const runs = lrs.flatMap((lr) =>
    GAINS.flatMap((gain) =>
      seeds.flatMap((seed): MadeRun[] => {
        const cell = { lr, gain, seed };
        const valid = loss(cell);
        if (valid === "absent") return [];
        return [{ label: `${lr}-${gain}-${seed}`, config: configOf(cell), seed, valid }];
      }),
    ),
  );
  const reader = openReader(storeOf({ g: runs }));
  const compared = comparedRuns(reader.runs({ grid: "g" }), reader.dataHashes());
  reader.close();
  return importanceOf(compared, VALID_LOSS);
}

function shares({ factors, rest }: Importance): Readonly<Record<string, number>> {
  const all = factors.map(({ factor, share }) => [factor.keys[0]?.split(".").at(-1), share]);
  return { ...Object.fromEntries(all), rest: rest.share };
}

/** Effects that add up: of the rate 0.4 between two values, of the gain 0, 0.3 and 0.6. */
function additive({ lr, gain, seed }: Cell): number {
  return 2 + (lr === 0.1 ? 0 : 0.4) + 0.3 * (gain - 1) + seed / 10;
}

test("of effects that add up each factor has its share of the variance, and nothing is left", () => {
  // Squares over the six settings: of the rate 6 x 0.2 squared, of the gain 2 x (0.3 squared + 0.3 squared).
  const [lr, gain] = [6 * 0.2 ** 2, 4 * 0.3 ** 2];
  const found = importance(additive);

  expect(shares(found)).toEqual({
    lr: expect.closeTo(lr / (lr + gain), 9),
    weight: expect.closeTo(gain / (lr + gain), 9),
    rest: expect.closeTo(0, 9),
  });
  expect(found.rest.chance).toBeCloseTo(0, 9);
  expect(importanceWords(found)).toEqual([
    "0.0 % of the variance between settings is not additive; luck of 3 seeds would leave about 0.0 %",
  ]);
});

test("of an exclusive or both have nothing, and it is said that they act together", () => {
  const found = importance(({ lr, gain, seed }) => {
    if (gain === 3) return "absent";
    return 2 + ((lr === 0.1) === (gain === 1) ? 0 : 1) + seed / 10;
  });

  expect(shares(found)).toEqual({
    lr: expect.closeTo(0, 9),
    weight: expect.closeTo(0, 9),
    rest: expect.closeTo(1, 9),
  });
  expect(importanceWords(found)[0]).toMatch(
    /^100 % of the variance .* is not additive, .*: factors act together, so one with a small share may do much/,
  );
});

test("where a setting lost runs it does not count, and shares are what a factor explains beyond the others", () => {
  const found = importance((cell) =>
    cell.lr === 0.3 && cell.gain === 3 && cell.seed === 2 ? null : additive(cell),
  );
  const words = importanceWords(found);

  expect([found.cells, found.seeds]).toEqual([
    { n: 5, of: 6 },
    { n: 3, of: 3 },
  ]);
  expect(found.rest.share).toBeCloseTo(0, 9);
  // Without the rate the gain alone leaves what is within the pairs of gain 1 and 2: 2 x (2 x 0.2 squared).
  const means = [0, 0.3, 0.6, 0.4, 0.7];
  const middle = means.reduce((sum, one) => sum + one, 0) / 5;
  const total = means.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  expect(shares(found).lr).toBeCloseTo((4 * 0.2 ** 2) / total, 9);
  expect(words).toContain("1 run lost: the effect of losing runs is not in a factor's share");
  expect(words.join()).toContain("the shares do not add up");
});

test("one seed tells no luck from interaction, and has no interval", () => {
  const found = importance(({ lr, gain }) => 2 + (lr === 0.1 ? 0 : gain ** 2), [1]);

  expect(found.factors[0]).toMatchObject({ low: null, high: null, chance: null });
  expect(importanceWords(found)[0]).toContain(
    "with one seed, interactions of factors and luck of the seed cannot be told apart",
  );
});

test("luck is what seeds leave of settings that are all the same", () => {
  const noise = ({ lr, gain, seed }: Cell): number => Math.sin(91 * lr + 47 * gain + 13 * seed);
  const found = importance((cell) => 2 + noise(cell));
  const cells = LRS.flatMap((lr) =>
    GAINS.map((gain) => [1, 2, 3].map((seed) => noise({ lr, gain, seed }))),
  );
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const bySeed = [0, 1, 2].map((i) => mean(cells.map((one) => one[i] ?? 0)));
  const rests = cells.flatMap((one) =>
    one.map((value, i) => (value - mean(one) - (bySeed[i] ?? 0) + mean(bySeed)) ** 2),
  );
  const luck = rests.reduce((sum, one) => sum + one, 0) / (5 * 2) / 3;
  const total = cells.reduce((sum, one) => sum + (mean(one) - mean(bySeed)) ** 2, 0);

  expect(found.rest.chance).toBeCloseTo(Math.min(1, (2 * luck) / total), 9);
});

test("of many numbers, as of a random search, there are four groups", () => {
  const lrs = Array.from({ length: 12 }, (_, i) => 0.1 + i / 100);
  const found = importance(({ lr, gain }) => 2 + 10 * lr + gain / 100, [1, 2, 3], lrs);

  expect(found.factors[0]).toMatchObject({ values: 4, isGrouped: true });
  expect(found.factors[0]?.share).toBeGreaterThan(0.9);
});
