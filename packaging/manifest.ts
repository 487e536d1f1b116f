/** The package.json of the npm package, made of those of the workspace. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

type Manifest = Readonly<Record<string, unknown>>;

export const NAME = "ablate-lab";

/** Reads a package.json, which npm and pnpm have checked. */
export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Returns what users see of the package, and what npm installs it by. */
export function packageManifest(files: readonly string[]): Manifest {
  const { description, license, repository, homepage, bugs } = readManifest(
    join(ROOT, "package.json"),
  );
  const { version } = readManifest(join(ROOT, "packages/cli/package.json"));
  const tensorflow = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];
  return {
    name: NAME,
    version,
    description,
    keywords: ["neural-network", "training", "ablation", "experiments", "sqlite", "terminal"],
    license,
    ...{ homepage, repository, bugs },
    gitHead: commit(),
    type: "module",
    bin: { ablate: "ablate", [NAME]: "ablate" },
    exports: { "./package.json": "./package.json" },
    imports: { "#string-width": "./lib/string-width.js" },
    files,
    engines: { node: ">=24" },
    os: ["linux", "darwin"],
    dependencies: { "better-sqlite3": installed("store", "better-sqlite3") },
    peerDependencies: Object.fromEntries(tensorflow.map((name) => [name, installed("core", name)])),
    peerDependenciesMeta: Object.fromEntries(tensorflow.map((name) => [name, { optional: true }])),
  };
}

/** Returns the version of a library that this checkout is tested with. */
function installed(owner: string, name: string): unknown {
  return readManifest(join(ROOT, "packages", owner, "node_modules", name, "package.json")).version;
}

/** Returns the commit of this checkout, and whether it has changes. */
function commit(): string | undefined {
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", ROOT, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
    const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
    return `${git("rev-parse", "HEAD")}${isChanged ? "+changes" : ""}`;
  } catch {
    return undefined; // an archive without a history
  }
}
