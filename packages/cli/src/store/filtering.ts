/** Filters of the command line over runs, stored or only planned. */
import {
  type FilterSubject,
  fieldNames,
  filterSubject,
  parseFilter,
  type RunSummary,
  type StoreReader,
  unknownFields,
} from "@ablate/store";
import { closest } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";

/** A run as filters see it, and the names of its fields for who mistypes one. */
export type Candidate = {
  readonly subject: FilterSubject;
  readonly fields: () => readonly string[];
};

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
  const candidates = withNotes(runs, reader).map((run) => ({
    run,
    subject: filterSubject(run),
    fields: () => fieldNames(run),
  }));
  const conditions = filters.map(({ texts, source }) => anyOf(texts, source, candidates));
  return candidates
    .filter(({ subject }) => conditions.every((matches) => matches(subject)))
    .map(({ run: { note: _, ...run } }) => run);
}

/**
 * Returns whether a run matches one of the filters; without filters every run does.
 *
 * @param source - what stands before each filter on the command line
 * @throws UsageError - if a filter asks for a field that no candidate has
 */
export function anyOf(
  texts: readonly string[],
  source: string,
  candidates: readonly Candidate[],
): (subject: FilterSubject) => boolean {
  const filters = texts.map(parseFilter);
  const subjects = candidates.map(({ subject }) => subject);
  for (const filter of filters) {
    const [unknown] = unknownFields(filter, subjects);
    if (unknown === undefined) continue;
    const names = [...new Set(candidates.flatMap(({ fields }) => fields()))];
    throw new UsageError(`${source}${filter.text}: ${whyUnknown(unknown, names)}`);
  }
  return (subject) => filters.length === 0 || filters.some((filter) => filter.matches(subject));
}

function whyUnknown(field: string, names: readonly string[]): string {
  const endings = names.filter((name) => name.endsWith(`.${field}`));
  const longer = endings.filter((name) => !endings.some((other) => other.endsWith(`.${name}`)));
  if (longer.length > 1) {
    return `"${field}" could be any of ${longer.join(", ")}; write one of them`;
  }
  const guess = closest(field, names);
  const hint =
    guess === null ? "put quotes around what is part of a name" : `did you mean "${guess}"?`;
  return `no run has a field "${field}"; ${hint}`;
}
