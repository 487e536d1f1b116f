/** Runs as a chart shows them: those that differ in their seed alone are one group. */
import { type GroupPlace, groupPlaces, MOST_SHOWN } from "@ablate/figures";
import { groupNames } from "@ablate/report";
import {
  type ComparedRun,
  comparedRuns,
  compareRuns,
  type RunSummary,
  type StoreReader,
  slotsOf,
} from "@ablate/store";
import { UsageError } from "../command-line/errors.ts";
import { type ChartRequest, unknown } from "./request.ts";

export type Group = {
  readonly name: string;
  readonly place: GroupPlace;
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
};

/** @throws UsageError - if `--hide` names none, or leaves none */
export function groupsOf(
  reader: StoreReader,
  selected: readonly RunSummary[],
  { hidden }: Pick<ChartRequest, "hidden">,
): readonly Group[] {
  const runs = comparedRuns(selected, reader.dataHashes());
  const comparison = compareRuns(runs, { metrics: [] });
  const names = groupNames(comparison);
  const all = comparison.rows.map(({ runs: members }) => members);
  const places = groupPlaces(slotsOf(all, reader.annotations().colours));
  const groups = all.flatMap((members, i): readonly Group[] => {
    const place = places[i];
    return place === undefined ? [] : [{ name: names[i] ?? "", place, runs: members }];
  });
  for (const name of hidden) if (!names.includes(name)) throw unknown("hide", name, names);
  const shown = groups.filter(({ name }) => !hidden.includes(name));
  if (shown.length === 0) throw new UsageError("--hide leaves no group to be drawn");
  return shown;
}

/** Returns most runs that a group has. */
export function mostSeeds(groups: readonly Group[]): number {
  return Math.max(...groups.map(({ runs }) => runs.length));
}

/** @throws UsageError - if there are more groups than can be told apart */
export function refuseMany({ length }: readonly Group[]): void {
  if (length <= MOST_SHOWN) return;
  throw new UsageError(
    `these are ${length} groups, and a chart tells ${MOST_SHOWN} apart; name fewer of them, or choose with --only`,
  );
}
