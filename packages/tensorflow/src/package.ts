import {
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { codeOf, type Package, ProvisionError } from "./work.ts";

/** The package that `folder` holds, or the one that the engine of this checkout imports. */
export function findPackage(folder: string | undefined): Package {
  const file = folder === undefined ? ofThisCheckout() : join(resolve(folder), "package.json");
  try {
    const { name, version } = JSON.parse(readFileSync(file, "utf8"));
    if (name === "@tensorflow/tfjs-node" && typeof version === "string") {
      return { folder: dirname(file), version };
    }
  } catch {
    // The sentence below says it.
  }
  throw new ProvisionError(
    `${dirname(file)} holds no @tensorflow/tfjs-node; give --package its folder`,
  );
}

/** The folder that all checkouts of a user share. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(base) ? base : join(homedir(), ".cache"), "ablate", "tensorflow");
}

/** The name under which a complete native part for `version` of tfjs-node is kept. */
export function entryName({ version }: Package): string {
  return `tfjs-node-${version}-${process.platform}-${process.arch}`;
}

function ofThisCheckout(): string {
  const core = new URL("../../core/package.json", import.meta.url);
  try {
    return createRequire(core).resolve("@tensorflow/tfjs-node/package.json");
  } catch {
    throw new ProvisionError(
      "@tensorflow/tfjs-node is not installed; run `npx pnpm@12 install` first",
    );
  }
}

// The addon finds the libraries relative to itself, as `lib/napi-v8/../../deps/lib`: an entry of the
// cache has the same layout as the package, so it works through the links and without them.
const LINKED = ["deps", "lib"] as const;

/** Links an entry of the cache into the package; no file of the package is written. */
export function link({ folder }: Package, entry: string): void {
  for (const name of LINKED) {
    const place = join(folder, name);
    const fresh = `${place}.${process.pid}`;
    try {
      rmSync(fresh, { force: true });
      symlinkSync(join(entry, name), fresh);
      renameSync(fresh, place);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw new ProvisionError(`cannot link ${place} (${codeOf(error)})`);
    }
  }
}

/** Whether the package has a native part that this command did not link. */
export function hasOwnNativePart({ folder }: Package): boolean {
  return LINKED.some((name) => {
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return found !== undefined && !found.isSymbolicLink();
  });
}

/** Whether the links of the package lead to `entry` and there is something. */
export function isLinked({ folder }: Package, entry: string): boolean {
  return LINKED.every((name) => targetOf(folder, name) === join(entry, name));
}

/** Removes the links; the package itself ships neither of the two folders. */
export function unlink({ folder }: Package): readonly { place: string; led: string }[] {
  return LINKED.flatMap((name) => {
    const led = targetOf(folder, name);
    if (led === null) return [];
    const place = join(folder, name);
    unlinkSync(place);
    return [{ place, led }];
  });
}

function targetOf(folder: string, name: string): string | null {
  const place = join(folder, name);
  if (!lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) return null;
  return resolve(folder, readlinkSync(place));
}

/** What decides which binaries run here. */
export type Platform = {
  readonly os: string;
  readonly cpu: string;
  /** Whether the C library is glibc; null where that is no question. */
  readonly isGlibc: boolean | null;
};

/** The platform of this process. */
export function thisPlatform(): Platform {
  const { platform, arch, report } = process;
  const { header } = Object(report.getReport());
  const isGlibc = platform === "linux" ? "glibcVersionRuntime" in Object(header) : null;
  return { os: platform, cpu: arch, isGlibc };
}

/** Where the native part can come from, best first: tfjs-node's own download, TensorFlow's wheel. */
export function sourcesFor({ os, cpu, isGlibc }: Platform): readonly ("official" | "wheel")[] {
  if (os === "linux" && cpu === "x64" && isGlibc === true) return ["official", "wheel"];
  return os === "darwin" && cpu === "x64" ? ["official"] : [];
}

/** A platform as a word in a sentence: `linux arm64`, `linux x64 with musl`. */
export function platformName({ os, cpu, isGlibc }: Platform): string {
  return `${os} ${cpu}${isGlibc === false ? " with musl" : ""}`;
}
