/** Which of the planned runs `--only` means. */
import type { PlannedRun } from "@ablate/runner";
import {
  emptyRun,
  type FilterSubject,
  filterSubject,
  type PlanPreview,
  type RunSummary,
  withoutSeed,
} from "@ablate/store";
import { closest, firstOf } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { withAnyReader } from "../store/open.ts";
import { anyOf, type NotedRun, withNotes } from "../store/resolve.ts";

type Choice = {
  readonly name: string;
  readonly runs: readonly PlannedRun[];
  /** Whether the grid has more runs, which are not planned. */
  readonly isSample: boolean;
};

/**
 * Returns the planned runs that match a filter of `--only`; all of them without one. A run goes by the names that it
 * has in the store and in the config, and by its variant's; with the tags and results that the store has of it.
 *
 * @throws UsageError - if none is left
 */
export function onlyWanted(
  { name: grid, runs, isSample }: Choice,
  { names }: Pick<PlanPreview, "names">,
  invocation: Invocation,
): readonly PlannedRun[] {
  const texts = invocation.flags.texts("only");
  if (texts.length === 0) return runs;
  const stored = withAnyReader(invocation, (reader) => {
    // A run of this grid has the label that it has in it.
    const known = [...reader.runs(), ...reader.runs({ grid })];
    return new Map(withNotes(known, reader).map((run) => [run.hash, run]));
  });
  const candidates = runs.map((run) => {
    const { name, label } = names.get(run.hash) ?? run;
    const known = stored?.get(run.hash) ?? untrained(run, { name, grid, label });
    return { run, subject: subjectOf(run, known, stored?.has(run.hash) ?? false) };
  });
  const isWanted = anyOf(
    texts,
    "--only ",
    candidates.map(({ subject }) => subject),
  );
  const wanted = candidates.filter(({ subject }) => isWanted(subject)).map(({ run }) => run);
  if (wanted.length > 0) return wanted;
  const given = texts.map((text) => `--only ${text}`).join(" ");
  const none = isSample ? "no run of the sample matches" : "no run matches";
  throw new UsageError(`${given}: ${none}; ${hint(texts, candidates)}`);
}

function subjectOf(
  run: PlannedRun,
  known: NotedRun | RunSummary,
  isStored: boolean,
): FilterSubject {
  const summary = { ...known, config: run.config };
  const { field, fields, tags, ...subject } = filterSubject(summary);
  const entries = [run, ...run.also];
  const variants = entries.flatMap(({ variant }) => variant ?? []);
  const labels = entries.map(({ label }) => label);
  const own = new Map<string, unknown>([["variant", oneOrAll(variants)]]);
  if (!isStored) own.set("state", "new");
  own.set("label", oneOrAll([known.label, ...labels]));
  for (const key of ["name", "run"]) own.set(key, oneOrAll([known.name, run.name]));
  return {
    ...subject,
    // Words mean these, too.
    tags: [...tags, run.name, ...labels, ...variants],
    field: (name) => (own.has(name) ? own.get(name) : field(name)),
    fields: () => [...own.keys(), ...(fields?.() ?? [])],
  };
}

/** Returns the value where all are the same, else each: a filter matches where one does. */
function oneOrAll<T>(values: readonly T[]): T | readonly T[] | null {
  const different = [...new Set(values)];
  return different.length > 1 ? different : (different[0] ?? null);
}

/** Makes what the store would say of a run that it does not have. */
function untrained(
  { hash, config, seed, engine, steps }: PlannedRun,
  named: Pick<RunSummary, "name" | "grid" | "label">,
): RunSummary {
  return emptyRun({ ...named, state: "pending", seed, config, hash, engine, steps });
}

/** A filter that is one word. */
const PLAIN = /^[^\s"'():<>=]+$/;

/** Most names that a message lists. */
const MOST_LISTED = 10;

function hint(
  texts: readonly string[],
  candidates: readonly { readonly subject: FilterSubject; readonly run: PlannedRun }[],
): string {
  const list = texts.find((text) => /^[^\s"'():<>=]+,[^"'():<>=]*$/.test(text));
  if (list !== undefined) return `write "${list.trim().replaceAll(/\s*,\s*/g, " or ")}"`;
  const variants = candidates.flatMap(({ run }) =>
    [run, ...run.also].flatMap(({ variant }) => variant ?? []),
  );
  const labels = candidates.flatMap(({ subject, run }) => [subject.label ?? run.label, run.label]);
  const names = [...new Set([...variants, ...labels])];
  for (const text of texts.filter((one) => PLAIN.test(one))) {
    const guess = closest(text, names);
    if (guess !== null && guess !== text) return `did you mean "${guess}"?`;
  }
  const groups = labels.map((label) => withoutSeed(label) || label);
  return `there are ${firstOf([...new Set(groups)], MOST_LISTED)}`;
}
