/** The short form of `pnpm test:flips`, and the flips that were found silent by it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "./chaos/random.ts";
import { flipBytes } from "./flips/flips.ts";
import { chooseFlips, numberOfStep } from "./flips/places.ts";
import { ablate } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

/** Printed with what it finds: `pnpm test:flips --seed 19 --flips 60` repeats it. */
const SEED = 19;

test("no flipped byte shows another figure without a word, and none is an internal error", async () => {
  const choose = (store: string) => chooseFlips(store, 60, new Random(SEED));
  const wrong = await flipBytes({ choose, slowEvery: 8 });

  expect(wrong, `seed ${SEED}`).toEqual([]);
});

const [RUN, STEP] = ["old/plain-seed=2", 7] as const;
/** Step 7 becomes another step that there is, one after the last, one before the first. */
const MASKS = [1, 8, 0x80];

test("a flipped number of a step leaves its row in place, and is shown by no verb as data", async () => {
  const wrong = await flipBytes({
    slowEvery: MASKS.length,
    choose: (store) =>
      MASKS.map((mask) => ({ at: numberOfStep(store, RUN, STEP), mask, table: "step" })),
  });

  expect(wrong).toEqual([]);
});

test.each(MASKS)(
  "each verb that reads steps names the run of a step whose number is flipped by %i",
  async (mask) => {
    const folder = olderFolder("version-10");
    await ablate(folder, "doctor", "--repair");
    const store = join(folder, "ablate.db");
    const before = await ablate(folder, "compare", "old");
    const bytes = readFileSync(store);
    const at = numberOfStep(store, RUN, STEP);
    expect(bytes[at]).toBe(STEP);
    bytes[at] = STEP ^ mask;
    writeFileSync(store, bytes);

    for (const line of [
      ...[`show ${RUN}`, `diagnose ${RUN}`, "report old -o r.html"],
      ...["export old -o h.csv", `export ${RUN} -o h.csv --force`, "export old -o o.db"],
    ]) {
      const { stderr } = await ablate(folder, ...line.split(" "));
      expect(stderr, line).toMatch(
        /^ablate: old\/plain-seed=2 is damaged.*: one of its steps from 0 /m,
      );
    }
    const view = ["--view", "run", "--run", RUN];
    const drawn = await ablate(folder, "ui", "--once", "--size", "160x40", ...view);
    expect(drawn.stdout).toMatch(/^ old\/plain-seed=2 is damaged: one of its steps /);
    expect(readFileSync(join(folder, "h.csv"), "utf8")).not.toContain(`${RUN},`);
    expect((await ablate(folder, "compare", "old")).stdout).toBe(before.stdout);
  },
);
