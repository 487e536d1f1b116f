/** Finds the files that come with the program: in a checkout, or in the npm package, which has all its code in `lib`. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

const HERE = import.meta.dirname;
/** Whether the program runs from the npm package, not from a checkout. */
export const IS_PACKAGE: boolean = basename(HERE) === "lib";

/** The folder of the checkout, or that of the npm package. */
const ROOT = IS_PACKAGE ? join(HERE, "..") : join(HERE, "../../..");

/** A file that comes with the program. */
export type Asset =
  | "names"
  | "quickstart"
  | "schema"
  | "manifest"
  | "lockfile"
  | "kernels"
  | "kernels-soft"
  | "kernels-scalar"
  | "font"
  | "resvg"
  | "compiled-code";

/** Where each lies in a checkout, and where in the package. */
export const FILES: Readonly<Record<Asset, readonly [inCheckout: string, inPackage: string]>> = {
  names: ["data/names.txt", "data/names.txt"],
  quickstart: ["configs/quickstart.yaml", "configs/quickstart.yaml"],
  schema: ["configs/schema.json", "configs/schema.json"],
  manifest: ["packages/cli/package.json", "package.json"],
  lockfile: ["pnpm-lock.yaml", "pnpm-lock.yaml"],
  kernels: ["packages/core/dist/kernels.wasm", "lib/kernels.wasm"],
  "kernels-soft": ["packages/core/dist/kernels-soft.wasm", "lib/kernels-soft.wasm"],
  "kernels-scalar": ["packages/core/dist/kernels-scalar.wasm", "lib/kernels-scalar.wasm"],
  font: ["packages/figures/node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf", "lib/DejaVuSans.ttf"],
  resvg: ["packages/figures/node_modules/@resvg/resvg-wasm/index_bg.wasm", "lib/resvg.wasm"],
  "compiled-code": ["node_modules/.cache", ".cache"],
};

/** Returns the path of a file that comes with the program; the package has no lockfile. */
export function assetFile(asset: Asset): string {
  const [inCheckout, inPackage] = FILES[asset];
  return join(ROOT, IS_PACKAGE ? inPackage : inCheckout);
}

/** The configs that come with the program; the package has them where a checkout does. */
const CONFIGS = join(ROOT, "configs");
const CONFIG_ENDING = ".yaml";

/** Returns the names of the configs that come with the program, without their ending: `quickstart`, `lecture/calls`. */
export function configNames(): readonly string[] {
  return readdirSync(CONFIGS, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(CONFIG_ENDING))
    .map((path) => path.slice(0, -CONFIG_ENDING.length))
    .toSorted();
}

/** Returns the path of a config that comes with the program. */
export function configFile(name: string): string {
  return join(CONFIGS, `${name}${CONFIG_ENDING}`);
}

/** A process or a thread of the program. */
export type Entry =
  | "worker-process"
  | "watchdog"
  | "query-process"
  | "follow-process"
  | "engine-process"
  | "helper-thread";

/** The module that each starts with: its package, and its place in the sources of that. */
export const ENTRIES: Readonly<Record<Entry, readonly [owner: string, place: string]>> = {
  "worker-process": ["runner", "worker/worker-process"],
  watchdog: ["runner", "worker/watchdog"],
  "query-process": ["store", "query/query-process"],
  "follow-process": ["record", "follow/follow-process"],
  "engine-process": ["remote", "worker/engine-process"],
  "helper-thread": ["core", "engines/simd/threads/helper-thread"],
};

/** `.ts` where the program runs from its sources. */
const EXTENSION = extname(import.meta.filename);

/** Returns the path of the module that a process or a thread starts with. */
export function entryFile(entry: Entry): string {
  if (IS_PACKAGE) return join(HERE, `${entry}.js`);
  const [owner, place] = ENTRIES[entry];
  const built = EXTENSION === ".ts" ? "src" : "dist";
  return join(ROOT, "packages", owner, built, `${place}${EXTENSION}`);
}

/** Without it Node would look for the built files. */
const FROM_SOURCE = "--conditions=@ablate/source";

/** Returns the options of Node that this process was started with, for one of ours: without those that belong to it alone. */
export function optionsOfNode(): string[] {
  const inherited = process.execArgv.filter((argument) => !argument.startsWith("--inspect"));
  const isThere = EXTENSION === ".js" || inherited.includes(FROM_SOURCE);
  return isThere ? inherited : [...inherited, FROM_SOURCE];
}

/** What the manifest of the program says of it. */
export type Program = {
  readonly version: string;
  /** The commit that the package was made of; null in a checkout, which git knows. */
  readonly commit: string | null;
};

/** The folder of the checkout that the program runs from; null where it is the npm package. */
export const CHECKOUT: string | null = IS_PACKAGE ? null : ROOT;

/** Reads which version this is. */
export function program(): Program {
  const manifest: unknown = JSON.parse(readFileSync(assetFile("manifest"), "utf8"));
  const { version, gitHead }: { version?: unknown; gitHead?: unknown } = Object(manifest);
  return {
    version: typeof version === "string" ? version : "unknown",
    commit: typeof gitHead === "string" ? gitHead : null,
  };
}
