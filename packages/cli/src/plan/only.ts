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
  grid: string,
  invocation: Invocation,
): readonly PlannedRun[] {
  const texts = invocation.flags.texts("only");
  if (texts.length === 0) return runs;
  const stored = withAnyReader(invocation, (reader) => storedRuns(reader, grid));
  const candidates = runs.map((run) => ({ run, ...candidateOf(run, stored?.get(run.hash)) }));
  const isWanted = anyOf(texts, "--only ", candidates);
  const wanted = candidates.filter(({ subject }) => isWanted(subject)).map(({ run }) => run);
  if (wanted.length > 0) return wanted;
  const given = texts.map((text) => `--only ${text}`).join(" ");
  throw new UsageError(`${given}: no run matches; ${hint(texts, candidates)}`);
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

/** A filter that is one word. */
const PLAIN = /^[^\s"'():<>=]+$/;

/** Most names that a message lists. */
const MOST_LISTED = 10;

function hint(texts: readonly string[], candidates: readonly Named[]): string {
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
