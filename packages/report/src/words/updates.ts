/** Which parameters learn too fast or too slowly, in words. */
import type { ReportFacts } from "../data/facts.ts";
import { sinceOf } from "../data/findings.ts";
import type { Group, GroupFinding } from "../data/group.ts";
import { count, listed, scaled } from "../text.ts";

const VERDICTS: Readonly<Record<string, string>> = {
  "slow-updates": "learns too slowly",
  "fast-updates": "learns too fast",
  frozen: "does not learn at all",
  "output-learns-faster": "would learn far faster than the layers before it",
  "uneven-updates": "learn at different speeds",
};

export function isAboutUpdates({ rule }: { readonly rule: string }): boolean {
  return Object.hasOwn(VERDICTS, rule);
}

export function updateWords({ groups }: ReportFacts): readonly string[] {
  const judged = groups.filter((group) => group.judged > 0);
  const texts = judged.length > MOST_GROUPS ? verdictsByPlace(judged) : verdictsByGroup(judged);
  const quiet = judged.filter(({ findings }) => !findings.some(isAboutUpdates));
  const healthy = quiet.filter(hasWindow).map(({ name }) => name);
  const brief = quiet.filter((group) => !hasWindow(group)).map(({ name }) => name);
  const unjudged = groups
    .filter((group) => group.judged === 0 && group.curves !== null)
    .map(({ name }) => name);
  return [
    ...texts,
    ...(healthy.length === 0
      ? []
      : [`No parameter of ${listed(healthy)} learns too fast or too slowly.`]),
    ...(brief.length === 0
      ? []
      : [`${listed(brief)} ended too early to tell: ratios are judged over ${WINDOW} steps.`]),
    ...(unjudged.length === 0
      ? []
      : [
          `${listed(unjudged)} ${unjudged.length === 1 ? "was" : "were"} recorded without the rules that judge updates; the charts show their ratios all the same.`,
        ]),
  ];
}

/** With more groups than these, those in which the same holds share a sentence. */
const MOST_GROUPS = 10;

function verdictsByGroup(groups: readonly Group[]): readonly string[] {
  return groups.flatMap((group) =>
    group.findings
      .filter(isAboutUpdates)
      .map((finding) => `${group.name}: ${verdictText(finding, group)}.`),
  );
}

function verdictsByPlace(groups: readonly Group[]): readonly string[] {
  const all = groups.flatMap((group) =>
    group.findings.filter(isAboutUpdates).map((finding) => ({ name: group.name, finding })),
  );
  const places = Map.groupBy(all, ({ finding }) => `${finding.rule} ${placeOf(finding)}`);
  return [...places.values()].flatMap((same): readonly string[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { rule } = first.finding;
    const steps = same.flatMap(({ finding }) => sinceOf(finding));
    const since = sinceText([Math.min(...steps), Math.max(...steps)]);
    const names = listed(same.map(({ name }) => name));
    return [`${placeOf(first.finding)} ${VERDICTS[rule] ?? rule} ${since} in ${names}.`];
  });
}

function placeOf({ rule, param, layer }: GroupFinding): string {
  return rule === "uneven-updates" ? "the hidden weights" : (param ?? layer ?? "the network");
}

/** Over how many steps the rules judge a ratio. */
const WINDOW = 100;

function hasWindow({ runs }: Group): boolean {
  return runs.some(({ lastStep }) => (lastStep ?? -1) + 1 >= WINDOW);
}

function verdictText(finding: GroupFinding, { judged }: Group): string {
  const { rule, findings } = finding;
  const values = findings.flatMap(({ value }) => (value === null ? [] : [value]));
  const ratio = values.length === 0 ? "" : `, ${ratioText(rule, values)}`;
  const where =
    findings.length === judged
      ? judged === 1
        ? ""
        : ` in all ${count(judged)} runs`
      : ` in ${count(findings.length)} of ${count(judged)} runs`;
  return `${placeOf(finding)} ${VERDICTS[rule] ?? rule}${where}, ${sinceText(sinceOf(finding))}${ratio}`;
}

/** Says since when: a step, or from which to which where runs differ. */
export function sinceText([first, last]: readonly [number, number]): string {
  if (last === 0) return "since initialisation";
  if (first === last) return `since step ${count(first)}`;
  return `since ${first === 0 ? "initialisation" : `step ${count(first)}`} to ${count(last)}`;
}

/** Rules that measure how many times faster something learns than something else. */
const FACTORS = new Set(["uneven-updates", "output-learns-faster"]);

function ratioText(rule: string, values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const name = FACTORS.has(rule) ? "by a factor of" : "update:data";
  return low === high ? `${name} ${scaled(low)}` : `${name} ${scaled(low)} to ${scaled(high)}`;
}
