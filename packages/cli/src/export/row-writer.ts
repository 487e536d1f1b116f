import type { Batch } from "@ablate/store";

/** Takes a table's rows batch by batch. */
export interface RowWriter {
  /** Whether it takes more: false once its reader has gone away. */
  write(batch: Batch): Promise<boolean>;
  finish(): Promise<void>;
}

/** Where text goes; resolves with false once nobody reads it. */
export type Pour = (text: string) => Promise<boolean>;
