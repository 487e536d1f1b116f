/** Draws the pictures in docs/diagnostics.md anew, from the runs of docs/diagnostics.yaml. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawPictures, trainingCommands } from "../packages/cli/test/diagnosis-pictures.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = join(ROOT, "docs/diagnostics.md");

const folder = mkdtempSync(join(tmpdir(), "ablate-diagnoses-"));
const ablate = (...args: readonly string[]): string =>
  spawnSync(join(ROOT, "ablate"), args, {
    cwd: folder,
    env: { ...process.env, LANG: "C.UTF-8", NO_COLOR: "1" },
    encoding: "utf8",
  }).stdout;

const few = join(folder, "few.txt");
const names = readFileSync(join(ROOT, "data/names.txt"), "utf8").split("\n");
writeFileSync(few, names.slice(0, 60).join("\n"));
for (const args of trainingCommands(join(ROOT, "docs/diagnostics.yaml"), few)) ablate(...args);
writeFileSync(PAGE, drawPictures(readFileSync(PAGE, "utf8"), ablate));
rmSync(folder, { recursive: true });
