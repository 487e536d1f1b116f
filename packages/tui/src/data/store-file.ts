/** The file of a store: how it is opened, and which file is at its path now. */
import { statSync } from "node:fs";
import { EmptyStoreError, openReader, StoreError, type StoreReader } from "@ablate/store";

/** A locked store is tried again later: keys are answered meanwhile. */
const WAIT_MS = 20;

export function openAt(path: string): StoreReader {
  return openReader(path, { waitMs: WAIT_MS });
}

/** Opens a store; null where there is none yet, or another process is about to make it. */
export function openIfMade(path: string): StoreReader | null {
  try {
    return inodeOf(path) === null ? null : openAt(path);
  } catch (error) {
    if (error instanceof EmptyStoreError) return null;
    throw error;
  }
}

/** Tells troubles that a file can cause from mistakes of this program. */
export function isTrouble(error: unknown): error is Error {
  return error instanceof Error && (error instanceof StoreError || /^SQLITE_/.test(codeOf(error)));
}

export function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

export function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

export function sizeOf(path: string): number {
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return size(path) + size(`${path}-wal`);
}
