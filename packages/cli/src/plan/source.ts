/** A config with its data set, as the command line names it. */
import { relative, resolve } from "node:path";
import { type Data, type GridConfig, loadConfig, readData, whyUnreadable } from "@ablate/runner";
import type { Invocation } from "../command-line/command.ts";
import { refuseRecordedConfig } from "../store/recorded.ts";
import { overridesOf, samplingOf } from "./overrides.ts";

/** A larger grid is more often a mistake than wanted: it needs `--yes`. */
const MOST_RUNS = 10_000;

/** A config with its data set, read and checked. */
export type Source = {
  readonly config: GridConfig;
  readonly data: Data;
  /** Writes the path of a data file as the user would. */
  readonly shown: (path: string) => string;
};

/** Reads a config and its data set, by default the config that the first positional argument names. */
export function readConfig(
  invocation: Invocation,
  path: string = invocation.flags.positionals[0] ?? "",
): Source {
  const {
    flags,
    terminal: { folder, environment },
  } = invocation;
  refuseRecordedConfig(invocation, path);
  const overrides = {
    ...overridesOf(flags),
    ...samplingOf(flags),
    mostRuns: flags.has("yes") ? undefined : MOST_RUNS,
  };
  const config = loadConfig(path, overrides, { whyUnreadable, environment });
  const shown = (file: string): string => {
    if (folder === "") return file;
    const near = relative(folder, resolve(folder, file));
    return near.startsWith("..") ? file : near;
  };
  return { config, data: readData(config, shown), shown };
}
