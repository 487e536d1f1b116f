/** The Python package as users get it: a wheel that is built from the source distribution, installed into a folder. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pythonWith } from "../../../testing/python.ts";

/** The folder of the package in the checkout. */
export const PACKAGE: string = join(import.meta.dirname, "..");

export type Installed = {
  readonly wheel: string;
  /** The unpacked source distribution. */
  readonly source: string;
  /** What `PYTHONPATH` has to name; scripts are in its folder `bin`. */
  readonly site: string;
};

/** Builds and installs the package. @param from - its folder */
export function installWheel(from: string = PACKAGE): Installed {
  const folder = mkdtempSync(join(tmpdir(), "wheel-"));
  const unpacked = join(folder, "unpacked");
  const site = join(folder, "site");
  mkdirSync(unpacked);
  const archive = buildPackage(from, "sdist");
  must("tar", ["-xzf", archive, "-C", unpacked]);
  const [name = ""] = readdirSync(unpacked);
  const source = join(unpacked, name);
  const wheel = buildPackage(source, "wheel");
  const install = ["--disable-pip-version-check", "install", "--no-deps", "--no-index", "--target"];
  must("python3", ["-m", "pip", ...install, site, wheel], { env: pythonWith("build").env });
  return { wheel, source, site };
}

/** Builds one of the two distributions in a folder of its own. @returns the path of its file */
export function buildPackage(from: string, kind: "sdist" | "wheel"): string {
  const folder = mkdtempSync(join(tmpdir(), `${kind}-`));
  const env = { ...pythonWith("build").env, PYTHONDONTWRITEBYTECODE: "1" };
  must("python3", ["-m", "hatchling", "build", "-t", kind, "-d", folder], { cwd: from, env });
  const [file = ""] = readdirSync(folder);
  return join(folder, file);
}

/** Returns an environment in which Python finds the installed package, and nothing of the checkout. */
export function withInstalled(
  env: NodeJS.ProcessEnv,
  site: string,
  ...more: readonly string[]
): NodeJS.ProcessEnv {
  const paths = [site, ...more, env.PYTHONPATH].filter((one) => one !== undefined && one !== "");
  return { ...env, PYTHONPATH: paths.join(delimiter), PYTHONDONTWRITEBYTECODE: "1" };
}

/** Runs a program. @returns what it prints @throws Error - it fails */
export function must(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { stdout, stderr, status, error } = spawnSync(program, args, {
    ...options,
    encoding: "utf8",
  });
  if (status === 0) return `${stdout}${stderr}`;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? `${stdout}${stderr}`}`);
}
