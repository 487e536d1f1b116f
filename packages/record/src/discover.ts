/** Finds the logs below files and folders. */
import { FORMATS } from "./formats.ts";
import type { FoundLog, LogFormatName, LogOptions } from "./log.ts";
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

  /** Asks a format for its logs where its files are others than before, or one in no log has grown. */
  #logsOf(name: LogFormatName, files: readonly WalkedFile[]): readonly FoundLog[] {
    const format = FORMATS.find((one) => one.name === name);
    if (files.length === 0 || format === undefined) return [];
    const before = this.#formats.get(name);
    const inLogs = new Set(before?.logs.flatMap(({ paths }) => paths));
    const key = files
      .map(({ path, key, size }) => `${path}\0${key}\0${inLogs.has(path) ? "" : size}`)
      .join("\n");
    if (before?.key === key) return before.logs;
    const logs = format.logs(files, this.#options);
    const known = new Set(logs.flatMap(({ paths }) => paths));
    const now = files.map(
      ({ path, key, size }) => `${path}\0${key}\0${known.has(path) ? "" : size}`,
    );
    this.#formats.set(name, { key: now.join("\n"), logs });
    return logs;
  }
}

function formatOf(file: WalkedFile): LogFormatName | undefined {
  return file.size === 0 ? undefined : FORMATS.find(({ claims }) => claims(file))?.name;
}
