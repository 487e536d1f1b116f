/** Which stored runs the words of a command line mean. */
import { FilterError, parseFilter, type RunSummary, type StoreReader } from "@ablate/store";
import { UsageError } from "../command-line/errors.ts";
import { matchingRuns } from "../filtering.ts";
import { findRun } from "../store.ts";

/** The seed at the end of a name. */
const SEED = /-?seed=\d+$/;

/** A run's name without its seed. */
export function seedless(name: string): string {
  return name.replace(SEED, "");
}

/**
 * The runs that any of the words means, each once: a grid, a run, a run's name without its seed, a filter.
 *
 * @throws UsageError - if a word means none
 */
export function selectedRuns(
  reader: StoreReader,
  { words, only }: { readonly words: readonly string[]; readonly only: readonly string[] },
): readonly RunSummary[] {
  const meant = words.length === 0 ? reader.runs() : words.flatMap((word) => meantBy(word, reader));
  const unique = [...new Map(meant.map((run) => [run.name, run])).values()];
  const kept = matchingRuns(unique, [{ texts: only, source: "--only " }], reader);
  if (kept.length > 0) return kept;
  throw new UsageError(
    unique.length === 0
      ? "the store has no run yet; `ablate run CONFIG` trains some"
      : `no run is left by --only ${only.join(" --only ")}`,
  );
}

/** The runs that one word means. */
export function meantBy(word: string, reader: StoreReader): readonly RunSummary[] {
  if (reader.grids().some(({ name }) => name === word)) return reader.runs({ grid: word });
  const all = reader.runs();
  const named = all.filter(({ name: run, label }) => run === word || label === word);
  if (named.length > 0) return named;
  const ofSeeds = all.filter((run) => [run.name, run.label ?? ""].map(seedless).includes(word));
  if (ofSeeds.length > 0) return ofSeeds;
  return filtered(word, all, reader) ?? [findRun(reader, word, gridNames(reader))];
}

/** Runs that match the word as a filter; undefined where it matches none and is no more than a name. */
function filtered(
  word: string,
  runs: readonly RunSummary[],
  reader: StoreReader,
): readonly RunSummary[] | undefined {
  const isName = /^[\w./=-]+$/.test(word) && !/[<>]/.test(word);
  try {
    parseFilter(word);
    const found = matchingRuns(runs, [{ texts: [word], source: "" }], reader);
    if (found.length > 0) return found;
  } catch (error) {
    const isFixable = error instanceof FilterError || error instanceof UsageError;
    if (!isName || !isFixable) throw error;
  }
  if (isName) return undefined;
  throw new UsageError(`no run matches ${word}; \`ablate runs\` lists all`);
}

function gridNames(reader: StoreReader): readonly string[] {
  return reader.grids().map(({ name }) => name);
}
