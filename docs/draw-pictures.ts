/**
 * Draws the pictures in `docs/pictures` anew, from the grids of `pictures.ts`: frames of the UI from the text beside each,
 * `session.png`, which moves, from the recording of a session beside it, charts by `ablate chart`, and the beginning of a
 * report by Chromium. Names of pictures draw these alone.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingPyTorch, trainOwn } from "../packages/cli/test/own-training.ts";
import { animate } from "../testing/picture/animate.ts";
import { castText } from "../testing/picture/cast.ts";
import { drawPicture } from "../testing/picture/draw.ts";
import { pngOf, sourceOf, withSource } from "../testing/picture/png.ts";
import { recordCast, type Scene } from "../testing/picture/record-cast.ts";
import { type ScreenSize, screenOf } from "../testing/picture/screen.ts";
import {
  CHART_FLAGS,
  CHART_PICTURES,
  DOCUMENT_PICTURES,
  type FigurePicture,
  figureSource,
  GRIDS,
  type GridName,
  OWN_PICTURE,
  planCommand,
  REPORT_PICTURE,
} from "./pictures.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PICTURES = join(ROOT, "docs/pictures");
const ABLATE = join(ROOT, "ablate");

/** The least width with panes side by side. */
const SESSION = { columns: 120, rows: 30 };

/** A walk through the UI while a grid is trained. */
const SCENES: readonly Scene[] = [
  { caption: "a grid of 18 runs is being trained", until: /●/, seconds: 1.5 },
  { caption: "every step is on the screen at once", waitMs: 1500, seconds: 1.2 },
  { caption: "every step is on the screen at once", waitMs: 1500, seconds: 1.2 },
  { caption: "the grid has ended", until: /18 finished/, seconds: 2 },
  { type: "2", caption: "2  charts: which is best?", until: /loss/, seconds: 2 },
  {
    type: "6",
    caption: "6  findings: what is wrong, and with which runs",
    until: /saturated/,
    seconds: 2,
  },
  {
    type: "j\rj\r",
    caption: "enter  the evidence: inside the layers",
    until: /gradient/,
    seconds: 2.5,
  },
  { type: "4", caption: "4  compare, with the luck of the seeds", until: /config/, seconds: 2 },
];

const folder = mkdtempSync(join(tmpdir(), "ablate-pictures-"));
const environment = {
  PATH: process.env.PATH ?? "",
  HOME: folder,
  LANG: "C.UTF-8",
  TERM: "xterm-256color",
  COLORTERM: "truecolor",
  XDG_STATE_HOME: join(folder, "state"),
  XDG_CACHE_HOME: join(folder, "cache"),
};
const wanted = process.argv.slice(2);
const trained = new Set<GridName>();

mkdirSync(PICTURES, { recursive: true });
execFileSync(ABLATE, ["--version"]); // builds, if a source is newer
if (isWanted("session")) await drawSession();
for (const { name, themes, size, grid, args } of DOCUMENT_PICTURES) {
  if (!isWanted(name)) continue;
  for (const theme of themes) await drawFrame(`${name}-${theme}`, args, size, theme, store(grid));
}
if (isWanted(OWN_PICTURE.name)) await drawOwn();
for (const picture of CHART_PICTURES.filter(({ name }) => isWanted(name))) drawChart(picture);
if (isWanted(REPORT_PICTURE.name)) drawReport();
rmSync(folder, { recursive: true });

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function folderOf(grid: GridName): string {
  const place = join(folder, grid);
  if (!existsSync(place)) {
    mkdirSync(place);
    for (const name of ["configs", "data"]) symlinkSync(join(ROOT, name), join(place, name));
  }
  return place;
}

function train(grid: GridName): ChildProcess {
  return spawn(ABLATE, [...GRIDS[grid], "--quiet"], {
    cwd: folderOf(grid),
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** The folder of a grid, trained. */
function store(grid: GridName): string {
  if (!trained.has(grid)) ablate(GRIDS[grid], folderOf(grid));
  trained.add(grid);
  return folderOf(grid);
}

function ablate(args: readonly string[], cwd: string): string {
  const env = { ...environment, FORCE_COLOR: "2" };
  return execFileSync(ABLATE, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function drawSession(): Promise<void> {
  const place = folderOf("quickstart");
  const training = train("quickstart");
  const ended = once(training, "exit");
  while (!existsSync(join(place, "ablate.db"))) await new Promise((done) => setTimeout(done, 50));
  const cast = await recordCast(
    { command: [ABLATE, "ui"], folder: place, environment, size: SESSION, title: "ablate ui" },
    SCENES,
  );
  const [status] = await ended;
  if (status !== 0) throw new Error(`the training ended with ${status}`);
  const text = castText(cast);
  writeFileSync(join(PICTURES, "session.cast"), text);
  const moving = await animate(cast, { theme: "dark", source: sourceOf(text) });
  writeFileSync(join(PICTURES, "session.png"), moving);
}

async function drawFrame(
  name: string,
  args: readonly string[],
  size: ScreenSize,
  theme: "dark" | "light",
  place: string,
): Promise<void> {
  const where = ["--size", `${size.columns}x${size.rows}`, "--theme", theme];
  const text = ablate([...args, ...where], place);
  writeFileSync(join(PICTURES, `${name}.ans`), text);
  const picture = drawPicture(await screenOf(text, size), { theme });
  writeFileSync(join(PICTURES, `${name}.png`), pngOf(picture, sourceOf(text)));
}

async function drawOwn(): Promise<void> {
  if (missingPyTorch !== null) {
    process.stderr.write(`own-training-dark.png stays: ${missingPyTorch}\n`);
    return;
  }
  const said = trainOwn(readFileSync(join(ROOT, "README.md"), "utf8"), folder);
  if (said !== "") throw new Error(said);
  const { name, args, size } = OWN_PICTURE;
  await drawFrame(`${name}-dark`, args, size, "dark", folder);
}

function drawChart(picture: FigurePicture): void {
  const file = join(folder, `${picture.name}.png`);
  ablate([...picture.args, ...CHART_FLAGS, "-o", file], store(picture.grid));
  writeFigure(picture, readFileSync(file));
}

function drawReport(): void {
  const { name, grid, args, size } = REPORT_PICTURE;
  const page = join(folder, `${name}.html`);
  const file = join(folder, `${name}.png`);
  ablate([...args, "-o", page], store(grid));
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const window = `--window-size=${size.width},${size.height}`;
  const options = ["--headless", "--disable-gpu", "--hide-scrollbars", window];
  execFileSync("chromium", [...root, ...options, `--screenshot=${file}`, `file://${page}`], {
    stdio: "ignore",
  });
  writeFigure(REPORT_PICTURE, readFileSync(file));
}

function writeFigure(picture: FigurePicture, png: Uint8Array): void {
  const planned = ablate(planCommand(picture.grid), store(picture.grid));
  const source = sourceOf(figureSource(picture, planned));
  writeFileSync(join(PICTURES, `${picture.name}.png`), withSource(png, source));
}
