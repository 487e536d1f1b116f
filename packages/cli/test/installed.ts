/** The npm package, packed from this checkout and installed by npm from a registry on loopback, with an empty home. */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startRegistry } from "../../../testing/registry.ts";
import type { Ended } from "./make.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export type Installed = {
  /** The folder of the package. */
  readonly folder: string;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a line of shell in a folder, where `ablate` is on the PATH. */
  readonly sh: (folder: string, line: string) => Promise<Ended>;
  readonly close: () => void;
};

/** Packs, and installs for everyone with the Node that is in a folder; takes some seconds. */
export async function install(node: string = dirname(process.execPath)): Promise<Installed> {
  execFileSync(process.execPath, ["--conditions=@ablate/source", "packaging/pack.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const manifest = JSON.parse(readFileSync(join(ROOT, "dist/package/package.json"), "utf8"));
  const tarball = join(ROOT, `dist/${manifest.name}-${manifest.version}.tgz`);
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const registry = await startRegistry(tarball, manifest, upstream);
  const home = mkdtempSync(join(tmpdir(), "ablate-home-"));
  const prefix = join(home, "installed");
  mkdirSync(prefix);
  const environment = emptyEnvironment(home, [join(prefix, "bin"), node], registry.url);
  const sh: Installed["sh"] = (folder, line) => ended(folder, line, environment);
  const { status, stderr } = await sh(home, `npm install -g --prefix ${prefix} ${manifest.name}`);
  expect(status, stderr).toBe(0);
  const folder = join(prefix, "lib/node_modules", manifest.name);
  return { folder, home, environment, sh, close: registry.close };
}

/** Returns nothing but what programs need to be found, and where npm finds packages. */
function emptyEnvironment(
  home: string,
  folders: readonly string[],
  registry: string,
): NodeJS.ProcessEnv {
  const { PATH: path = "", NODE_EXTRA_CA_CERTS, TMPDIR } = process.env;
  const programs = path.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return {
    PATH: [...folders, ...programs].join(delimiter),
    HOME: home,
    ...{ TMPDIR, NODE_EXTRA_CA_CERTS, NO_COLOR: "1", TERM: "xterm" },
    ...{ npm_config_registry: registry, npm_config_update_notifier: "false" },
  };
}

/** Runs a line of shell while this process answers as the registry. */
function ended(cwd: string, line: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile("sh", ["-c", line], { cwd, env }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}
