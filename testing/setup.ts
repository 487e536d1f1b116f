import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ABLATE = fileURLToPath(new URL("../ablate", import.meta.url));

/** Builds what tests run, and gives all of them one temporary folder, so that nothing is left in the system's own. */
export function setup(): () => void {
  const { status } = spawnSync(ABLATE, ["--version"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("the build failed");
  const folder = mkdtempSync(join(tmpdir(), "ablate-tests-"));
  process.env.TMPDIR = folder;
  process.env.NODE_COMPILE_CACHE = join(folder, "compiled"); // of the many processes that tests start
  return () => rmSync(folder, { recursive: true, force: true });
}
