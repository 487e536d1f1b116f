import { groupsOf, isMatch, type Parameter } from "@ablate/core";
import { canonicalJson } from "../config/canonical-json.ts";
import type { GroupSettings } from "../config/group-schema.ts";
import { isCurve } from "../config/rate-schema.ts";
import type { TrainSettings } from "../config/train-schema.ts";
import { nodeAt } from "../config/tree.ts";
import type { Effect } from "./effect.ts";
import type { Network } from "./networks.ts";
import type { Sections } from "./sections.ts";

/** Notes the groups without which every parameter would be trained as it is with them. */
export function groupEffects({ plan }: Network, { value, tree }: Sections["train"]): Effect[] {
  if (plan === null || value === null || value.groups.length === 0) return [];
  const { parameters } = plan;
  const { groups } = value;
  const whole = trainedAs(parameters, value, groups);
  return groups.flatMap((group, i): Effect[] => {
    const node = nodeAt(tree, ["train", "groups", i]);
    // That a group matches nothing is no matter of its effect.
    if (node === null || !parameters.some((one) => isMatch(group.match, one))) return [];
    const isUsed = trainedAs(parameters, value, groups.toSpliced(i, 1)) !== whole;
    const isTaken = !groupsOf(
      parameters,
      groups.map(({ match }) => ({ match })),
    ).includes(i);
    const why = isTaken
      ? "groups before it have all parameters that it matches"
      : "it has no effect";
    return [
      { isUsed, problem: { ...node.at, message: `train.groups[${i}]: has no effect, ${why}` } },
    ];
  });
}

/** Says of every parameter the rate and the weight decay that it has of a group, if not those of the run. */
function trainedAs(
  parameters: readonly Parameter[],
  { lr, optimizer }: TrainSettings,
  groups: readonly GroupSettings[],
): string {
  const peak = isCurve(lr) ? lr.rate : Math.max(...Object.values(lr));
  const matches = groupsOf(
    parameters,
    groups.map(({ match }) => ({ match })),
  );
  return canonicalJson(
    Array.from(matches, (i) => {
      const { lr: own = peak, weight_decay: decay = optimizer.weight_decay } = groups[i] ?? {};
      return [own === peak ? null : own, decay];
    }),
  );
}
