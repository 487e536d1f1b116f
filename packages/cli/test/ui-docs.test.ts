/** The frames and the keys in the documents are those of the program. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { VIEW_NAMES } from "@ablate/tui";
import { beforeAll, expect, test } from "vitest";
import { withKeyTables } from "../../../docs/key-tables.ts";
import { DOCUMENT_PICTURES } from "../../../docs/pictures.ts";
import { readCast } from "../../../testing/picture/cast.ts";
import { sourceOf } from "../../../testing/picture/png.ts";
import { screenOf } from "../../../testing/picture/screen.ts";
import { page } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

type DrawnFrame = { readonly args: string; readonly drawn: readonly string[] };

const frames = ["docs/ui.md"].flatMap((name) =>
  [...page(name).matchAll(/<!-- frame: (.*) -->\n```\n([\s\S]*?)\n```\n/g)].map(
    ([, args = "", drawn = ""]): DrawnFrame => ({ args, drawn: drawn.split("\n") }),
  ),
);

const PICTURES = fileURLToPath(new URL("../../../docs/pictures", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = makeFolder();
  const config = new URL("../../../configs/quickstart.yaml", import.meta.url).pathname;
  await train(folder, config, "--seeds", "1,2,3", "--steps", "50");
});

test("the documents show every view", () => {
  const views = frames.map(({ args }) => /--view (\w+)/.exec(args)?.[1] ?? "runs");
  expect(new Set(views)).toEqual(new Set(VIEW_NAMES));
});

test.each(frames)("$args prints a frame like the one in the documents", async ({ args, drawn }) => {
  const { status, stdout, stderr } = await ablate(
    folder,
    ...args.split(" "),
    "--glyphs",
    "braille",
  );
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines.length).toBe(drawn.length);
  expect(lines.slice(1, 2)).toEqual(drawn.slice(1, 2));
  expect(lines.at(-1)).toBe(drawn.at(-1));
});

const pictures = DOCUMENT_PICTURES.flatMap(({ themes, ...picture }) =>
  themes.map((theme) => ({ ...picture, theme, file: `${picture.name}-${theme}` })),
);

test.each(pictures)("the picture $file is one of a frame like today's", async (picture) => {
  const { file, theme, args, size } = picture;
  const png = readFileSync(join(PICTURES, `${file}.png`));
  const text = readFileSync(join(PICTURES, `${file}.ans`), "utf8");
  const drawn = stripVTControlCharacters(text).trimEnd().split("\n");
  const where = ["--size", `${size.columns}x${size.rows}`, "--theme", theme];

  const { stdout } = await ablate(folder, ...args, ...where);

  const lines = stdout.trimEnd().split("\n");
  expect(png.includes(sourceOf(text)), "drawn from the text beside it").toBe(true);
  expect(lines[1]).toBe(drawn[1]?.trimEnd());
  expect(lines.at(-1)).toBe(drawn.at(-1)?.trimEnd());
});

test("the moving picture is that of the recorded session, in which the views are today's", async () => {
  const text = readFileSync(join(PICTURES, "session.cast"), "utf8");
  const { size, events } = readCast(text);
  const [first = ""] = events.flatMap((event) => (event.kind === "output" ? event.text : []));
  const shown = (await screenOf(first, size)).map((cells) => cells.map((cell) => cell.text || " "));
  const { stdout } = await ablate(folder, "ui", "--once", "--size", `${size.columns}x${size.rows}`);

  expect(readFileSync(join(PICTURES, "session.png")).includes(sourceOf(text))).toBe(true);
  expect(shown[1]?.join("").trimEnd()).toBe(stdout.split("\n")[1]);
  expect(events.at(-1)?.seconds).toBeGreaterThan(10);
  expect(events.at(-1)?.seconds).toBeLessThan(20);
});

test("README opens with the cockpit and shows the session; every picture is shown, and none is too large for a page", () => {
  const opening = page("README.md").split("\n## ")[0] ?? "";
  const shown = page("README.md") + page("docs/ui.md") + page("docs/gallery.md");
  const files = readdirSync(PICTURES);

  expect(opening).toContain('src="docs/pictures/cockpit-dark.png"');
  expect(page("README.md")).toContain('src="docs/pictures/session.png"');
  for (const file of files.filter((name) => name.endsWith(".png"))) {
    expect(shown).toContain(`pictures/${file}`);
  }
  for (const file of files) expect(statSync(join(PICTURES, file)).size, file).toBeLessThan(250_000);
});

test("the tables of keys and commands are the program's", () => {
  const documented = page("docs/ui.md");

  expect(documented).toContain("### Commands");
  expect(withKeyTables(documented)).toBe(documented);
});

test.each([
  [["ui", "--view", "nope"], "--view takes one of grids, runs, charts, run, compare, layers"],
  [["ui", "--once", "--size", "wide"], "--size takes COLSxROWS"],
  [["ui", "--glyphs", "emoji"], "--glyphs takes one of braille, block, ascii"],
  [["ui", "--run", "nobody"], 'there is no run "nobody"'],
  [["ui", "--store", "nowhere.db"], "there is no store at"],
  [
    ["ui", "--once", "--sort", "vaild"],
    '--sort: there is no column "vaild"; did you mean "valid"?',
  ],
  [["ui", "--once", "--steps", "x"], '--steps: "x" is no range of steps'],
])("%j is one sentence and exit code 2", async (args, message) => {
  const { status, stdout, stderr } = await ablate(folder, ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("what a typed command says is a flag, and a frame shows it", async () => {
  const flags = ["--fresh", "--group", "none", "--filter", "v5", "--sort", "valid desc"];
  const { status, stdout } = await ablate(
    folder,
    ...["ui", "--once", "--size", "120x40", "--view", "charts", ...flags],
    ...["--steps", "10-30", "--y", "2 to 4", "--metrics", "loss"],
  );

  expect(status).toBe(0);
  expect(stdout).toContain("3 of 18 runs");
  expect(stdout).toContain("21 steps from 10");
  expect(stdout).not.toContain("update:data");
});

test("where there is no terminal, ui prints one plain frame", async () => {
  const { status, stdout } = await ablate(folder, "ui");

  expect(status).toBe(0);
  expect(stdout).toContain("1 Runs  2 Charts");
  expect(stdout).not.toContain("\u001b");
});

test("show draws the loss and the update:data ratios", async () => {
  const { stdout } = await ablate(folder, "show", "v5-seed=1");

  expect(stdout).toContain("loss, nats");
  expect(stdout).toMatch(/hidden1\.weight +−\d\.\d\d +too early/);
});
