import { expect, test } from "vitest";
import { probeCost } from "../src/probe-cost.ts";

test("a stored probe of the six-layer net takes less than 20 kB, the last one too", () => {
  const cost = probeCost("six-layer-bn-100", 200);

  expect(cost.bytes).toBeLessThan(17_500);
  expect(cost.lastBytes).toBeGreaterThan(cost.bytes + 2000);
  expect(cost.lastBytes).toBeLessThan(20_000);
});
