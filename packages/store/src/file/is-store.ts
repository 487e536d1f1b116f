import { closeSync, openSync, readSync } from "node:fs";
import { APPLICATION_ID } from "../migrations/migrate.ts";
import { openForReading } from "./open-database.ts";
import { StoreError } from "./store-error.ts";

/** Where SQLite has the number that tells whose database a file is. */
const ID_AT = 68;
const HEAD_BYTES = 100;

/** Says whether a file is a store: also one that this version cannot open, or that another process is making. */
export function isStoreFile(path: string): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(file);
  }
  if (!head.toString("latin1").startsWith("SQLite format 3\0")) return false;
  return head.readUInt32BE(ID_AT) === APPLICATION_ID || isOpened(path);
}

/** What says so may still be in the write-ahead log. */
function isOpened(path: string): boolean {
  try {
    openForReading(path).close();
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}
