/** Which parameters learn too fast or too slowly, in sentences that agree with what is drawn. */
import { LOWEST_RATIO } from "@ablate/figures";
import type { Finding } from "@ablate/store";
import type { Group, ReportFacts } from "../data/facts.ts";
import { count, fixed, groupsText, listed } from "../text.ts";

/** More groups than this are counted where they have a number each. */
const MOST_NAMED = 3;

type Verdict = Readonly<Record<"one" | "several" | "past", string>>;

/** Rules about updates, and what each says of a parameter, of several, and where it is over. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  "slow-updates": {
    one: "learns too slowly",
    several: "learn too slowly",
    past: "learned too slowly",
  },
  "fast-updates": { one: "learns too fast", several: "learn too fast", past: "learned too fast" },
  frozen: {
    one: "does not learn at all",
    several: "do not learn at all",
    past: "did not learn at all",
  },
  "output-learns-faster": {
    one: "would learn far faster than the layers before it",
    several: "would learn far faster than the layers before them",
    past: "would have learned far faster than the layers before it",
  },
  "uneven-updates": {
    one: "learn at very different speeds",
    several: "learn at very different speeds",
    past: "learned at very different speeds",
  },
};

function isAboutUpdates({ rule }: Pick<Finding, "rule">): boolean {
  return Object.hasOwn(VERDICTS, rule);
}

/** Says which parameters learn too fast or too slowly; since when, and in how many runs, is said by the findings. */
export function updateWords(facts: ReportFacts): readonly string[] {
  const { groups } = facts;
  const judged = groups.filter((group) => group.judged > 0);
  const quiet = judged.filter(({ findings }) => !findings.some(isAboutUpdates));
  const early = quiet.filter((group) => !hasWindow(group));
  const told = quiet.filter(hasWindow);
  const bare = told.filter(({ band }) => band === null);
  const outside = outsideOf(facts);
  const isOutside = ({ name }: Group): boolean =>
    outside.some(({ group, isHidden }) => isHidden && group === name);
  const healthy = told.filter((group) => group.band !== null && !isOutside(group));
  const unjudged = groups.filter(
    ({ judged: runs, curves }) => runs === 0 && curves !== null && curves.ratios.size > 0,
  );
  const said = (some: readonly Group[], sentence: (names: string) => string): readonly string[] => {
    const names = some.map(({ name }) => name);
    return names.length === 0 ? [] : [sentence(groupsText(names, groups.length))];
  };
  return [
    ...verdictWords(judged),
    ...said(
      healthy,
      (names) => `The hidden weights of ${names} learn neither too fast nor too slowly.`,
    ),
    ...said(
      bare,
      (names) => `No rule reports the updates of ${names}, without weights of hidden layers.`,
    ),
    ...said(
      early,
      (names) => `Ratios are judged over ${WINDOW} steps, for which ${names} ended too early.`,
    ),
    ...said(
      unjudged,
      (names) =>
        `No rule judged the updates of ${names} as they were recorded; the charts show their ratios all the same.`,
    ),
    ...outsideWords(outside),
  ];
}

/** A parameter that ends outside the band of its group, without a rule that says so. */
type Outside = {
  readonly param: string;
  readonly group: string;
  readonly end: number;
  readonly isHidden: boolean;
};

function outsideOf({ shown, ratios }: ReportFacts): readonly Outside[] {
  return shown.flatMap(({ name, band, curves, findings }) => {
    if (band === null) return [];
    const reported = new Set(findings.filter(isAboutUpdates).map(({ param }) => param));
    return [...curves.ratios].flatMap(([param, values]): readonly Outside[] => {
      const end = values.at(-1)?.mean ?? Number.NaN;
      const isHidden = (ratios.get(param)?.low ?? null) !== null;
      const isOutside = end > band[1] || (end < band[0] && (isHidden || end > LOWEST_RATIO));
      if (!isOutside || reported.has(param)) return [];
      return [{ param, group: name, end, isHidden }];
    });
  });
}

/** Says what ends outside of the band and that no rule reports it, so that no sentence contradicts the charts. */
function outsideWords(all: readonly Outside[]): readonly string[] {
  const list = (some: readonly Outside[], most: number): string =>
    [...Map.groupBy(some, ({ param }) => param)]
      .map(([param, same]) => {
        const ends = same.map(({ end }) => end);
        const extent = `${fixed(Math.min(...ends), 2)} to ${fixed(Math.max(...ends), 2)}`;
        return same.length > most
          ? `${param} of ${count(same.length)} groups (${extent})`
          : `${param} of ${listed(same.map(({ group, end }) => `${group} (${fixed(end, 2)})`))}`;
      })
      .join("; ");
  const hidden = all.filter(({ isHidden }) => isHidden);
  const others = all.filter(({ isHidden }) => !isHidden);
  return [
    ...(hidden.length === 0
      ? []
      : [
          `Outside of the band at the end, though no rule reports it: ${list(hidden, hidden.length)}.`,
        ]),
    ...(others.length === 0
      ? []
      : [
          `Other parameters are reported only far outside of this band; at the end these are outside of it: ${list(others, MOST_NAMED)}.`,
        ]),
  ];
}

/** Says once what holds of several parameters, and in which groups. */
function verdictWords(groups: readonly Group[]): readonly string[] {
  const all = groups.flatMap((group) =>
    group.findings.filter(isAboutUpdates).map((finding) => ({ group: group.name, finding })),
  );
  const subjects = [...Map.groupBy(all, ({ finding }) => JSON.stringify(subjectOf(finding)))].map(
    ([key, same]) => ({ key, names: [...new Set(same.map(({ group }) => group))], same }),
  );
  const alike = Map.groupBy(subjects, ({ names, same: [first] }) =>
    JSON.stringify([names, first?.finding.rule, first?.finding.until === null]),
  );
  return [...alike.values()].flatMap((some) => {
    const found = some.flatMap(({ same }) => same[0]?.finding ?? []);
    const [first] = found;
    if (first === undefined) return [];
    const places = found.map((one) => subjectOf(one).place);
    return [
      `${listed(places)} ${verdictText(first, places.length)} in ${listed(some[0]?.names ?? [])}.`,
    ];
  });
}

type Subject = Pick<Finding, "rule" | "param" | "layer" | "until">;

function subjectOf({ rule, param, layer, until }: Subject): {
  readonly rule: string;
  readonly place: string;
  readonly isOver: boolean;
} {
  const place =
    rule === "uneven-updates" ? "The hidden weights" : (param ?? layer ?? "The network");
  return { rule, place, isOver: until !== null };
}

function verdictText({ rule, until }: Subject, places: number): string {
  const { one, several, past } = VERDICTS[rule] ?? { one: rule, several: rule, past: rule };
  if (until !== null) return `${past} for a time`;
  return places === 1 ? one : several;
}

/** Over how many steps the rules judge a ratio. */
const WINDOW = 100;

function hasWindow({ runs }: Group): boolean {
  return runs.some(({ lastStep }) => (lastStep ?? -1) + 1 >= WINDOW);
}

/** Says since when: a step, or from which to which where runs differ. */
export function sinceText([first, last]: readonly [number, number]): string {
  if (last === 0) return "since initialisation";
  if (first === last) return `since step ${count(first)}`;
  return `since ${first === 0 ? "initialisation" : `step ${count(first)}`} to ${count(last)}`;
}
