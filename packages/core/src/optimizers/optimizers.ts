/** What every optimiser keeps of a parameter, and how parameters are grouped: facts that both engines follow. */
import type { GroupSpec, OptimizerSpec, Parameter, TrainSpec } from "../spec.ts";

/** PyTorch's SGD without anything. */
export const PLAIN_SGD: OptimizerSpec = {
  name: "sgd",
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};

/** A tensor that an optimiser keeps for each parameter, of its shape; `start` fills it before the first update. */
export type KeptState = { readonly name: string; readonly start: number };

/** What an optimiser keeps of each parameter, by PyTorch's names in `state_dict`. */
export function keptStates(optimizer: OptimizerSpec): readonly KeptState[] {
  const zero = (name: string): KeptState => ({ name, start: 0 });
  switch (optimizer.name) {
    case "sgd":
      return optimizer.momentum === 0 ? [] : [zero("momentum_buffer")];
    case "adam":
    case "adamw":
      return [zero("exp_avg"), zero("exp_avg_sq")];
    case "rmsprop":
      return [
        zero("square_avg"),
        ...(optimizer.momentum === 0 ? [] : [zero("momentum_buffer")]),
        ...(optimizer.centered ? [zero("grad_avg")] : []),
      ];
    case "adagrad":
      return [{ name: "sum", start: optimizer.initialAccumulatorValue }];
    case "lion":
      return [zero("exp_avg")];
  }
}

/** A state's name in a file of tensors: `hidden1.weight.exp_avg`. */
export function stateName(parameter: Pick<Parameter, "name">, state: KeptState): string {
  return `${parameter.name}.${state.name}`;
}

/** The group of each parameter: an index into `groups`, or -1. */
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
