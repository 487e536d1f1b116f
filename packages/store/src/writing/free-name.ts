import type { Statements } from "../file/statements.ts";
import type { PlannedRun } from "./plan.ts";

/** Longest name of a run. */
const NAME_LENGTH = 80;

/** Returns a name that no other run has: the planned one, else with the first characters of the hash. */
export function freeName(
  sql: Statements,
  { name, hash }: Pick<PlannedRun, "name" | "hash">,
): string {
  let candidate = name.slice(0, NAME_LENGTH);
  const isTaken = "select 1 from run where name = ?";
  for (let length = 6; sql.value(isTaken, candidate) !== undefined; length++) {
    if (length > hash.length) throw new Error(`no free name for run ${hash}`);
    const suffix = `-${hash.slice(0, length)}`;
    candidate = name.slice(0, NAME_LENGTH - suffix.length) + suffix;
  }
  return candidate;
}
