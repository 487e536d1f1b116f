/**
 * Draws the pictures in `docs/pictures` anew, on a store of the quickstart grid with three seeds: those of `pictures.ts`
 * from the text of a frame beside each, and `session.png`, which moves, from the recording of a session beside it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { animate } from "../testing/picture/animate.ts";
import { castText } from "../testing/picture/cast.ts";
import { drawPicture } from "../testing/picture/draw.ts";
import { pngOf, sourceOf } from "../testing/picture/png.ts";
import { recordCast, type Scene } from "../testing/picture/record-cast.ts";
import { screenOf } from "../testing/picture/screen.ts";
import { DOCUMENT_PICTURES, type DocumentPicture } from "./pictures.ts";

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

mkdirSync(PICTURES, { recursive: true });
execFileSync(ABLATE, ["--version"]); // builds, if a source is newer
await drawSession(train());
for (const picture of DOCUMENT_PICTURES) {
  for (const theme of picture.themes) await drawFrame(picture, theme);
}
rmSync(folder, { recursive: true });

function train(): ChildProcess {
  const config = join(ROOT, "configs/quickstart.yaml");
  const options = ["--seeds", "1,2,3", "--quiet"];
  return spawn(ABLATE, ["run", config, ...options], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function drawSession(training: ChildProcess): Promise<void> {
  const ended = once(training, "exit");
  while (!existsSync(join(folder, "ablate.db"))) await new Promise((done) => setTimeout(done, 50));
  const command = [ABLATE, "ui"] as const;
  const cast = await recordCast(
    { command: [...command], folder, environment, size: SESSION, title: "ablate ui" },
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
  { name, size, args }: DocumentPicture,
  theme: DocumentPicture["themes"][number],
): Promise<void> {
  const where = ["--size", `${size.columns}x${size.rows}`, "--theme", theme];
  const text = execFileSync(ABLATE, [...args, ...where], {
    cwd: folder,
    env: { ...environment, FORCE_COLOR: "2" },
    encoding: "utf8",
  });
  writeFileSync(join(PICTURES, `${name}-${theme}.ans`), text);
  const picture = drawPicture(await screenOf(text, size), { theme });
  writeFileSync(join(PICTURES, `${name}-${theme}.png`), pngOf(picture, sourceOf(text)));
}
