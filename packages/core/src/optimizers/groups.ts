/** Which parameters a group of a run has, and the weight decay of each. */
import type { GroupSpec, Parameter, TrainSpec } from "../spec.ts";
import { PLAIN_SGD } from "./optimizers.ts";

/** Finds the group of each parameter: an index into `groups`, or -1. */
export function groupsOf(
  parameters: readonly Pick<Parameter, "name" | "role">[],
  groups: readonly GroupSpec[] = [],
): Int32Array {
  return Int32Array.from(parameters, (parameter) =>
    groups.findIndex(({ match }) => isMatch(match, parameter)),
  );
}

/** Whether a pattern of a group means a parameter: `role:bias`, or a name in which `*` stands for anything. */
export function isMatch(match: string, { name, role }: Pick<Parameter, "name" | "role">): boolean {
  if (match.startsWith(ROLE)) return match.slice(ROLE.length) === role;
  const pattern = match.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(name);
}

const ROLE = "role:";

/** Weight decay of each parameter. */
export function weightDecaysOf(
  parameters: readonly Pick<Parameter, "name" | "role">[],
  { optimizer = PLAIN_SGD, groups = [] }: Pick<TrainSpec, "optimizer" | "groups">,
): Float64Array {
  return Float64Array.from(
    groupsOf(parameters, groups),
    (group) => groups[group]?.weightDecay ?? optimizer.weightDecay,
  );
}
