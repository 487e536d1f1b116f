import { type Configured, factorKeys, valueId } from "./factors.ts";

/** Runs that count as one, in the order in which they came. */
export type RunGroup<R extends Configured> = {
  readonly id: string;
  readonly runs: readonly [R, ...R[]];
};

/** Runs that share the values of these keys; of all that decide what comes out but the seed, unless given. */
export function groupRuns<R extends Configured>(
  runs: readonly R[],
  keys: readonly string[] = factorKeys(runs),
): RunGroup<R>[] {
  const groups = new Map<string, [R, ...R[]]>();
  for (const run of runs) {
    const id = valueId(run, keys);
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [run]);
    else members.push(run);
  }
  return [...groups].map(([id, members]) => ({ id, runs: members }));
}
