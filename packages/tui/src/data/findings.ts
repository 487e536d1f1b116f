/** What the rules say of runs, as one list: what they say of runs that differ in the seed, once. */
import {
  bySeriousness,
  type FilterSubject,
  type Finding,
  type GroupedFinding,
  groupFindings,
  measuredAt,
} from "@ablate/store";
import { type Filtered, filtered, runSubject } from "./filter.ts";
import type { FoundIn, RunReader } from "./run-reader.ts";
import type { ShownRun } from "./shown-run.ts";
import { rowOf, type TableRow } from "./table.ts";

/** A line of the list: a finding, or what a rule says of several runs of one row of the table. */
export type FindingRow = {
  /** Tells lines apart; focus follows it. */
  readonly key: string;
  /** Whom it is about: the row of the run, or that of all runs of the group. */
  readonly about: TableRow;
  readonly found: readonly [FoundIn, ...FoundIn[]];
  readonly said: Said;
  readonly isInGroup: boolean;
};

/** What is said, of how many runs ever, and of which steps. */
type Said = Omit<GroupedFinding<ShownRun>, "found">;

/** The most serious first, then by step, in the order of the runs. */
export type FindingList = Filtered<FoundIn> & {
  readonly rows: readonly FindingRow[];
  /** How many findings there are without the filter. */
  readonly total: number;
};

export const LEVELS: readonly Finding["level"][] = ["error", "warning", "info"];

/** Lists the findings that a filter leaves of rows of the table; those of a row's runs count as one. */
export function findingsOf(
  about: readonly TableRow[],
  filter: string,
  reader: RunReader,
): FindingList {
  const all = reader
    .findingsOf(about.flatMap(({ members }) => members))
    .toSorted((a, b) => bySeriousness(a.finding, b.finding));
  const left = filtered(all, filter, { noun: "finding", subjectOf });
  const byRun = Map.groupBy(left.items, ({ run }) => run.name);
  const rows = about
    .flatMap((row) => rowsOf(row, byRun))
    .toSorted((a, b) => bySeriousness(a.said, b.said));
  return { ...left, rows, total: all.length };
}

function rowsOf(about: TableRow, byRun: ReadonlyMap<string, readonly FoundIn[]>): FindingRow[] {
  const own = about.members.flatMap(({ name }) => byRun.get(name) ?? []);
  if (own.length === 0) return [];
  const known = new Map(own.map((one) => [one.finding, one]));
  const said = groupFindings(about.members, ({ name }) =>
    (byRun.get(name) ?? []).map(({ finding }) => finding),
  );
  return said.flatMap((one): FindingRow[] => {
    const [first, ...others] = one.found.flatMap(({ finding }) => known.get(finding) ?? []);
    if (first === undefined) return [];
    if (others.length === 0) return [single(first, false)];
    const key = `${about.key}|${first.key}`;
    return [{ key, about, found: [first, ...others], said: one, isInGroup: false }];
  });
}

/** Returns the findings of a line, one by one. */
export function unfolded({ found }: FindingRow): readonly FindingRow[] {
  return found.map((one) => single(one, true));
}

function single(found: FoundIn, isInGroup: boolean): FindingRow {
  const { run, key, finding } = found;
  const { step, value } = finding;
  const moment = measuredAt(finding);
  const said: Said = {
    ...finding,
    since: [step, step],
    measured: [moment, moment],
    values: value === null ? null : [value, value],
  };
  return { key, isInGroup, about: rowOf(run), found: [found], said };
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
