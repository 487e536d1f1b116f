import type { StoreReader } from "../contract/reader.ts";
import type { WaitOptions } from "../contract/writer.ts";
import { openForReading } from "../file/open-database.ts";
import { SqliteReader } from "./reader.ts";

/**
 * Opens a store for reading only.
 *
 * @throws StoreError - if there is none, it is no store, or a newer ablate wrote it
 */
export function openReader(path: string, { waitMs }: WaitOptions = {}): StoreReader {
  return new SqliteReader(openForReading(path, waitMs));
}
