/**
 * Draws the frames in docs/ui.md and docs/your-own-training.md anew: after a line `<!-- frame: ARGUMENTS -->` comes
 * what `ablate ARGUMENTS` prints on a store of the quickstart grid with three seeds. Writes the table
 * of keys in docs/ui.md as well. After `<!-- own training: ARGUMENTS -->` comes what it prints of the script of README.md,
 * where a Python has PyTorch.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingPyTorch, OWN_FRAME, trainOwn } from "../packages/cli/test/own-training.ts";
import { withKeyTables } from "./key-tables.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = ["docs/your-own-training.md", "docs/ui.md"];
const FRAME = /(<!-- frame: (.*) -->\n```\n)[\s\S]*?(```\n)/g;

const folder = mkdtempSync(join(tmpdir(), "ablate-frames-"));
const environment = {
  ...process.env,
  LANG: "C.UTF-8",
  NO_COLOR: "1",
  XDG_CACHE_HOME: join(folder, "cache"),
};
const ablate = (args: readonly string[]): string =>
  execFileSync(join(ROOT, "ablate"), args, { cwd: folder, env: environment, encoding: "utf8" });

ablate(["run", join(ROOT, "configs/quickstart.yaml"), "--seeds", "1,2,3", "--quiet"]);
for (const page of PAGES) {
  const text = readFileSync(join(ROOT, page), "utf8");
  const drawn = text.replace(
    FRAME,
    (_, head: string, args: string, tail: string) => head + ablate(args.split(" ")) + tail,
  );
  writeFileSync(join(ROOT, page), drawOwn(withKeyTables(drawn)));
}
rmSync(folder, { recursive: true });

function drawOwn(page: string): string {
  if (missingPyTorch !== null) process.stderr.write(`own training stays: ${missingPyTorch}\n`);
  if (missingPyTorch !== null || !page.includes("<!-- own training: ui")) return page;
  trainOwn(readFileSync(join(ROOT, "README.md"), "utf8"), folder);
  const frameOf = (args: string) => ablate(args.split(" "));
  return page.replace(
    OWN_FRAME,
    (_, head: string, args: string, _old: string, tail: string) => head + frameOf(args) + tail,
  );
}
