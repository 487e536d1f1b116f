/** README.md's own training: its script runs as it stands, and the commands below it show and judge its run. */
import { beforeAll, expect, test } from "vitest";
import { page } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { missingPyTorch, OWN_FRAME, trainOwn } from "./own-training.ts";

const isSkipped = missingPyTorch !== null && process.env.CI === undefined;
const why = isSkipped ? ` (skipped: ${missingPyTorch})` : "";
const readme = page("README.md");

let folder = "";
let said = "";
beforeAll(() => {
  folder = makeFolder();
  if (!isSkipped) said = trainOwn(readme, folder);
}, 60_000);

test.skipIf(isSkipped)(`the script trains and says nothing${why}`, () => {
  expect(said).toBe("");
});

test.skipIf(isSkipped)(`the UI shows its run as README.md does${why}`, async () => {
  const frames = [...readme.matchAll(OWN_FRAME)];
  expect(frames).toHaveLength(1);
  for (const [, , args = "", drawn = ""] of frames) {
    const lines = drawn.trimEnd().split("\n");

    const { stdout, stderr } = await ablate(folder, ...args.split(" "), "--glyphs", "braille");

    const shown = stdout.trimEnd().split("\n");
    expect(stderr).toBe("");
    expect(shown.length).toBe(lines.length);
    expect([shown[1], shown.at(-1)]).toEqual([lines[1], lines.at(-1)]);
    for (const name of ["0.weight", "2.weight", "4.bias"]) {
      expect([stdout, drawn]).toEqual(Array(2).fill(expect.stringContaining(name)));
    }
  }
});

test.skipIf(isSkipped)(`its run is recorded with probes, and healthy${why}`, async () => {
  await ablate(folder, "record", "runs/");

  const { stdout } = await ablate(folder, "diagnose", "sine/adam");

  expect(stdout).toContain("sine/adam: finished, at step 1,999, healthy");
  expect(stdout).toContain("depth profile after 2,000 steps");
});
