/** A long training leaves the heap where it was. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const training = new URL("steady-training.ts", import.meta.url).pathname;

test("200,000 steps allocate nothing: hardly any garbage is collected and the heap stays", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@ablate/source", "--expose-gc", training],
    { encoding: "utf8" },
  );

  expect(stderr).toBe("");
  const { steps, grownBytes, collections } = JSON.parse(stdout);
  expect(steps).toBe(200_000);
  expect(grownBytes).toBeLessThan(64 * 1024);
  expect(collections).toBeLessThan(20); // 16 bytes a step would be hundreds
});
