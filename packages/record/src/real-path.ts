import { realpathSync } from "node:fs";

/** Returns where a file really is; its own path where it is gone. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // It is gone: there is nothing more to read of it.
  }
}
