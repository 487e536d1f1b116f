/** The sources that are measured: these here, or those of an earlier commit in another folder. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export type Checkout = {
  readonly core: typeof import("@ablate/core");
  readonly runner: typeof import("@ablate/runner");
};

/** Loads the packages of a checkout that is installed and built; of this one where no folder is named. */
export async function openCheckout(folder?: string): Promise<Checkout> {
  if (folder === undefined) {
    return { core: await import("@ablate/core"), runner: await import("@ablate/runner") };
  }
  return {
    core: await import(entryOf(folder, "core")),
    runner: await import(entryOf(folder, "runner")),
  };
}

function entryOf(folder: string, name: string): string {
  return pathToFileURL(join(resolve(folder), "packages", name, "src/index.ts")).href;
}
