/** Which parameters learn too fast or too slowly, in words. */
import type { Facts } from "../data/facts.ts";
import { sinceOf } from "../data/findings.ts";
import type { Group, GroupFinding } from "../data/group.ts";
import { listed } from "../text/list.ts";
import { count, scaled } from "../text/number.ts";

const VERDICTS: Readonly<Record<string, string>> = {
  "slow-updates": "learns too slowly",
  "fast-updates": "learns too fast",
  frozen: "does not learn at all",
  "output-learns-faster": "would learn far faster than the layers before it",
  "uneven-updates": "learns at another speed than the other hidden layers",
};

export function isAboutUpdates({ rule }: { readonly rule: string }): boolean {
  return Object.hasOwn(VERDICTS, rule);
}

export function updateWords({ groups }: Facts): readonly string[] {
  const judged = groups.filter((group) => group.judged > 0);
  const texts = judged.flatMap((group) =>
    group.findings
      .filter(isAboutUpdates)
      .map((finding) => `${group.name}: ${verdictText(finding, group)}.`),
  );
  const healthy = judged
    .filter(({ findings }) => !findings.some(isAboutUpdates))
    .map(({ name }) => name);
  const unjudged = groups
    .filter((group) => group.judged === 0 && group.curves !== null)
    .map(({ name }) => name);
  return [
    ...texts,
    ...(healthy.length === 0
      ? []
      : [`No parameter of ${listed(healthy)} learns too fast or too slowly.`]),
    ...(unjudged.length === 0
      ? []
      : [
          `${listed(unjudged)} ${unjudged.length === 1 ? "was" : "were"} recorded without the rules that judge updates; the charts show their ratios all the same.`,
        ]),
  ];
}

function verdictText(finding: GroupFinding, { judged }: Group): string {
  const { rule, param, layer, findings } = finding;
  const values = findings.flatMap(({ value }) => (value === null ? [] : [value]));
  const ratio = values.length === 0 ? "" : `, ${ratioText(rule, values)}`;
  const where =
    findings.length === judged
      ? judged === 1
        ? ""
        : ` in all ${count(judged)} runs`
      : ` in ${count(findings.length)} of ${count(judged)} runs`;
  return `${param ?? layer ?? "the network"} ${VERDICTS[rule] ?? rule}${where}, ${sinceText(sinceOf(finding))}${ratio}`;
}

/** Since when: a step, or from which to which where runs differ. */
export function sinceText([first, last]: readonly [number, number]): string {
  if (last === 0) return "since initialisation";
  if (first === last) return `since step ${count(first)}`;
  return `since ${first === 0 ? "initialisation" : `step ${count(first)}`} to ${count(last)}`;
}

function ratioText(rule: string, values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const name =
    rule.endsWith("-updates") && rule !== "uneven-updates" ? "update:data " : "measured: ";
  return low === high ? `${name}${scaled(low)}` : `${name}${scaled(low)} to ${scaled(high)}`;
}
