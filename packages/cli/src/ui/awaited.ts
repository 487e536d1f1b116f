/** What `ablate ui` waits for: a store, a file or a folder that is not there yet. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { systemReason } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/** @throws UsageError - if nothing can exist at a path */
export function refuseNever(path: string): void {
  let folder = path;
  try {
    while (statSync(folder, { throwIfNoEntry: false }) === undefined) folder = dirname(folder);
    if (folder === path || statSync(folder).isDirectory()) return;
  } catch (error) {
    const reason = error instanceof Error ? systemReason(error) : undefined;
    throw reason === undefined ? error : new UsageError(`${folder}: ${reason}`);
  }
  throw new UsageError(`nothing can exist at ${path}: ${folder} is a file, not a folder`);
}
