/** The short form of `pnpm test:flips`. */
import { expect, test } from "vitest";
import { flipBytes } from "./flips/flips.ts";

/** Printed with what it finds: `pnpm test:flips --seed 19 --flips 60` repeats it. */
const SEED = 19;

test("no flipped byte shows another figure without a word, and none is an internal error", async () => {
  const wrong = await flipBytes({ count: 60, seed: SEED, slowEvery: 8 });

  expect(wrong, `seed ${SEED}`).toEqual([]);
});
