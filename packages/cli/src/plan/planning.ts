/** Turns a config file and the flags into the runs that would be trained. */
import { type Exclusion, onData, type PlannedRun, planRuns } from "@ablate/runner";
import { emptyRun, fieldNames, filterSubject, type GridPlan, type RunSummary } from "@ablate/store";
import { closest, firstOf } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { linesOf, problemText } from "../print/problems.ts";
import { withAnyReader } from "../store/open.ts";
import { anyOf, type Candidate, type NotedRun, withNotes } from "../store/resolve.ts";
import { dataNotes, otherReadingNotes } from "./data-notes.ts";
import { readConfig, type Source } from "./source.ts";

/** A grid that is ready to be stored and trained. */
export type Planned = Source & {
  readonly grid: GridPlan;
  readonly runs: readonly PlannedRun[];
  /** What the user should know: runs that are the same, values that change nothing. */
  readonly notes: readonly string[];
  readonly excluded: readonly Exclusion[];
};

/** Plans a config, by default the one that the first positional argument names, under the flags. */
export function planConfig(invocation: Invocation, path?: string): Planned {
  const source = readConfig(invocation, path);
  const { config, data } = source;
  const { name, description, text } = config;
  const { runs: all, notes: sameRuns, excluded } = planRuns(onData(config, data), data.hash);
  const runs = onlyWanted(all, name, invocation);
  const grid = { name, description, spec: text, runs };
  const paint = invocation.terminal.paintWarning;
  const lines = linesOf(config.sources);
  const warnings = config.warnings.map(({ message, ...at }) =>
    problemText({ ...at, message: `warning: ${message}` }, lines, paint),
  );
  const ofData = [...dataNotes(source), ...otherReadingNotes(source, invocation)];
  const notes = [...warnings, ...ofData, ...sameRuns];
  return { ...source, runs, notes, excluded, grid };
}

/**
 * The planned runs that match a filter of `--only`: all of them without one. A run that the store
 * has goes by the name that it has there, with its tags and results.
 *
 * @throws UsageError - if none is left
 */
function onlyWanted(
  runs: readonly PlannedRun[],
  grid: string,
  invocation: Invocation,
): readonly PlannedRun[] {
  const texts = invocation.flags.texts("only");
  if (texts.length === 0) return runs;
  const stored = withAnyReader(invocation, (reader) => {
    // A run of this grid has the label that it has in it.
    const known = [...reader.runs(), ...reader.runs({ grid })];
    return new Map(withNotes(known, reader).map((run) => [run.hash, run]));
  });
  const candidates = runs.map((run) => ({ run, ...candidateOf(run, stored?.get(run.hash)) }));
  const isWanted = anyOf(texts, "--only ", candidates);
  const wanted = candidates.filter(({ subject }) => isWanted(subject)).map(({ run }) => run);
  if (wanted.length > 0) return wanted;
  const given = texts.map((text) => `--only ${text}`).join(" ");
  throw new UsageError(`${given}: no run matches; ${hint(texts, candidates)}`);
}

function candidateOf(run: PlannedRun, stored: NotedRun | undefined): Candidate {
  const summary = { ...(stored ?? untrained(run)), config: run.config };
  const { field, ...subject } = filterSubject(summary);
  const own = new Map<string, unknown>([["variant", run.variant]]);
  if (stored === undefined) own.set("state", "new");
  return {
    subject: { ...subject, field: (name) => (own.has(name) ? own.get(name) : field(name)) },
    fields: () => [...own.keys(), ...fieldNames(summary)],
  };
}

/** Makes what the store would say of a run that it does not have. */
function untrained({ name, label, hash, config, seed, engine, steps }: PlannedRun): RunSummary {
  const grid = name.slice(0, -label.length - 1);
  return emptyRun({ name, grid, label, state: "pending", seed, config, hash, engine, steps });
}

/** A filter that is one word. */
const PLAIN = /^[^\s"'():<>=]+$/;

/** Most names that a message lists. */
const MOST_LISTED = 10;

function hint(
  texts: readonly string[],
  candidates: readonly (Candidate & { readonly run: PlannedRun })[],
): string {
  const list = texts.find((text) => /^[^\s"'():<>=]+,[^"'():<>=]*$/.test(text));
  if (list !== undefined) return `write "${list.trim().replaceAll(/\s*,\s*/g, " or ")}"`;
  const variants = candidates.flatMap(({ run }) => run.variant ?? []);
  const labels = candidates.map(({ subject }) => subject.label ?? "");
  const names = [...new Set([...variants, ...labels])];
  for (const text of texts.filter((one) => PLAIN.test(one))) {
    const guess = closest(text, names);
    if (guess !== null) return `did you mean "${guess}"?`;
  }
  return `there are ${firstOf(labels, MOST_LISTED)}`;
}
