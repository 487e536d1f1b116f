import type { SeriesRows } from "@ablate/store";
import { expect, test } from "vitest";
import { evenColumns, inColumns, logColumns } from "../src/data/columns.ts";

/** One series with these means, rows of so many steps each. */
function rows(means: readonly number[], counts?: readonly number[], level = 1): SeriesRows[] {
  const mean = Float64Array.from(means);
  const n = Uint32Array.from(counts ?? means.map((value) => (Number.isFinite(value) ? 1 : 0)));
  const x = Float64Array.from(means, (_, i) => i * level);
  const width = new Float64Array(means.length).fill(level);
  return [{ x, width, n, min: mean, mean, max: mean }];
}

test("a column has the mean of its steps, then mean and spread over runs", () => {
  const columns = evenColumns(4, 2);

  const found = inColumns(columns, [rows([1, 3, 5, 7]), rows([3, 5, 5, 7])], 0);

  expect(found).toEqual([
    { at: 1, mean: 3, std: Math.SQRT2, n: 2 },
    { at: 3, mean: 6, std: 0, n: 2 },
  ]);
});

test("a column without a finite value is left out, and so is a run that has ended", () => {
  const found = inColumns(evenColumns(3, 3), [rows([1, Number.NaN, 3]), rows([5])], 0);

  expect(found.map(({ at, mean, n }) => [at, mean, n])).toEqual([
    [0.5, 3, 2],
    [2.5, 3, 1],
  ]);
});

test("means of several steps count as many", () => {
  const run = rows([2, 5], [3, 1], 2);

  expect(inColumns(evenColumns(4, 1), [run], 0)[0]?.mean).toBe((3 * 2 + 5) / 4);
});

test.each([1, 2, 10, 3000, 200_000])(
  "logarithmic columns of %i steps begin with single steps and leave none out",
  (steps) => {
    const { edges, middles } = logColumns(steps, 90);
    const widths = edges.slice(1).map((edge, i) => edge - (edges[i] ?? 0));

    expect([edges[0], edges[1], edges.at(-1)]).toEqual([0, 1, steps]);
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(1);
    expect(middles[0]).toBe(1);
    expect(middles.length).toBeLessThanOrEqual(91);
  },
);

test("there are never more columns than steps", () => {
  expect(evenColumns(3, 120).middles).toEqual([0.5, 1.5, 2.5]);
});
