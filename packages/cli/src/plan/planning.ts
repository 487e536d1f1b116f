/** From a config file and the flags to what would be trained. */

import { readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseNames, vocabularyOf } from "@ablate/core";
import {
  dataHash,
  type Exclusion,
  type GridConfig,
  loadConfig,
  type PlannedRun,
  planRuns,
} from "@ablate/runner";
import type { GridPlan } from "@ablate/store";
import { readNumber } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { problemText } from "../print/problems.ts";
import { onlyWanted } from "./only.ts";

/** A larger grid is more often a mistake than wanted: it needs `--yes`. */
const MOST_RUNS = 10_000;

/** A config with its data set, read and checked. */
export type Source = {
  readonly config: GridConfig;
  /** The names file as the user would write its path. */
  readonly dataFile: string;
  readonly bytes: Uint8Array;
  readonly names: readonly string[];
  /** Tokens of the vocabulary. */
  readonly vocabulary: number;
};

/** A grid that is ready to be stored and trained. */
export type Planned = Source & {
  readonly dataHash: string;
  readonly grid: GridPlan;
  readonly runs: readonly PlannedRun[];
  /** What the user should know: runs that are the same, values that change nothing. */
  readonly notes: readonly string[];
  readonly excluded: readonly Exclusion[];
};

/** Plans a config, by default the one that the first positional argument names, under the flags. */
export function planConfig(invocation: Invocation, path?: string): Planned {
  const source = readConfig(invocation, path);
  const { config, bytes } = source;
  const hash = dataHash(bytes);
  const { name, description, text } = config;
  const { runs: all, notes: sameRuns, excluded } = planRuns(config, hash);
  const runs = onlyWanted(all, name, invocation);
  const grid = { name, description, spec: text, runs };
  const paint = invocation.terminal.paintWarning;
  const warnings = config.warnings.map(({ message, ...at }) =>
    problemText({ ...at, message: `warning: ${message}` }, config.sources, paint),
  );
  const notes = [...warnings, ...sameRuns];
  return { ...source, dataHash: hash, runs, notes, excluded, grid };
}

/** Reads a config and its data set, by default the config that the first positional argument names. */
export function readConfig(
  { flags, terminal: { folder } }: Invocation,
  path: string = flags.positionals[0] ?? "",
): Source {
  const config = loadConfig(path, {
    set: flags.texts("set"),
    steps: flags.count("steps", 1),
    seeds: seeds(flags.text("seeds")),
    engine: flags.text("engine"),
    mostRuns: flags.has("yes") ? undefined : MOST_RUNS,
  });
  const near = relative(folder, resolve(folder, config.dataFile));
  const dataFile = near.startsWith("..") ? config.dataFile : near;
  // What the system says of a folder does not name it.
  if (statSync(config.dataFile).isDirectory())
    throw new UsageError(`${dataFile || "."} is a folder; data.file names a file of names`);
  const bytes = readFileSync(config.dataFile);
  const names = namesOf(bytes, dataFile);
  return { config, dataFile, bytes, names, vocabulary: vocabularyOf(names).length };
}

function namesOf(bytes: Uint8Array, file: string): readonly string[] {
  try {
    return parseNames(bytes);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== "DataError") throw cause;
    throw new UsageError(`${file}: ${cause.message}`, { cause });
  }
}

function seeds(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((part) => {
    const seed = readNumber(part);
    if (seed === null || !Number.isSafeInteger(seed) || seed < 0) {
      throw new UsageError(`--seeds takes whole numbers like 1,2,3, not "${text}"`);
    }
    return seed;
  });
}
