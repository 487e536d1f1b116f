import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../src/grid.ts", import.meta.url));

test("one short round compares two workers with one and says what a run costs", () => {
  const args = ["--rounds", "1", "--steps", "200", "--runs", "3"];
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--conditions=@ablate/source", script, ...args],
    { encoding: "utf8" },
  );

  expect(status).toBe(0);
  expect(stdout).toMatch(/^two workers against one, steps\/s: \d+\.\d\dx \(/m);
  expect(
    stdout.match(/^a run beyond its training, (one worker|two workers): .* ms \(/gm),
  ).toHaveLength(2);
});
