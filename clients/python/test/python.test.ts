/** The Python package, by its own tests: beside today's PyTorch, and those that need no pytest beside Debian's. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";

const ROOT = join(import.meta.dirname, "..");

const today = pythonWith("torch");

test.skipIf(today.missing)(`records what PyTorch trains${because(today.missing)}`, () => {
  const said = tested(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"], today.env);

  expect(said).toMatch(/ passed/);
});

function because(missing: string | null): string {
  return missing === null ? "" : ` (skipped: ${missing})`;
}

/** Runs Python in the package and returns what it says. */
function tested(args: readonly string[], env: NodeJS.ProcessEnv): string {
  const paths = [join(ROOT, "src"), join(ROOT, "tests"), env.PYTHONPATH].filter(Boolean);
  const { stdout, stderr, status } = spawnSync("python3", args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...env, PYTHONPATH: paths.join(":"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  return stdout;
}
