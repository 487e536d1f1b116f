import { type Configured, valueId } from "./factors.ts";
import { seedlessId } from "./seeds.ts";

/** Runs that count as one, in the order in which they came. */
export type RunGroup<R extends Configured> = {
  readonly id: string;
  readonly runs: readonly [R, ...R[]];
};

/** Groups runs that share the values of these keys; without keys those that are the same but for the seed. */
export function groupRuns<R extends Configured>(
  runs: readonly R[],
  keys?: readonly string[],
): RunGroup<R>[] {
  const groups = new Map<string, [R, ...R[]]>();
  for (const run of runs) {
    const id = keys === undefined ? seedlessId(run) : valueId(run, keys);
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [run]);
    else members.push(run);
  }
  return [...groups].map(([id, members]) => ({ id, runs: members }));
}
