import { expect, test } from "vitest";
import { Pace } from "../src/worker/pace.ts";

/** Chunks of a run whose steps take so long. */
function chunksOf(stepMs: number, count: number): number[] {
  const pace = new Pace();
  return Array.from({ length: count }, () => {
    const { steps } = pace;
    pace.made(steps, steps * stepMs);
    return steps;
  });
}

test.each([
  [0.025, 800],
  [1, 20],
  [150, 1],
])("steps of %d ms are soon made %i at once, which takes 20 ms or as long as one", (ms, steps) => {
  expect(chunksOf(ms, 20).at(-1)).toBe(steps);
});

test("a chunk has at most twice the steps of the one before, and never more than 1,024", () => {
  const chunks = chunksOf(0, 10);

  expect(chunks).toEqual([16, 32, 64, 128, 256, 512, 1024, 1024, 1024, 1024]);
});

test("a chunk that was interrupted hardly shortens the next one", () => {
  const pace = new Pace();
  for (let i = 0; i < 10; i++) pace.made(pace.steps, 0.1 * pace.steps);
  const { steps } = pace;

  pace.made(steps, 500);

  expect(pace.steps).toBeGreaterThan(0.9 * steps);
});
