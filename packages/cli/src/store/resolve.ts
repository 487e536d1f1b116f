/** What words of the command line mean in a store, and what to say where they mean nothing. */
import {
  boundFilter,
  couldBeName,
  FilterError,
  type FilterSubject,
  filterSubject,
  type Meaning,
  parseFilter,
  type ResolveOptions,
  type RunSummary,
  type StoreReader,
  unknownFields,
  unknownText,
  type WholeOptions,
} from "@ablate/store";
import { asLine, count, didYouMean } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { withLiveState } from "./open.ts";

/** One run, or all runs of a grid. */
export type Target = {
  readonly name: string;
  readonly grid: string | null;
  readonly runs: readonly RunSummary[];
};

/** Finds the run that a word means. */
export function findRun(reader: StoreReader, word: string): RunSummary {
  return runOf(meaningOf(reader, word, {}), reader);
}

/** Finds the run that a word means, and refuses one of which anything is damaged. */
export function findWholeRun(
  reader: StoreReader,
  word: string,
  options?: WholeOptions,
): RunSummary {
  const run = findRun(reader, word);
  reader.checks.refuse(run.name, options);
  return run;
}

/** Finds the grid or the run that a word means; a damaged run is refused, and left out of a grid. */
export function findWhole(reader: StoreReader, word: string, scope: Scope = EVERY_RUN): Target {
  const target = findTarget(reader, word, scope);
  const { name, grid, runs } = target;
  if (grid === null) reader.checks.refuse(name);
  return { ...target, runs: reader.checks.whole(runs) };
}

/** Which runs a word means that names none of them: a grid, a filter. */
export type Scope = {
  /** Whether runs are meant, too, that are left from earlier plans. */
  readonly isAll: boolean;
  /** Hears how many of a grid, or of the store, are left out. */
  readonly onLeftOut: (count: number) => void;
};

/** Every run of a grid, or of the store. */
export const EVERY_RUN: Scope = { isAll: true, onLeftOut: () => {} };

/** Returns the scope that the command line asks for; the user is told what it leaves out. */
export function scopeOf({ flags, terminal }: Invocation): Scope {
  return {
    isAll: flags.has("all"),
    onLeftOut: (number) => {
      const [runs, them] = number === 1 ? ["1 run", "it"] : [`${count(number)} runs`, "them"];
      terminal.warn(asLine(`without ${runs} left from earlier plans; --all adds ${them}`));
    },
  };
}

/** Returns the runs of a grid, or of the store, that are in scope. */
export function runsInScope(
  reader: StoreReader,
  { isAll, onLeftOut }: Scope,
  grid?: string,
): readonly RunSummary[] {
  const all = reader.runs(grid === undefined ? {} : { grid });
  const kept = isAll ? all : all.filter(({ plan }) => plan === "current");
  if (kept.length < all.length) onLeftOut(all.length - kept.length);
  return kept;
}

/** Finds the grid or the run that a word means; with a grid its runs. */
export function findTarget(reader: StoreReader, word: string, scope: Scope = EVERY_RUN): Target {
  const meaning = meaningOf(reader, word, { grids: true });
  const { grid } = meaning;
  if (grid !== null) return { name: grid, grid, runs: runsInScope(reader, scope, grid) };
  const run = runOf(meaning, reader);
  return { name: run.name, grid: null, runs: [run] };
}

/** Finds the runs that a word means: those of a grid, of a name without its seed, of a filter. */
export function findRuns(
  reader: StoreReader,
  word: string,
  scope: Scope = EVERY_RUN,
): readonly RunSummary[] {
  const { grid, runs } = meaningOf(reader, word, {
    grids: true,
    matching: filterOver(reader, scope),
  });
  if (grid !== null) return runsInScope(reader, scope, grid);
  const names = new Set(runs);
  return reader.runs().filter(({ name }) => names.has(name));
}

/**
 * Finds the runs that any of the words means, each once; without words all of them. The first, with which others are
 * compared, is left from earlier plans only where all are.
 *
 * @throws UsageError - if a word means none, or none is left by `--only`
 */
export function selectedRuns(
  reader: StoreReader,
  words: readonly string[],
  { only, scope: given }: { readonly only: readonly string[]; readonly scope: Scope },
): readonly RunSummary[] {
  const scope = only.some(asksForPlan) ? EVERY_RUN : given;
  const meant =
    words.length === 0
      ? runsInScope(reader, scope)
      : words.flatMap((word) => findRuns(reader, word, scope));
  const unique = [...new Map(meant.map((run) => [run.name, run])).values()].toSorted(
    (a, b) => Number(a.plan === "left") - Number(b.plan === "left"),
  );
  const kept = matchingRuns(unique, [{ texts: only, source: "--only " }], reader);
  if (kept.length > 0) return kept;
  if (unique.length === 0 && reader.runs().length > 0) {
    throw new UsageError("every run is left from earlier plans; --all includes them");
  }
  throw new UsageError(
    unique.length === 0
      ? "the store has no run yet; `ablate run CONFIG` trains some"
      : `no run is left by --only ${only.join(" --only ")}`,
  );
}

/**
 * Finds runs and grids by their whole names, or by filters: who removes should not be surprised. What was set aside as
 * damaged is found by its name.
 */
export function resolveExact(
  reader: StoreReader,
  words: readonly string[],
): { readonly runs: readonly string[]; readonly grids: readonly string[] } {
  const options = { grids: true, whole: true, matching: filterOver(reader, EVERY_RUN) };
  const aside = new Set(reader.checks.setAside());
  const meant = words
    .filter((word) => !aside.has(word))
    .map((word) => meaningOf(reader, word, options));
  const asked = words.filter((word) => aside.has(word));
  return {
    grids: [...new Set(meant.flatMap(({ grid }) => grid ?? []))],
    runs: [...new Set([...meant.flatMap(({ runs }) => runs), ...asked])],
  };
}

function runOf({ runs: [name = ""] }: Meaning, reader: StoreReader): RunSummary {
  const run = reader.run(name);
  if (run === undefined) throw new UsageError(`there is no run "${name}" any more`);
  return withLiveState([run], reader)[0] ?? run;
}

/** @throws UsageError - if the word means nothing */
function meaningOf(reader: StoreReader, word: string, options: ResolveOptions): Meaning {
  const { grids = false, whole = false } = options;
  const meaning = reader.resolve(word, options);
  if (meaning !== undefined) return meaning;
  refuseTrashed(reader, word);
  const nothing = `there is no run ${grids ? "or grid " : ""}"${word}"`;
  const begun = whole ? reader.run(word) : undefined;
  if (begun !== undefined) {
    throw new UsageError(`${nothing}; to remove ${begun.name}, write its whole name`);
  }
  const names = reader
    .runs()
    .flatMap(({ name, label }) => [name, ...(label === null ? [] : [label])]);
  const hint =
    didYouMean(word, [...names, ...(grids ? reader.grids().map(({ name }) => name) : [])]) ??
    "`ablate runs` lists all";
  throw new UsageError(`${nothing}; ${hint}`);
}

/** @throws UsageError - if a run or a grid of this name was thrown away */
function refuseTrashed(reader: StoreReader, name: string): void {
  if (!reader.trash().some((entry) => entry.name === name)) return;
  throw new UsageError(`${name} is in the trash; \`ablate restore ${name}\` restores it`);
}

/** Whether a filter says which runs are meant that are left from earlier plans. */
export function asksForPlan(filter: string): boolean {
  return parseFilter(filter).fields.includes("plan");
}

/** Makes the function that finds runs by a filter; a word that could be a name need not be one. */
function filterOver(reader: StoreReader, scope: Scope): (filter: string) => readonly string[] {
  return (filter) => {
    refuseTrashed(reader, filter);
    try {
      const isCurrent = !scope.isAll && !asksForPlan(filter);
      const runs = withLiveState(reader.runs({ isCurrent }), reader);
      return matchingRuns(runs, [{ texts: [filter], source: "" }], reader).map(({ name }) => name);
    } catch (error) {
      const isFixable = error instanceof FilterError || error instanceof UsageError;
      if (couldBeName(filter) && isFixable) return [];
      throw error;
    }
  };
}

export type NotedRun = RunSummary & { readonly note: string | null };

/** Returns stored runs with what the view `runs` does not have of them. */
export function withNotes(runs: readonly RunSummary[], reader: StoreReader): NotedRun[] {
  const { runs: annotated } = reader.annotations();
  return runs.map((run) => ({ ...run, note: annotated.get(run.name)?.note ?? null }));
}

/** Returns the stored runs that match one filter of each list, in which an empty one asks for nothing. */
export function matchingRuns(
  runs: readonly RunSummary[],
  filters: readonly { readonly texts: readonly string[]; readonly source: string }[],
  reader: StoreReader,
): readonly RunSummary[] {
  const candidates = withNotes(runs, reader).map((run) => ({ run, subject: filterSubject(run) }));
  const subjects = candidates.map(({ subject }) => subject);
  const conditions = filters.map(({ texts, source }) => anyOf(texts, source, subjects));
  return candidates
    .filter(({ subject }) => conditions.every((matches) => matches(subject)))
    .map(({ run: { note: _, ...run } }) => run);
}

/**
 * Returns whether a run matches one of the filters; without filters every run does.
 *
 * @param source - what stands before each filter on the command line
 * @throws UsageError - if a filter asks for a field that no run has
 */
export function anyOf(
  texts: readonly string[],
  source: string,
  subjects: readonly FilterSubject[],
): (subject: FilterSubject) => boolean {
  const filters = texts.map((text) => boundFilter(parseFilter(text), subjects));
  for (const filter of filters) {
    const [unknown] = unknownFields(filter, subjects);
    if (unknown === undefined) continue;
    throw new UsageError(`${source}${filter.text}: ${unknownText(unknown, "run", subjects)}`);
  }
  return (subject) => filters.length === 0 || filters.some((filter) => filter.matches(subject));
}
