/** A run that is trained, diagnosed, sent and stored leaves the heap where it was. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const running = new URL("steady-run.ts", import.meta.url).pathname;

/** `pnpm test:long` has the long form. */
const STEPS = process.env.ABLATE_LONG ? 200_000 : 50_000;

// What V8 compiles late stays: about 100 kB of 50,000 steps, 170 kB of 200,000. A number of each step would be 400 kB or 1.6 MB.
const MOST_GROWN = 256 * 1024;

test(`${STEPS.toLocaleString("en")} steps that are diagnosed, sent and stored leave nothing on the heap`, () => {
  const first = grownBytes();
  // On a busy machine V8 compiles even later; what leaks does so every time.
  expect(first < MOST_GROWN ? first : grownBytes()).toBeLessThan(MOST_GROWN);
});

function grownBytes(): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@ablate/source", "--expose-gc", running, String(STEPS)],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  const { steps, grownBytes: grown } = JSON.parse(stdout);
  expect(steps).toBe(STEPS);
  return grown;
}
