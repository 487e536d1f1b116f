import type { Statements } from "../file/statements.ts";
import type { PlannedRun } from "./plan.ts";

/** Longest name of a run: longer ones do not fit beside anything else in a terminal. */
export const NAME_LENGTH = 80;

/** Returns a name that ends in as many of the first characters of a hash as make it one that is not taken. */
export function hashedName(name: string, hash: string, isTaken: (name: string) => boolean): string {
  for (let length = 6; length <= hash.length; length++) {
    const suffix = `-${hash.slice(0, length)}`;
    const candidate = name.slice(0, NAME_LENGTH - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
  throw new Error(`no free name for run ${hash}`);
}

/** Returns a name that no other run has: this one, else with the first characters of the hash. */
export function freeName(
  sql: Statements,
  { name, hash }: Pick<PlannedRun, "name" | "hash">,
): string {
  const isTaken = (one: string) => sql.value("select 1 from run where name = ?", one) !== undefined;
  const candidate = name.slice(0, NAME_LENGTH);
  return isTaken(candidate) ? hashedName(name, hash, isTaken) : candidate;
}
