/** Chromium, for tests that look at the website as a reader does. */
import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";
import { test } from "vitest";

const found = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();

/** Is skipped where there is no chromium, and fails there in CI, which installs it. */
export const chromiumTest: ReturnType<typeof test.skipIf> = test.skipIf(
  found === "" && !process.env.CI,
);

/** A browser on a busy machine. */
export const PATIENCE = 110_000;

export async function launch(): Promise<Browser | undefined> {
  if (found === "" && !process.env.CI) return undefined;
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: found, args, timeout: PATIENCE });
}
