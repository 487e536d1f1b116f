/** Paths of the command line and of the environment: in quotes, behind `=` and in `.env` files a shell leaves `~` and variables. */
import { expandPath, PathError } from "@ablate/text";
import { UsageError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/** Where a path begins, the variables that it may name, and the flag or variable that has it. */
export type PathPlace = Pick<Terminal, "folder" | "environment"> & { readonly name?: string };

/**
 * Returns a path with `~` and its variables replaced; what is there as it is written is left so.
 *
 * @throws UsageError - if it names a variable that is not set
 */
export function pathOf(written: string, { name, ...around }: PathPlace): string {
  try {
    return expandPath(written, around);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new UsageError(`${name === undefined ? "" : `${name} `}${written}: ${error.message}`);
  }
}

/**
 * Returns the store that a command uses unless `--store` names one: ABLATE_STORE, else ablate.db in the working folder.
 *
 * @throws UsageError - if ABLATE_STORE names a variable that is not set
 */
export function usualStore({ folder, environment }: PathPlace): string {
  const written = environment.ABLATE_STORE || "ablate.db";
  return pathOf(written, { folder, environment, name: "ABLATE_STORE" });
}
