/** Whose plan a plan is: the config, what the command line changes in it, and what it has under earlier changes. */
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import {
  ConfigError,
  canonicalJson,
  type GridConfig,
  isSameText,
  loadConfig,
  onData,
  type PlannedRun,
  planRuns,
  readData,
} from "@ablate/runner";
import { NO_OPTIONS, type PlanOrigin } from "@ablate/store";
import type { Environment } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { withAnyReader } from "../store/open.ts";
import { changesText, overridesOf, readChanges } from "./overrides.ts";
import type { Source } from "./source.ts";

/** Returns the origin of a plan of these runs. */
export function originOf(
  invocation: Invocation,
  source: Source,
  runs: readonly PlannedRun[],
): PlanOrigin {
  const { flags, terminal } = invocation;
  const { file, name, text } = source.config;
  const config = pathOf(resolve(terminal.folder, file));
  const options = changesText(overridesOf(flags));
  const grid = withAnyReader(invocation, (reader) => reader.plannedGrid(name));
  const { plans = [], spec = null } = grid ?? {};
  const own = plans.filter((plan) => plan.config === config);
  const before = own.find((plan) => plan.options === NO_OPTIONS)?.hashes;
  // A config that still has the same runs has the same under every option.
  const isSame = before?.size === runs.length && runs.every(({ hash }) => before.has(hash));
  const changed = own.filter((plan) => plan.options !== NO_OPTIONS);
  const again = (options !== NO_OPTIONS || isSame ? [] : changed).flatMap((plan) => {
    const hashes = hashesUnder(plan.options, source, terminal.environment);
    return hashes === undefined ? [] : [[plan.options, hashes] as const];
  });
  const paths = new Set(plans.map((plan) => plan.config));
  return {
    config,
    options,
    runs,
    dataHash: source.data.hash,
    isUnedited: spec !== null && isSameText(spec, text),
    again: new Map(again),
    missing: new Set([...paths].filter((path) => path !== "" && !existsSync(path))),
    replaces: flags.has("replace"),
  };
}

/** Returns the path of a file by which it is known, whatever links lead to it. */
function pathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What is read from a pipe has no path.
    return path;
  }
}

/**
 * Returns the hashes of the runs that a config has under the options of an earlier plan; null where these no longer
 * fit it, undefined where their data cannot be read.
 */
function hashesUnder(
  options: string,
  source: Source,
  environment: Environment,
): readonly string[] | null | undefined {
  const config = unlessMistaken(() => {
    const changes = readChanges(options);
    const { file, sources: known } = source.config;
    return changes === undefined ? null : loadConfig(file, changes, { environment, known });
  });
  if (config === null) return null;
  const isSame = filesOf(config) === filesOf(source.config);
  const data = isSame ? source.data : unlessMistaken(() => readData(config, source.shown));
  if (data === null) return undefined;
  return unlessMistaken(() =>
    planRuns(onData(config, data), data.hash).runs.map(({ hash }) => hash),
  );
}

function unlessMistaken<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof SyntaxError) return null;
    throw error;
  }
}

function filesOf({ dataFile, ownFiles, reading }: GridConfig): string {
  return canonicalJson({ dataFile, ownFiles, reading });
}
