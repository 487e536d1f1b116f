/** docs/gallery.md: its pictures are those of its commands and configs, and drawn from what these are today. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import {
  CHART_FLAGS,
  CHART_PICTURES,
  DOCUMENT_PICTURES,
  type FigurePicture,
  figureSource,
  GRIDS,
  OWN_PICTURE,
  planCommand,
  REPORT_PICTURE,
  typed,
} from "../../../docs/pictures.ts";
import { sourceOf, withSource } from "../../../testing/picture/png.ts";
import { blocks, page } from "./documents.ts";
import { checkoutFolder, commandsOf, inShell } from "./drawn-page.ts";
import { ablate } from "./make.ts";

const PICTURES = fileURLToPath(new URL("../../../docs/pictures", import.meta.url));
const NAMES = new URL("../../../data/names.txt", import.meta.url);
const gallery = page("docs/gallery.md");
const commands = blocks(gallery, "sh").flatMap(commandsOf);
const figures = [...CHART_PICTURES, REPORT_PICTURE];

let folder = "";
beforeAll(() => {
  folder = checkoutFolder();
});

test("the gallery shows every picture, below the command that draws it", () => {
  const frames = [...DOCUMENT_PICTURES, { ...OWN_PICTURE, themes: ["dark"] }];
  for (const { name, themes, args } of frames) {
    for (const theme of themes) {
      const [before = ""] = gallery.split(`pictures/${name}-${theme}.png`);
      expect(before).toContain(`${typed(args.filter((word) => word !== "--once"))}\n`);
    }
  }
  for (const { name, args } of figures) {
    const [before = ""] = gallery.split(`pictures/${name}.png`);
    expect(before).toContain(`${typed(args)} -o `);
  }
  for (const args of Object.values(GRIDS)) expect(commands).toContain(typed(args));
});

test("every command runs, from the top to the end", () => {
  const names = readFileSync(NAMES, "utf8").split("\n").slice(0, 300);
  writeFileSync(join(folder, "few.txt"), names.join("\n"));
  mkdirSync(join(folder, "runs"));
  writeFileSync(join(folder, "runs", "metrics.csv"), "step,loss\n0,3\n1,2\n");

  for (const line of commands) {
    const short = line.startsWith("ablate run ")
      ? `${line} --steps 20 --set data.file=few.txt`
      : line;
    const { status, stderr } = inShell(short, folder, { store: "gallery.db" });
    expect.soft(status, `${line}: ${stderr}`).toBe(0);
  }
}, 120_000);

test.each(figures)(
  "the picture $name is drawn from the runs and the command of today",
  async (picture) => {
    const png = readFileSync(join(PICTURES, `${picture.name}.png`));

    expect(png.includes(await sourceNow(picture))).toBe(true);
  },
);

test("the charts of the quickstart grid are the same bytes when it is trained again", async () => {
  const charts = CHART_PICTURES.filter(({ grid }) => grid === "quickstart");
  expect((await ablate(folder, ...GRIDS.quickstart, "--quiet")).status).toBe(0);

  expect(charts.length).toBeGreaterThan(1);
  for (const picture of charts) {
    const drawn = join(folder, `${picture.name}.png`);
    await ablate(folder, ...picture.args, ...CHART_FLAGS, "-o", drawn);

    const today = withSource(readFileSync(drawn), await sourceNow(picture));
    const shown = readFileSync(join(PICTURES, `${picture.name}.png`));
    expect(shown.equals(today), picture.name).toBe(true);
  }
}, 120_000);

async function sourceNow(picture: FigurePicture): Promise<string> {
  const { stdout } = await ablate(folder, ...planCommand(picture.grid));
  return sourceOf(figureSource(picture, stdout));
}
