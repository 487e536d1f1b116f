import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { EmptyStoreError, openReader, type RunSummary, type StoreReader } from "@ablate/store";
import { closest } from "@ablate/text";
import type { Invocation } from "./command-line/command.ts";
import { UsageError } from "./command-line/errors.ts";
import { asSeen } from "./seen.ts";

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
  if (reader.notice !== null) invocation.terminal.note(`ablate: ${reader.notice}\n`);
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

/** The run that `name` means to the store; `grids` are what else may be meant. */
export function findRun(
  reader: StoreReader,
  name: string,
  grids: readonly string[] = [],
): RunSummary {
  const [run] = asSeen([reader.run(name) ?? []].flat(), reader);
  if (run !== undefined) return run;
  refuseTrashed(reader, name);
  const names = reader
    .runs()
    .flatMap(({ name: known, label }) => (label === null ? [known] : [known, label]));
  const guess = closest(name, [...names, ...grids]);
  const hint = guess === null ? "`ablate runs` lists all" : `did you mean ${guess}?`;
  throw new UsageError(`there is no run ${grids.length > 0 ? "or grid " : ""}"${name}"; ${hint}`);
}

/** @throws UsageError - if a run or a grid of this name was thrown away */
export function refuseTrashed(reader: StoreReader, name: string): void {
  if (!reader.trash().some((entry) => entry.name === name)) return;
  throw new UsageError(`${name} is in the trash; \`ablate restore ${name}\` brings it back`);
}

/** What to say where there is no store to read. */
export function noStore(path: string): UsageError {
  return new UsageError(
    `there is no store at ${path}; \`ablate run CONFIG\` makes one, --store names another`,
  );
}

/** What a word of the command line means: one run, or all runs of a grid. */
export type Target = {
  readonly name: string;
  readonly grid: string | null;
  readonly runs: readonly RunSummary[];
};

/** The grid of this name, else the run that it means. */
export function findTarget(reader: StoreReader, name: string): Target {
  const grids = reader.grids().map((grid) => grid.name);
  if (grids.includes(name)) return { name, grid: name, runs: reader.runs({ grid: name }) };
  const run = findRun(reader, name, grids);
  return { name: run.name, grid: null, runs: [run] };
}
