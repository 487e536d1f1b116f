/** The Python package as a registry would have it: its distributions, its metadata, its command. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { buildPackage, type Installed, installWheel, must, PACKAGE } from "./wheel.ts";

const CHECKOUT = join(PACKAGE, "../..");
const { missing } = pythonWith("build");
const because = missing === null ? "" : ` (skipped: ${missing})`;
const lacksBuild = missing !== null && process.env.CI === undefined;

let made: Installed | undefined;
function installed(): Installed {
  made ??= installWheel();
  return made;
}

test.skipIf(lacksBuild)(
  `the source distribution builds the same wheel as the checkout${because}`,
  () => {
    const fromCheckout = buildPackage(PACKAGE, "wheel");

    expect(installed().wheel).toMatch(/\/ablate_lab-[\d.]+-py3-none-any\.whl$/);
    expect(contentOf(installed().wheel)).toBe(contentOf(fromCheckout));
    expect(contentOf(fromCheckout)).toContain("ablate_lab/py.typed");
  },
);

test.skipIf(lacksBuild)(`the wheel installs without PyTorch, and records${because}`, () => {
  const { site } = installed();
  const folder = temporary();
  const script = `
import os, sys
assert not any(name.startswith("torch") for name in sys.modules)
import ablate_lab
assert os.path.dirname(ablate_lab.__file__) == os.path.join(${JSON.stringify(site)}, "ablate_lab")
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
});

test.skipIf(lacksBuild)(
  `links and addresses are those of the repository that package.json names${because}`,
  () => {
    const checkout = temporary();
    cpSync(PACKAGE, join(checkout, "clients/python"), { recursive: true });
    const repository = { type: "git", url: "git+https://git.example/a/b.git" };
    writeFileSync(join(checkout, "package.json"), JSON.stringify({ repository }));

    const { wheel } = installWheel(join(checkout, "clients/python"));

    const said = metadataOf(wheel);
    expect(said).toContain("Project-URL: Source, https://git.example/a/b\n");
    expect(said).toContain("](https://git.example/a/b/blob/HEAD/docs/performance.md)");
    expect(said).not.toMatch(/\]\(\.\.?\//);
    expect(metadataOf(installed().wheel)).not.toMatch(/\]\(\.\.?\//);
  },
);

test.skipIf(lacksBuild)(`ablate-lab is the command ablate that is on the PATH${because}`, () => {
  const bin = temporary();
  symlinkSync(join(CHECKOUT, "ablate"), join(bin, "ablate"));
  const path = `${bin}:${process.env.PATH}`;

  const whole = start(["query", "select 'a b' as it", "--json"], { path });
  const wrong = start(["--no-such-flag"], { path });

  expect(whole.stderr).toMatch(/ablate\.db/); // there is no store in this folder, which only the command can know
  expect(wrong.stderr).toMatch(/no-such-flag/);
  expect([whole.status, wrong.status]).toEqual([2, 2]);
});

test.skipIf(lacksBuild)(
  `the command is found in node_modules, and where npx keeps it${because}`,
  () => {
    const project = temporary();
    const inside = join(project, "notebooks/today");
    mkdirSync(inside, { recursive: true });
    const cache = temporary();

    const nowhere = start(["runs", "a b"], { cwd: inside, cache });
    script(modulesCommand(join(cache, "_npx/0a1b")), "echo npx");
    const kept = start(["runs", "a b"], { cwd: inside, cache });
    script(modulesCommand(project), 'echo project; for word; do echo "$word"; done; exit 3');
    const own = start(["runs", "a b"], { cwd: inside, cache });

    expect(nowhere.status).toBe(2);
    expect(kept.stdout).toBe("npx\n");
    expect(own.stdout).toBe("project\nruns\na b\n");
    expect(own.status).toBe(3);
  },
);

test.skipIf(lacksBuild)(
  `says how to install the command, and never takes another's for it${because}`,
  () => {
    const bin = temporary();
    script(join(bin, "ablate"), "echo the PyPI package ablate", "#!/usr/bin/python3");
    mkdirSync(join(bin, "node_modules/.bin"), { recursive: true });
    script(join(bin, "node_modules/.bin/ablate"), "echo the npm package ablate");

    const { status, stdout, stderr } = start(["ui"], { path: bin, cwd: bin });

    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      "ablate-lab: the command `ablate` is not installed; install it with `npm install -g ablate-lab`, which needs Node 24 or later\n",
    );
  },
);

type Where = { readonly path?: string; readonly cwd?: string; readonly cache?: string };

/** Starts the installed script `ablate-lab`, by default where no `ablate` is. */
function start(args: readonly string[], { path, cwd, cache }: Where) {
  return spawnSync(join(installed().site, "bin/ablate-lab"), args, {
    encoding: "utf8",
    cwd: cwd ?? temporary(),
    env: {
      PATH: path ?? temporary(),
      HOME: temporary(),
      npm_config_cache: cache ?? temporary(),
      PYTHONPATH: installed().site,
    },
  });
}

/** Makes the folders of an installed `ablate-lab`. @returns where its command belongs */
function modulesCommand(folder: string): string {
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  mkdirSync(join(folder, "node_modules/ablate-lab"));
  return join(folder, "node_modules/.bin/ablate");
}

function script(path: string, text: string, first = "#!/bin/sh"): void {
  writeFileSync(path, `${first}\n${text}\n`);
  chmodSync(path, 0o755);
}

/** Returns names and hashes of what a wheel has: its RECORD. */
function contentOf(wheel: string): string {
  return readMember(wheel, "RECORD");
}

function metadataOf(wheel: string): string {
  return readMember(wheel, "METADATA");
}

function readMember(wheel: string, name: string): string {
  const read = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    print(*(wheel.read(one).decode() for one in wheel.namelist() if one.endswith(sys.argv[2])))`;
  return must("python3", ["-c", read, wheel, `.dist-info/${name}`]);
}

function temporary(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "python-package-")));
}
