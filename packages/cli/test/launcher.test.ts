import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

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

const LIMITS = [
  ["-n 20", "open files"],
  ["-n 63", "open files"],
  ["-v 1000000", "address space in kB"],
  ["-d 500000", "data in kB"],
  ["-s 64", "the stack in kB"],
];

test.each(LIMITS)("under ulimit %s the launcher says which limit is too low", (limit, what) => {
  const script = `ulimit ${limit}; exec "$0" --version`;

  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, LAUNCHER], {
    encoding: "utf8",
  });

  expect([status, stdout]).toEqual([2, ""]);
  const [flag, number] = limit.split(" ");
  expect(stderr).toMatch(
    new RegExp(`^ablate: the limit on ${what} is ${number} \\(ulimit ${flag}\\), .* raise it.*\n$`),
  );
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

const PACKAGES = [
  ...[
    "assets",
    "text",
    "figures",
    "core",
    "frames",
    "store",
    "record",
    "runner",
    "remote",
    "report",
    "tui",
  ],
  "cli",
];

/** Says that it began, and ends once the file `go` is there. */
const KERNELS = `
  const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
  appendFileSync("../../log", "kernels\\n");
  mkdirSync("dist", { recursive: true });
  for (const name of ["kernels", "kernels-soft", "kernels-scalar"]) writeFileSync("dist/" + name + ".wasm", "");
  const timer = setInterval(() => existsSync("../../go") && clearInterval(timer), 20);`;
const BUILD = `
  const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
  appendFileSync("../../log", "build\\n");
  mkdirSync("dist", { recursive: true });
  for (const name of ["index.js", "main.js"]) writeFileSync("dist/" + name, "console.log('runs')");`;

/** A checkout in little that was never built; who locks with `tool` leaves a line in `log`. */
function checkout(tool: "flock" | "perl"): string {
  const root = mkdtempSync(join(tmpdir(), "ablate-launcher-"));
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  copyFileSync(LAUNCHER, join(root, "ablate"));
  for (const name of ["package.json", "tsconfig.json", "rolldown.config.js", "pnpm-lock.yaml"]) {
    write(name, "{}");
  }
  for (const name of PACKAGES) {
    const scripts = { kernels: "node kernels.cjs", build: "node build.cjs" };
    write(`packages/${name}/package.json`, JSON.stringify({ scripts }));
    write(`packages/${name}/tsconfig.build.json`, "{}");
    write(`packages/${name}/src/index.ts`, "");
    write(`packages/${name}/build.cjs`, BUILD);
  }
  write("packages/core/kernels.cjs", KERNELS);
  write("packages/core/kernels/index.ts", "");
  mkdirSync(join(root, "node_modules/node/bin"), { recursive: true });
  symlinkSync(process.execPath, join(root, "node_modules/node/bin/node"));
  const real = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
  expect(real).toContain(tool);
  if (tool === "perl") write("bin/flock", "#!/bin/sh\nexit 127\n", 0o755);
  write(`bin/${tool}`, `#!/bin/sh\necho locks >> log\nexec ${real} "$@"\n`, 0o755);
  return root;
}

/** Starts a launcher in a group of its own. */
function launch(root: string): { readonly pid: number; readonly ended: Promise<string> } {
  const env = { ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` };
  const child = spawn(join(root, "ablate"), [], { env, detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, "close").then(([code]) => `${output}${code}`);
  return { pid: child.pid ?? 0, ended };
}

async function untilLogged(root: string, text: string): Promise<void> {
  await vi.waitFor(() => expect(readFileSync(join(root, "log"), "utf8")).toBe(text), 30_000);
}

test.each(["flock", "perl"] as const)("two launchers build once (%s)", async (tool) => {
  const root = checkout(tool);
  const first = launch(root);
  await untilLogged(root, "locks\nkernels\n");
  const second = launch(root);
  await untilLogged(root, "locks\nkernels\nlocks\n");

  writeFileSync(join(root, "go"), "");

  expect(await Promise.all([first.ended, second.ended])).toEqual(["runs\n0", "runs\n0"]);
  await untilLogged(root, `locks\nkernels\nlocks\n${"build\n".repeat(PACKAGES.length)}`);
});

test.each(["flock", "perl"] as const)("a killed build is made by who waits (%s)", async (tool) => {
  const root = checkout(tool);
  const first = launch(root);
  await untilLogged(root, "locks\nkernels\n");
  const second = launch(root);
  await untilLogged(root, "locks\nkernels\nlocks\n");

  process.kill(-first.pid, "SIGKILL");

  await untilLogged(root, "locks\nkernels\nlocks\nkernels\n");
  writeFileSync(join(root, "go"), "");
  expect(await second.ended).toBe("runs\n0");
});
