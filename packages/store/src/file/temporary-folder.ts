import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemReason } from "@ablate/text";
import { processExists } from "../writing/process.ts";
import { StoreError } from "./store-error.ts";

const OURS = /^ablate-copy-(\d+)-/;

/**
 * Makes a folder for copies of stores among the temporary files. Before that it deletes those of processes that are
 * gone: `kill -9` leaves one behind where it strikes before the copy has lost its name.
 */
export function temporaryFolder(): string {
  const place = tmpdir();
  for (const name of abandonedIn(place)) {
    try {
      rmSync(join(place, name), { recursive: true, force: true });
    } catch {
      // It is another user's, who will delete it.
    }
  }
  try {
    return mkdtempSync(join(place, `ablate-copy-${process.pid}-`));
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    throw new StoreError(
      `a copy of the store is needed, and ${place} cannot store one: ${reason}; set TMPDIR to a writable folder`,
      { cause },
    );
  }
}

function abandonedIn(place: string): readonly string[] {
  try {
    return readdirSync(place).filter((name) => {
      const pid = OURS.exec(name)?.[1];
      return pid !== undefined && !processExists(Number(pid));
    });
  } catch {
    return []; // not every place that can be written to can be listed
  }
}
