/** Filters of the lists of runs and findings. */
import {
  boundFilter,
  FilterError,
  type FilterSubject,
  filterSubject,
  parseFilter,
  unknownFields,
  unknownText,
} from "@ablate/store";
import type { ShownRun } from "./shown-run.ts";

export type Filtered<T> = {
  readonly items: readonly T[];
  /** What is wrong with the filter. */
  readonly mistake: string | null;
};

/** Returns the items that a filter leaves; a filter that makes no sense leaves every one and says so. */
export function filtered<T>(
  items: readonly T[],
  text: string,
  { noun, subjectOf }: { readonly noun: string; readonly subjectOf: (item: T) => FilterSubject },
): Filtered<T> {
  if (text.trim() === "") return { items, mistake: null };
  try {
    const filter = parseFilter(text);
    const left = items.filter((item) => filter.matches(subjectOf(item)));
    if (left.length === items.length) return { items, mistake: null };
    if (left.length > 0) return { items: left, mistake: null };
    const subjects = items.map(subjectOf);
    const bound = boundFilter(filter, subjects);
    const [unknown] = unknownFields(bound, subjects);
    if (unknown !== undefined)
      return { items: left, mistake: unknownText(unknown, noun, subjects) };
    return { items: items.filter((item) => bound.matches(subjectOf(item))), mistake: null };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { items, mistake: error.message };
  }
}

/** Whether a filter says which runs are meant that are left from earlier plans. */
export function asksForPlan(text: string): boolean {
  try {
    return parseFilter(text).fields.includes("plan");
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return false;
  }
}

const subjects = new WeakMap<ShownRun, FilterSubject>();

/** Makes the subject of a filter from a run, once. */
export function runSubject(run: ShownRun): FilterSubject {
  const subject = subjects.get(run) ?? filterSubject(run);
  subjects.set(run, subject);
  return subject;
}
