import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../../ablate", import.meta.url));

test("the launcher works through symlinks, from any folder, and passes the exit code on", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-launcher-"));
  symlinkSync(LAUNCHER, join(folder, "first"));
  symlinkSync("first", join(folder, "second"));
  const options = { cwd: folder, encoding: "utf8" } as const;

  const version = spawnSync(join(folder, "second"), ["--version"], options);
  const mistake = spawnSync(join(folder, "second"), ["rums"], options);

  expect([version.status, version.stderr]).toEqual([0, ""]);
  expect(version.stdout).toMatch(/^ablate \d/);
  expect([mistake.status, mistake.stdout]).toEqual([2, ""]);
});

test("without an installation the launcher says what to type", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-launcher-"));
  copyFileSync(LAUNCHER, join(folder, "ablate"));

  const { status, stdout, stderr } = spawnSync(join(folder, "ablate"), ["runs"], {
    cwd: folder,
    encoding: "utf8",
  });

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("npx pnpm@12 install");
});
