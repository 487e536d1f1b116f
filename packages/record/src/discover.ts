/** Finds the logs below files and folders. */
import { statSync } from "node:fs";
import { FORMATS } from "./formats.ts";
import type { FoundLog, LogFormat, LogFormatName, LogOptions } from "./log.ts";
import { type WalkedFile, Walker } from "./walk.ts";

export type Discovery = {
  readonly logs: readonly FoundLog[];
  /** Sentences about what could not be read, or is left out. */
  readonly troubles: readonly string[];
  /** Files that were seen. */
  readonly files: number;
};

/** Files of one format, and the logs that were made of them. */
type OfFormat = { readonly key: string; readonly logs: readonly FoundLog[] };

/** Finds logs again and again while they come. */
export class Discoverer {
  readonly #walker: Walker;
  readonly #options: LogOptions;
  readonly #formats = new Map<LogFormatName, OfFormat>();

  /** @param leftOut - files that are not opened, wherever they are found */
  constructor(paths: readonly string[], options: LogOptions, leftOut: readonly string[] = []) {
    this.#options = options;
    this.#walker = new Walker(paths, leftOut);
  }

  discover(): Discovery {
    const { files, troubles } = this.#walker.walk();
    const claimed = Map.groupBy(files, formatOf);
    const logs = FORMATS.flatMap(({ name }) => this.#logsOf(name, claimed.get(name) ?? []));
    return { logs, troubles, files: files.length };
  }

  /**
   * Asks a format for its logs where its files are others than before, one in no log has grown, or one that gets more
   * logs was written to.
   */
  #logsOf(name: LogFormatName, files: readonly WalkedFile[]): readonly FoundLog[] {
    const format = FORMATS.find((one) => one.name === name);
    if (files.length === 0 || format === undefined) return [];
    const before = this.#formats.get(name);
    const inLogs = new Set(before?.logs.flatMap(({ paths }) => paths));
    const key = files.map((file) => stateOf(file, format, inLogs)).join("\n");
    if (before?.key === key) return before.logs;
    const logs = format.logs(files, this.#options);
    const known = new Set(logs.flatMap(({ paths }) => paths));
    const now = files.map((file) => stateOf(file, format, known));
    this.#formats.set(name, { key: now.join("\n"), logs });
    return logs;
  }
}

function formatOf(file: WalkedFile): LogFormatName | undefined {
  return file.size === 0 ? undefined : FORMATS.find(({ claims }) => claims(file))?.name;
}

/** Returns what changes when the logs of a file may be others. */
function stateOf(file: WalkedFile, format: LogFormat, inLogs: ReadonlySet<string>): string {
  const { path, key, size } = file;
  if (format.getsMore?.(file) !== true) return `${path}\0${key}\0${inLogs.has(path) ? "" : size}`;
  // What SQLite writes is in a log beside the file until it has enough of it.
  const times = [path, `${path}-wal`].map(
    (one) => statSync(one, { bigint: true, throwIfNoEntry: false })?.mtimeNs,
  );
  return `${path}\0${key}\0${size}\0${times}`;
}
