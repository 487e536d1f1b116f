/** On which machines runs are, or were, trained; a run whose machine is not known counts as none. */
import { hostname } from "node:os";

type Placed = { readonly host: string | null; readonly state: string };

const spreads = new WeakMap<readonly Placed[], boolean>();

/** Whether runs are, or were, trained on more than one machine. */
export function areOnSeveralHosts(runs: readonly Placed[]): boolean {
  const known = spreads.get(runs) ?? new Set(runs.flatMap(({ host }) => host || [])).size > 1;
  spreads.set(runs, known);
  return known;
}

/** Machines that are named; of the others their number is told. */
const MOST_NAMED = 4;

/**
 * Says on which machines some runs train, and on which others were trained; empty where that is nothing but this one.
 *
 * @param isSpread - whether runs beside them are on several machines, so that this one too is worth a word
 */
export function hostsText(
  runs: readonly Placed[],
  isSpread: boolean,
  here: string = hostname(),
): string {
  const isTold = isSpread || runs.some(({ host }) => host !== null && host !== "" && host !== here);
  if (!isTold) return "";
  const [now, past] = [true, false].map((isNow) =>
    namesText(
      runs.flatMap(({ host, state }) => ((state === "running") === isNow ? host || [] : [])),
    ),
  );
  return [
    ...(now ? [`${runs.length === 1 ? "trains" : "training"} on ${now}`] : []),
    ...(past ? [`trained on ${past}`] : []),
  ].join(" · ");
}

/** Names machines, those of most runs first, each with how many runs it has where there are several. */
function namesText(hosts: readonly string[]): string {
  const counts = [...Map.groupBy(hosts, (host) => host)].map(([host, some]) => ({
    host,
    runs: some.length,
  }));
  counts.sort((a, b) => b.runs - a.runs || (a.host < b.host ? -1 : 1));
  const named = counts.slice(0, MOST_NAMED).map(({ host, runs }) => {
    return counts.length === 1 || runs === 1 ? host : `${host} ×${runs}`;
  });
  const more = counts.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
