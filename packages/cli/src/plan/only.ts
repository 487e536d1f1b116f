/** `--only`: which of the planned runs are wanted. */

import type { PlannedRun } from "@ablate/runner";
import {
  emptyRun,
  fieldNames,
  filterSubject,
  type RunSummary,
  type StoreReader,
} from "@ablate/store";
import { closest, firstOf } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { anyOf, type Candidate, type NotedRun, withNotes } from "../store/filtering.ts";
import { withAnyReader } from "../store/open.ts";

/**
 * The planned runs that match a filter of `--only`: all of them without one. A run that the store
 * has goes by the name that it has there, with its tags and results.
 *
 * @throws UsageError - if none is left
 */
export function onlyWanted(
  runs: readonly PlannedRun[],
  { grid, invocation }: { readonly grid: string; readonly invocation: Invocation },
): readonly PlannedRun[] {
  const texts = invocation.flags.texts("only");
  if (texts.length === 0) return runs;
  const stored = withAnyReader(invocation, {
    use: (reader) => storedRuns(reader, grid),
    without: new Map<string, NotedRun>(),
  });
  const candidates = runs.map((run) => ({ run, ...candidateOf(run, stored.get(run.hash)) }));
  const isWanted = anyOf(texts, { source: "--only ", candidates });
  const wanted = candidates.filter(({ subject }) => isWanted(subject)).map(({ run }) => run);
  if (wanted.length === 0) throw new UsageError(noneLeft(texts, candidates));
  return wanted;
}

/** By hash; a run of this grid with the label that it has in it. */
function storedRuns(reader: StoreReader, grid: string): ReadonlyMap<string, NotedRun> {
  const runs = [...reader.runs(), ...reader.runs({ grid })];
  return new Map(withNotes(runs, reader).map((run) => [run.hash, run]));
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

/** What the store would say of a run that it does not have. */
function untrained({ name, label, hash, config, seed, engine, steps }: PlannedRun): RunSummary {
  const grid = name.slice(0, -label.length - 1);
  return emptyRun({ name, grid, label, state: "pending", seed, config, hash, engine, steps });
}

type Named = Candidate & { readonly run: PlannedRun };

function noneLeft(texts: readonly string[], candidates: readonly Named[]): string {
  const given = texts.map((text) => `--only ${text}`).join(" ");
  return `${given}: no run matches; ${hint(texts, candidates)}`;
}

/** A filter that is one word. */
const PLAIN = /^[^\s"'():<>=]+$/;

/** Most names that a message lists. */
const MOST_LISTED = 10;

function hint(texts: readonly string[], candidates: readonly Named[]): string {
  const list = texts.find((text) => /^[^\s"'():<>=]+,[^"'():<>=]*$/.test(text));
  if (list !== undefined)
    return `write "${list
      .split(",")
      .map((name) => name.trim())
      .join(" or ")}"`;
  const variants = candidates.flatMap(({ run }) => run.variant ?? []);
  const names = [
    ...new Set([...variants, ...candidates.map(({ subject }) => subject.label ?? "")]),
  ];
  for (const text of texts.filter((one) => PLAIN.test(one))) {
    const guess = closest(text, names);
    if (guess !== null) return `did you mean "${guess}"?`;
  }
  const labels = candidates.map(({ subject }) => subject.label ?? "");
  return `there are ${firstOf(labels, MOST_LISTED)}`;
}
