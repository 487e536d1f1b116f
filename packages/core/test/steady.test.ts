/** A long training leaves the heap where it was. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const training = new URL("steady-training.ts", import.meta.url).pathname;

/** `pnpm test:long` has the long form. */
const STEPS = process.env.ABLATE_LONG ? 200_000 : 50_000;

test(`${STEPS.toLocaleString("en")} steps allocate nothing: hardly any garbage is collected and the heap stays`, () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@ablate/source", "--expose-gc", training, String(STEPS)],
    { encoding: "utf8" },
  );

  expect(stderr).toBe("");
  const { steps, grownBytes, collections } = JSON.parse(stdout);
  expect(steps).toBe(STEPS);
  expect(grownBytes).toBeLessThan(64 * 1024);
  expect(collections).toBeLessThan(STEPS / 10_000); // 16 bytes a step would be ten times as many
});
