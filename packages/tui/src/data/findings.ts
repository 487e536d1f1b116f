/** What the rules say of runs, as one list. */
import type { FilterSubject, Finding } from "@ablate/store";
import { type Filtered, filtered, runSubject } from "./filter.ts";
import type { FoundIn, RunReader } from "./run-reader.ts";
import type { ShownRun } from "./shown-run.ts";

/** The most serious first, then by step, in the order of the runs. */
export type FindingList = Filtered<FoundIn> & {
  /** How many there are without the filter. */
  readonly total: number;
};

export const LEVELS: readonly Finding["level"][] = ["error", "warning", "info"];

/** Lists the findings of several runs that a filter leaves. */
export function findingsOf(
  runs: readonly ShownRun[],
  filter: string,
  reader: RunReader,
): FindingList {
  const all = runs
    .flatMap((run) => reader.findings(run))
    .toSorted(
      ({ finding: a }, { finding: b }) =>
        LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || a.step - b.step,
    );
  return { ...filtered(all, filter, { noun: "finding", subjectOf }), total: all.length };
}

/** Makes the subject of a filter from a finding and its run. */
function subjectOf({ run, finding }: FoundIn): FilterSubject {
  const ofRun = runSubject(run);
  const { rule, level, layer, param, message } = finding;
  const words = [rule, level, layer, param, message].filter((word) => word !== null);
  const own: Readonly<Record<string, unknown>> = finding;
  return {
    ...ofRun,
    tags: [...ofRun.tags, ...words],
    field: (name) => (Object.hasOwn(own, name) ? own[name] : ofRun.field(name)),
  };
}
