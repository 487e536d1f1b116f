import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EmptyStoreError, openReader, type StoreReader } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";

/** The store's path: --store, else ABLATE_STORE, else ablate.db in the working folder. */
export function storePath({ flags, terminal }: Invocation): string {
  const named = flags.text("store") ?? (terminal.environment.ABLATE_STORE || "ablate.db");
  return resolve(terminal.folder, named);
}

/** Opens the store for reading, uses it and closes it. */
export function withReader<T>(invocation: Invocation, use: (reader: StoreReader) => T): T {
  const reader = openStoreToRead(invocation);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

/** The same for what takes its time. */
export async function withOpenReader<T>(
  invocation: Invocation,
  use: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  const reader = openStoreToRead(invocation);
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

/** Opens the store for reading; who calls it closes it. */
export function openStoreToRead(invocation: Invocation): StoreReader {
  const path = storePath(invocation);
  if (!existsSync(path)) throw noStore(path);
  const reader = openReader(path);
  if (reader.notice !== null) invocation.terminal.warn(`ablate: ${reader.notice}\n`);
  return reader;
}

/** As `withReader`, but gives `without` where there is no store yet, or one is being made. */
export function withAnyReader<T>(
  invocation: Invocation,
  { use, without }: { readonly use: (reader: StoreReader) => T; readonly without: T },
): T {
  const path = storePath(invocation);
  const reader = existsSync(path) ? openUnlessEmpty(path) : null;
  if (reader === null) return without;
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

function openUnlessEmpty(path: string): StoreReader | null {
  try {
    return openReader(path);
  } catch (error) {
    if (error instanceof EmptyStoreError) return null;
    throw error;
  }
}

/** What to say where there is no store to read. */
export function noStore(path: string): UsageError {
  return new UsageError(
    `there is no store at ${path}; \`ablate run CONFIG\` makes one, --store names another`,
  );
}
