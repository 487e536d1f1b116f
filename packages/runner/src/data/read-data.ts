/** Reads what a config trains on. */
import {
  checkExamples,
  DataError,
  fewestNames,
  type NameFile,
  type NameLists,
  parseNames,
  USUAL_READING,
  vocabularyOf,
} from "@ablate/core";
import type { Cell, GridConfig } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import { dataHash } from "../plan/identity.ts";
import { checkBatches } from "./check-batches.ts";
import { readDataFile } from "./data-file.ts";

/** A data set, read and checked. */
export type Data = {
  /** Its identity. */
  readonly hash: string;
  readonly lists: NameLists;
  /** The file that `data.file` names. */
  readonly file: NameFile;
  /** Those of splits that have one. */
  readonly own: Readonly<Record<"valid" | "test", NameFile | null>>;
  /** Tokens of the vocabulary. */
  readonly vocabulary: number;
};

/**
 * Reads the files of a config.
 *
 * @param shown - writes a path as the user would
 * @throws ConfigError - which names the key and the file that is no such file of names, or batches that it has not
 */
export function readData(config: GridConfig, shown: (path: string) => string): Data {
  const { dataFile, ownFiles, reading, cells } = config;
  const inFile = <T>(file: Named, read: (bytes: Uint8Array) => T): T & { bytes: Uint8Array } =>
    saying(config, { ...file, path: shown(file.path) }, () => {
      const bytes = readDataFile(file.path);
      return { ...read(bytes), bytes };
    });
  const has = (split: "valid" | "test"): readonly string[] | null =>
    ownFiles[split] === null ? null : [];
  const fewest = fewestNames({ valid: has("valid"), test: has("test") });
  const { known, ...file } = inFile({ key: "file", path: dataFile }, (bytes) => {
    const read = parseNames(bytes, reading, { fewest });
    return { ...read, known: new Set(vocabularyOf(read.names, reading.end)) };
  });
  const demands = { fewest: 1, known, source: shown(dataFile) };
  const ownOf = (key: string, path: string | null): ReturnType<typeof inFile<NameFile>> | null =>
    path === null ? null : inFile({ key, path }, (bytes) => parseNames(bytes, reading, demands));
  const [valid, test] = [ownOf("validation", ownFiles.valid), ownOf("test", ownFiles.test)];
  const lists = {
    names: file.names,
    end: reading.end,
    valid: valid?.names ?? null,
    test: test?.names ?? null,
  };
  const longest = cells.reduce((most, one) => Math.max(most, one.config.data.context), 0);
  saying(config, { key: "file", path: shown(dataFile) }, () => checkExamples(lists, longest));
  const problems = checkBatches(config, lists);
  if (problems.length > 0) throw new ConfigError(problems, config.sources);
  return {
    hash: dataHash(file.bytes, { valid: valid?.bytes ?? null, test: test?.bytes ?? null }),
    lists,
    file,
    own: { valid, test },
    vocabulary: known.size,
  };
}

/** A data file, with the key that gives it. */
type Named = { readonly key: string; readonly path: string };

/** Says where the config names a file in what is wrong with it. */
function saying<T>({ file, filesAt, sources }: GridConfig, { key, path }: Named, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    const at = filesAt.get(key) ?? { source: file, line: null, col: null };
    const message = `data.${key}: ${path}: ${cause.message}`;
    throw new ConfigError([{ ...at, message }], sources);
  }
}

/**
 * Returns a config whose runs say how their data are read only where that decides: a file that reads the same both
 * ways makes the same runs under either separator.
 */
export function onData(config: GridConfig, { file, own }: Data): GridConfig {
  const { separator, end } = config.reading;
  const isAmbiguous = [file, own.valid, own.test].some((one) => one?.isAmbiguous === true);
  const says = {
    ...(separator === "line" && isAmbiguous ? { separator } : {}),
    ...(end === USUAL_READING.end ? {} : { end }),
  };
  const known = new Map<Cell["config"]["data"], Cell["config"]["data"]>();
  const cells = config.cells.map((cell) => {
    const { separator: _, end: __, ...rest } = cell.config.data;
    const data = known.get(cell.config.data) ?? { ...rest, ...says };
    known.set(cell.config.data, data);
    return { ...cell, config: { ...cell.config, data } };
  });
  return { ...config, cells };
}
