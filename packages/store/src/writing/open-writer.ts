import type { StoreWriter, WriterOptions } from "../contract/writer.ts";
import { openForWriting } from "../file/open-database.ts";
import { SqliteWriter } from "./writer.ts";

/**
 * Opens a store for writing; makes the file when there is none and migrates an older one.
 *
 * @throws StoreError - if it cannot be opened, is no store, or a newer ablate wrote it
 */
export function openWriter(path: string, { clock = Date.now }: WriterOptions = {}): StoreWriter {
  return new SqliteWriter(openForWriting(path), clock);
}
