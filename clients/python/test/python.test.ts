/** The Python package, by its own tests beside today's PyTorch and Debian's; its types; its wheel. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";

const ROOT = join(import.meta.dirname, "..");

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
const old = debianHasPyTorch() ? null : `${DEBIAN} has no torch`;

test.skipIf(skipped(today.missing))(`records what PyTorch trains${because(today.missing)}`, () => {
  const said = python(
    "python3",
    ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
    today.env,
  );

  expect(said).toMatch(/ passed/);
});

test.skipIf(skipped(old))(`records what Debian's PyTorch trains${because(old)}`, () => {
  const { PYTHONPATH: _, ...env } = today.env;

  const said = python(DEBIAN, ["-m", "unittest", ...ON_DEBIAN], env);

  expect(said).toMatch(/^OK/m);
});

test.skipIf(skipped(build.missing ?? today.missing))(
  `types are whole${because(build.missing ?? today.missing)}`,
  () => {
    const where = "import os, torch; print(os.path.dirname(torch.__file__))";
    const torch = spawnSync("python3", ["-c", where], { encoding: "utf8", env: today.env });
    const folder = mkdtempSync(join(tmpdir(), "types-"));
    symlinkSync(torch.stdout.trim(), join(folder, "torch")); // alone: what lies beside it hides the library's own

    const said = python("python3", ["-m", "mypy", "--cache-dir", join(folder, "cache")], {
      ...build.env,
      MYPYPATH: folder,
    });

    expect(said).toMatch(/Success/);
  },
);

test.skipIf(skipped(build.missing))(
  `the wheel installs without PyTorch, and records${because(build.missing)}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "wheel-"));
    const site = join(folder, "site");
    mkdirSync(site);
    const pip = ["-m", "pip", "--disable-pip-version-check"];
    python(
      "python3",
      [...pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
      build.env,
    );
    const [wheel = ""] = readdirSync(folder).filter((name) => name.endsWith(".whl"));
    python(
      "python3",
      [...pip, "install", "--no-deps", "--no-index", "--target", site, join(folder, wheel)],
      build.env,
    );

    const script = `
import os, sys
assert not any(name.startswith("torch") for name in sys.modules)
import ablate_lab
assert os.path.dirname(ablate_lab.__file__) == os.path.join(${JSON.stringify(site)}, "ablate_lab")
assert os.path.exists(os.path.join(os.path.dirname(ablate_lab.__file__), "py.typed"))
with ablate_lab.start(name="a", folder=${JSON.stringify(folder)}) as run:
    run.log(loss=1.5)
print(run.path)`;
    const { stdout, stderr } = spawnSync("python3", ["-S", "-c", script], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, PYTHONPATH: site },
    });

    expect(stderr).toBe("");
    expect(stdout).toMatch(/\.ablate$/m);
    expect(wheel).toMatch(/^ablate_lab-[\d.]+-py3-none-any\.whl$/);
  },
);

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

/** Runs Python in the package and returns what it says. */
function python(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const paths = [join(ROOT, "src"), join(ROOT, "tests"), env.PYTHONPATH].filter(Boolean);
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...env, PYTHONPATH: paths.join(":"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  return `${stdout}${stderr}`;
}
