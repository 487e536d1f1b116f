import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives all tests one temporary folder, so that nothing of them is left in the system's own. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tests-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
