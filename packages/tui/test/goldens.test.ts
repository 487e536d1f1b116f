/**
 * Frames of a small store as terminals of several kinds show them, colours and all. `pnpm goldens` draws the files
 * anew, `pnpm picture FILE` makes a picture of one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { visibleLines } from "@ablate/text";
import { expect, test } from "vitest";
import { type ScreenSize, screenOf } from "../../../testing/picture/screen.ts";
import { glyphsFor, show, themeFor } from "../src/terminal/show.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { colourCodes, differences } from "./frame-differences.ts";
import { exampleStore, press, session } from "./make.ts";

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
type Look = (typeof looks)[number];

test.each(looks)("frames look as they did: %s", async (look) => {
  const frames = framesOf(look);
  if (process.env.ABLATE_GOLDENS === "renew") renew(look, frames);

  const files = frames.map(({ file }) => file);
  const gone = filesOf(look).filter((file) => !files.includes(file));
  const changes = await Promise.all(frames.map(changesOf));

  const told = [...changes.flat(), ...gone.map((file) => `${file}: is drawn no more`)];
  if (told.length > 0) {
    expect.fail(`${told.join("\n")}\n\nIf they are meant to: npx pnpm@12 goldens`);
  }
});

test("a terminal gets no colours that it does not know", () => {
  const codes = (look: Look) => new Set(framesOf(look).flatMap(({ text }) => colourCodes(text)));

  expect([...codes("none")]).toEqual([]);
  expect([...codes("16-colours")].filter((code) => /^[34]8/.test(code))).toEqual([]);
});

test("a terminal without UTF-8 gets nothing but ASCII", () => {
  for (const { file, text } of framesOf("ascii")) expect(text, file).toMatch(/^\p{ASCII}*$/u);
});

/** What is on the screen: a view, and what was pressed in it. */
type Shot = { readonly name: string; readonly view: string; readonly keys: readonly string[] };

const SHOTS: readonly Shot[] = [
  ...VIEW_NAMES.map((view) => ({ name: view, view, keys: [] })),
  { name: "help", view: "runs", keys: ["?"] },
  { name: "chooser", view: "runs", keys: ["s"] },
  { name: "cursor", view: "charts", keys: ["c", "right", "right"] },
];

/** Draws the frames of a look, once. */
function framesOf(look: Look): readonly Frame[] {
  const known = drawn.get(look);
  if (known !== undefined) return known;
  const store = exampleStore();
  const frames = SHOTS.flatMap((shot) =>
    SIZES.filter((size) => isDrawn(look, shot.name, size)).map((size) => ({
      file: `${look}-${shot.name}-${size.columns}x${size.rows}.ans`,
      size,
      text: sizeless(frameOf(store, { look, size, ...shot })),
    })),
  );
  drawn.set(look, frames);
  return frames;
}

const drawn = new Map<string, readonly Frame[]>();

/** Dark has every shot; the other looks, which have its layout, the view Runs at every size, and one or two others. */
function isDrawn(look: string, name: string, { columns }: ScreenSize): boolean {
  if (name === "runs") return true;
  if (look === "dark") return columns < 200;
  return columns === 120 && (name === "layers" || (look === "light" && name === "cursor"));
}

const ABOUT_A_RUN: readonly string[] = ["run", "layers", "findings"];

function frameOf(
  store: string,
  { look, size, view, keys }: Shot & { readonly look: Look; readonly size: ScreenSize },
): string {
  const glyphs = glyphsFor(LOOKS[look]);
  const theme = themeFor(LOOKS[look], true);
  const isAboutRun = ABOUT_A_RUN.includes(view);
  const settings = { view, findingScope: isAboutRun ? "run" : "marked" } as const;
  const ui = session(store, { ...size, glyphs, depth: theme.depth, settings });
  if (isAboutRun) ui.open("study/v1-seed=1");
  press(ui, ...keys);
  const { header, body, footer } = ui.frame;
  return [...header, ...body, ...footer]
    .map((line) => `${visibleLines(show(line, { theme, glyphs }).trimEnd())}\n`)
    .join("");
}

/** A frame without the size of the file, which every migration changes. */
function sizeless(text: string): string {
  return text.replace(/ablate\.db \d+ kB/, "ablate.db ### kB");
}

async function changesOf({ file, size, text }: Frame): Promise<readonly string[]> {
  if (!existsSync(join(FOLDER, file))) return [`${file}: is new`];
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
