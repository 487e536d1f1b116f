import { expect, test } from "vitest";
import { writerCost } from "../src/writer-cost.ts";

test("a stored step of 15 numbers takes less than 120 bytes, its rollup and digests included", () => {
  const { bytes, microseconds } = writerCost(13, 10);

  expect(bytes).toBeGreaterThan(8 + 8 + 13 * 4);
  expect(bytes).toBeLessThan(120);
  expect(microseconds).toBeGreaterThan(0);
});
