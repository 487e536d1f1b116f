/** README.md's own training: its script runs as it stands, and what the documents show of its run is what is drawn. */
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { OWN_PICTURE } from "../../../docs/pictures.ts";
import { sourceOf } from "../../../testing/picture/png.ts";
import { page } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { missingPyTorch, OWN_FRAME, trainOwn } from "./own-training.ts";

const isSkipped = missingPyTorch !== null && process.env.CI === undefined;
const why = isSkipped ? ` (skipped: ${missingPyTorch})` : "";
const readme = page("README.md");
const PICTURES = new URL("../../../docs/pictures/", import.meta.url);

let folder = "";
let said = "";
beforeAll(() => {
  folder = makeFolder();
  if (!isSkipped) said = trainOwn(readme, folder);
}, 60_000);

test.skipIf(isSkipped)(`the script trains and says nothing${why}`, () => {
  expect(said).toBe("");
});

test.skipIf(isSkipped)(`the UI shows its run as docs/your-own-training.md does${why}`, async () => {
  const frames = [...page("docs/your-own-training.md").matchAll(OWN_FRAME)];
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

test.skipIf(isSkipped)(`its picture is one of a frame like today's${why}`, async () => {
  const { name, args, size } = OWN_PICTURE;
  const text = readFileSync(new URL(`${name}-dark.ans`, PICTURES), "utf8");
  const drawn = stripVTControlCharacters(text).trimEnd().split("\n");

  const { stdout } = await ablate(folder, ...args, "--size", `${size.columns}x${size.rows}`);

  const lines = stdout.trimEnd().split("\n");
  expect(readFileSync(new URL(`${name}-dark.png`, PICTURES)).includes(sourceOf(text))).toBe(true);
  expect([lines[1], lines.at(-1)]).toEqual([drawn[1]?.trimEnd(), drawn.at(-1)?.trimEnd()]);
});

test.skipIf(isSkipped)(`its run is recorded with probes, and healthy${why}`, async () => {
  await ablate(folder, "record", "runs/");

  const { stdout } = await ablate(folder, "diagnose", "sine/adam");

  expect(stdout).toContain("sine/adam: finished, at step 1,999, healthy");
  expect(stdout).toContain("depth profile after 2,000 steps");
});
