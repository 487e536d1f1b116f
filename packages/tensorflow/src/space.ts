import { statfsSync } from "node:fs";
import { ProvisionError } from "./problem.ts";
import { size } from "./terminal.ts";

/** Throws when the disk of `folder` has less than `bytes` free. */
export function needSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  throw new ProvisionError(
    `the disk has ${size(bavail * bsize)} free and ${size(bytes)} are needed; set XDG_CACHE_HOME to a folder with more`,
  );
}
