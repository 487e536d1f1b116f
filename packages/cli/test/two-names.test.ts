import { linkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, makeFolder, startAblate } from "./make.ts";
import { train } from "./train.ts";

/** What a process that was started says until it ends. */
async function saidBy({ child, ended }: ReturnType<typeof startAblate>): Promise<unknown[]> {
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += String(text);
  });
  return [await ended, stderr];
}

test("two runs by two names of one file are both refused, and nothing of the store is lost", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "40");
  const [store, other] = [join(folder, "ablate.db"), join(folder, "other.db")];
  linkSync(store, other);

  const runs = [store, other].map((path, i) => [
    path,
    saidBy(startAblate(folder, "run", "small.yaml", "--seeds", `${i}`, "--store", path)),
  ]);

  for (const [path, said] of runs) {
    expect(await said).toEqual([
      2,
      expect.stringContaining(`cannot write to ${path}: the file has 1 other name (hard links)`),
    ]);
  }
  const read = await ablate(folder, "runs", "--store", other);
  expect([read.status, read.stdout.split("\n").length]).toEqual([0, 5]);
  expect(read.stderr).toContain("has other names (hard links)");
});
