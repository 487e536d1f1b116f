import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { ProvisionError } from "./problem.ts";

/** An installed `@tensorflow/tfjs-node`. */
export type Package = { readonly folder: string; readonly version: string };

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
