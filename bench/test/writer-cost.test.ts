import { expect, test } from "vitest";
import { writerCost } from "../src/writer-cost.ts";

test("a stored step of 15 numbers takes less than 120 bytes, its rollup and digests included", () => {
  const { bytes, microseconds } = writerCost({ parameters: 13, metrics: 0 }, 10);

  expect(bytes).toBeGreaterThan(8 + 8 + 13 * 4);
  expect(bytes).toBeLessThan(120);
  expect(microseconds).toBeGreaterThan(0);
});

test("a metric of every step takes 9 bytes of it", () => {
  const without = writerCost({ parameters: 5, metrics: 0 }, 10);
  const { bytes } = writerCost({ parameters: 5, metrics: 2 }, 10);

  expect(bytes - without.bytes).toBeGreaterThan(16);
  expect(bytes - without.bytes).toBeLessThan(18);
});
