import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { bytesOfStore } from "../trash/collect.ts";
import { trashEntries } from "../trash/entries.ts";
import { type CheckContext, fine, type StoreCheck, wrong } from "./check.ts";

/** With less than this a grid may not get far. */
const LITTLE = 100e6;

/** What `ablate gc` would free. */
export function checkSpace({ database, path }: CheckContext): StoreCheck {
  const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
  const free = pragma("freelist_count") * pragma("page_size");
  const trash = trashEntries(database).reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = [`${megabytes(free)} unused`, `${megabytes(trash)} in the trash`];
  const hint = free + trash > 1e6 ? "; `ablate gc` frees it" : "";
  return fine("space", `${megabytes(bytesOfStore(path))}, ${parts.join(", ")}${hint}`);
}

/** What is left on the disk. */
export function checkDisk({ path }: CheckContext): StoreCheck {
  const { bavail, bsize } = statfsSync(dirname(path));
  const left = bavail * bsize;
  const text = `${megabytes(left)} free`;
  return left < LITTLE ? wrong("disk", `${text}; make room before training`) : fine("disk", text);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;
}
