/** The installed Python package, by its own tests beside today's PyTorch and Debian's; its types. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { type Installed, installWheel, must, PACKAGE, withInstalled } from "./wheel.ts";

/** Where Debian has its Python, beside whose PyTorch 1.13 the package works as well. */
const DEBIAN = "/usr/bin/python3";

/** Those that need neither pytest nor what came with PyTorch 2. */
const ON_DEBIAN = [
  "test_ratios",
  "test_setups",
  "test_same_bits",
  "test_objects",
  "test_parameters",
  "test_probes_watch",
];

const today = pythonWith("torch");
const build = pythonWith("build");
const old = build.missing ?? (debianHasPyTorch() ? null : `${DEBIAN} has no torch`);
const lacking = build.missing ?? today.missing;

let made: Installed | undefined;
function installed(): Installed {
  made ??= installWheel();
  return made;
}

test.skipIf(skipped(lacking))(`the wheel records what PyTorch trains${because(lacking)}`, () => {
  const said = ownTests(
    "python3",
    ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
    today.env,
  );

  expect(said).toMatch(/ passed/);
});

test.skipIf(skipped(old))(`the wheel records what Debian's PyTorch trains${because(old)}`, () => {
  const { PYTHONPATH: _, ...env } = today.env;

  const said = ownTests(DEBIAN, ["-m", "unittest", ...ON_DEBIAN], env);

  expect(said).toMatch(/^OK/m);
});

test.skipIf(skipped(lacking))(`types are whole${because(lacking)}`, () => {
  const where = "import os, torch; print(os.path.dirname(torch.__file__))";
  const torch = must("python3", ["-c", where], { env: today.env });
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  symlinkSync(torch.trim(), join(folder, "torch")); // alone: what lies beside it hides the library's own

  const said = must("python3", ["-m", "mypy", "--cache-dir", join(folder, "cache")], {
    cwd: PACKAGE,
    env: { ...build.env, MYPYPATH: folder },
  });

  expect(said).toMatch(/Success/);
});

/** In CI nothing is skipped: what is missing fails there. */
function skipped(missing: string | null): boolean {
  return missing !== null && process.env.CI === undefined;
}

function because(missing: string | null): string {
  return missing === null ? "" : ` (skipped: ${missing})`;
}

function debianHasPyTorch(): boolean {
  const { PYTHONPATH: _, ...env } = process.env;
  return spawnSync(DEBIAN, ["-c", "import torch"], { env }).status === 0;
}

/** Runs the tests of the source distribution, to which only the installed package is known. */
function ownTests(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const { source, site } = installed();
  const known = withInstalled(env, site, join(source, "tests"));
  const where = must(program, ["-c", "import ablate_lab; print(ablate_lab.__file__)"], {
    cwd: source,
    env: known,
  });
  expect(where.trim()).toBe(join(site, "ablate_lab/__init__.py"));
  return must(program, args, { cwd: source, env: known });
}
