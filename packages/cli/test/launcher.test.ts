import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
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

/** The packages that one needs, each after those that it needs itself. */
function neededBy(name: string): readonly string[] {
  const file = new URL(`../../${name}/package.json`, import.meta.url);
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, "utf8"));
  const direct = Object.keys({ ...dependencies, ...devDependencies })
    .filter((dependency) => dependency.startsWith("@ablate/"))
    .map((dependency) => dependency.replace("@ablate/", ""));
  return [...new Set([...direct.flatMap(neededBy), ...direct])];
}

test("the launcher builds every package that the command needs, in an order that works", () => {
  const script = readFileSync(LAUNCHER, "utf8");
  const [checked, built] = [...script.matchAll(/for name in (.+?); do/g)].map(([, names = ""]) =>
    names.split(" "),
  );

  expect(checked?.toSorted()).toEqual(neededBy("cli").toSorted());
  expect(built?.toSorted()).toEqual([...neededBy("cli"), "cli"].toSorted());
  for (const [i, name] of (built ?? []).entries()) {
    expect(built?.slice(0, i)).toEqual(expect.arrayContaining([...neededBy(name)]));
  }
});
