/**
 * Frames of a small store as terminals of several kinds show them, colours and all. `pnpm goldens` draws the files
 * anew, `pnpm picture FILE` makes a picture of one.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ScreenSize, screenOf } from "../../../testing/picture/screen.ts";
import { drawOnce } from "../src/draw-once.ts";
import { glyphsFor, themeFor } from "../src/terminal/show.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { colourCodes, differences } from "./frame-differences.ts";
import { exampleStore } from "./make.ts";

const FOLDER = join(import.meta.dirname, "goldens");

const XTERM = { TERM: "xterm-256color", LANG: "C.UTF-8" };

/** Terminals, by what they say of themselves in the environment. */
const LOOKS = {
  dark: XTERM,
  light: { ...XTERM, COLORFGBG: "0;15" },
  "16-colours": { ...XTERM, TERM: "xterm" },
  none: { ...XTERM, NO_COLOR: "1" },
  ascii: { ...XTERM, LANG: "C" },
} as const;

const SIZES: readonly ScreenSize[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
];

type Frame = { readonly file: string; readonly size: ScreenSize; readonly text: string };

const looks = ["dark", "light", "16-colours", "none", "ascii"] as const;

test.each(looks)("frames look as they did: %s", async (look) => {
  const frames = framesOf(look);
  if (process.env.ABLATE_GOLDENS === "renew") renew(look, frames);

  const changes = await Promise.all(frames.map(changesOf));

  expect(filesOf(look)).toEqual(frames.map(({ file }) => file).sort());
  if (changes.flat().length > 0) {
    expect.fail(`${changes.flat().join("\n")}\n\nIf they are meant to: npx pnpm@12 goldens`);
  }
});

test("a terminal gets no colours that it does not know", () => {
  const codes = (look: (typeof looks)[number]) =>
    new Set(framesOf(look).flatMap(({ text }) => colourCodes(text)));

  expect([...codes("none")]).toEqual([]);
  expect([...codes("16-colours")].filter((code) => /^[34]8/.test(code))).toEqual([]);
});

test("a terminal without UTF-8 gets nothing but ASCII", () => {
  for (const { file, text } of framesOf("ascii")) expect(text, file).toMatch(/^\p{ASCII}*$/u);
});

/** Draws the frames of a look, once. */
function framesOf(look: (typeof looks)[number]): readonly Frame[] {
  const known = drawn.get(look);
  if (known !== undefined) return known;
  const store = exampleStore();
  const showing = { store, theme: themeFor(LOOKS[look], true), glyphs: glyphsFor(LOOKS[look]) };
  const frames = VIEW_NAMES.flatMap((view) =>
    SIZES.filter((size) => isDrawn(look, view, size)).map((size) => {
      const run = ABOUT_A_RUN.includes(view) ? "study/v1-seed=1" : undefined;
      const text = drawOnce({ ...showing, size, view, run });
      return {
        file: `${look}-${view}-${size.columns}x${size.rows}.ans`,
        size,
        text: sizeless(text),
      };
    }),
  );
  drawn.set(look, frames);
  return frames;
}

const drawn = new Map<string, readonly Frame[]>();

/** Dark has every view; the other looks, which have its layout, the first two at every size, and one more. */
function isDrawn(look: string, view: string, { columns }: ScreenSize): boolean {
  if (view === "runs" || view === "charts") return true;
  return look === "dark"
    ? columns < 200 || view === "layers"
    : view === "layers" && columns === 120;
}

const ABOUT_A_RUN: readonly string[] = ["run", "layers", "findings"];

/** A frame without the size of the file, which every migration changes. */
function sizeless(text: string): string {
  return text.replace(/ablate\.db \d+ kB/, "ablate.db ### kB");
}

async function changesOf({ file, size, text }: Frame): Promise<readonly string[]> {
  const [before, after] = await Promise.all([
    screenOf(readFileSync(join(FOLDER, file), "utf8"), size),
    screenOf(text, size),
  ]);
  const changes = differences(before, after);
  return changes.length === 0 ? [] : [`${file}:`, ...changes];
}

function filesOf(look: string): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${look}-`))
    .sort();
}

function renew(look: string, frames: readonly Frame[]): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of filesOf(look)) rmSync(join(FOLDER, file));
  for (const { file, text } of frames) writeFileSync(join(FOLDER, file), text);
}
