import {
  area,
  type Chart,
  colorAt,
  GUIDE,
  line,
  MOST_SHOWN,
  type Point,
  type Stroke,
  segment,
  strokeAt,
} from "@ablate/figures";
import type { ComparedRun, Extent, Finding, GroupedFinding, Parameter } from "@ablate/store";
import { compact } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { type Group, type ReportFacts, type Shown, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { figure, numbers, panels, sentences, table } from "../layout/page.ts";
import { about, count, fixed, listed, scaled } from "../text.ts";

/** Draws how fast every parameter of every shown group learns. */
export function updatesSection(facts: ReportFacts, draw: Draw): Content {
  const groups = facts.shown.filter(({ curves }) =>
    [...curves.ratios.values()].some(({ length }) => length > 0),
  );
  if (groups.length === 0) return null;
  const range = ratioRange(groups);
  const charts = groups.map((group) => html`<div>${draw(ratioChart(facts, group, range))}</div>`);
  const band = bandOf(facts);
  return html`<p>The update:data ratio of a parameter is the size of a step's update over that of the parameter itself: their standard deviations, or their root mean squares where a log says rms. About a thousandth, −3 on these axes, is healthy${band === null ? "" : `; for weights of hidden layers a verdict is fair, and from ${fixed(band[0], 0)} to ${fixed(band[1], 0)} all is well`}.</p>
${sentences([...updateWords(facts), ...outsideWords(facts, groups)])}${figure(
  panels(charts),
  "log10 of the update:data ratio of every parameter, a chart for each group; updates on a logarithmic axis, mean over steps and seeds. What lies below −6 is cut off, as biases in front of a batch norm, whose gradient is rounding noise. The dashed line is the guide at −3; the shaded band is where weights of hidden layers should be.",
  ratioTable(groups),
)}`;
}

function bandOf({ ratios }: ReportFacts): readonly [number, number] | null {
  const found = [...ratios.values()].find(({ low, high }) => low !== null && high !== null);
  return found === undefined ? null : [found.low ?? 0, found.high ?? 0];
}

const HEIGHT = 230;
const LABEL = 15;

function ratioChart(
  facts: ReportFacts,
  group: Shown,
  [min, max]: readonly [number, number],
): Chart {
  const right = Math.max(10, facts.steps);
  const drawn = [...group.curves.ratios].filter(([, values]) => values.length > 0);
  const names = drawn.map(([param]) => param);
  const band = bandOf(facts);
  const edges =
    band === null ? [] : [1, right, right, 1].map((x, i): Point => [x, band[i >> 1] ?? 0]);
  const shade = band === null ? [] : [area(edges, "var(--band)", 0.13)];
  const guides = new Set(names.flatMap((param) => facts.ratios.get(param)?.guide ?? []));
  const ends = drawn.map(([param, values]) => `${param} ${fixed(values.at(-1)?.mean, 2)}`);
  const title = `${group.name}: log10 update:data`;
  return {
    title,
    description: `A line for each parameter, at the end: ${ends.join(", ")}.`,
    width: 480,
    height: Math.max(HEIGHT, 80 + LABEL * drawn.length),
    labels: { left: 40, right: 36 + 7.2 * Math.max(0, ...names.map(({ length }) => length)) },
    x: { title: "updates", min: 1, max: right, isLog: true, format: compact },
    y: { title, min, max, interval: 1 },
    marks: [
      ...shade,
      ...[...guides].map((at) => segment([1, at], [right, at], GUIDE)),
      ...drawn.map(([param, values], i) => {
        const points = values.map(({ at, mean }): Point => [at, mean]);
        return line(points, strokeOf(facts, names, i), param);
      }),
    ],
  };
}

/** With many parameters a colour for each layer, and dashes by what the parameter is. */
function strokeOf({ parameters }: ReportFacts, names: readonly string[], i: number): Stroke {
  if (names.length <= MOST_SHOWN) return strokeAt(i, 1.8);
  const layers = names.map((name) => parameters.get(name)?.layer ?? name);
  const place = [...new Set(layers)].indexOf(layers[i] ?? "");
  const dash = DASHES[parameters.get(names[i] ?? "")?.role ?? "other"] ?? [];
  return { color: colorAt(place), dash, width: 1.6 };
}

/** Weights and embeddings are drawn without gaps. */
const DASHES: Readonly<Partial<Record<Parameter["role"], readonly number[]>>> = {
  bias: [6, 3],
  gain: [2, 2],
  shift: [8, 2, 2, 2],
};

/** Below it there is rounding noise: biases in front of a batch norm. */
const LOWEST = -6;

/** All groups have the same axis; what is below or above any sense is cut off. */
function ratioRange(groups: readonly Shown[]): readonly [number, number] {
  const values = groups.flatMap(({ curves }) =>
    [...curves.ratios.values()].flat().map(({ mean }) => mean),
  );
  return [
    Math.max(LOWEST, Math.min(-5, Math.floor(Math.min(...values)))),
    Math.min(2, Math.max(-1, Math.ceil(Math.max(...values)))),
  ];
}

function ratioTable(groups: readonly Shown[]): Html {
  const params = [...new Set(groups.flatMap(({ curves }) => [...curves.ratios.keys()]))];
  const text = (values: readonly ColumnValue[] = []): string =>
    values.length === 0 ? "–" : `${fixed(values[0]?.mean, 2)} → ${fixed(values.at(-1)?.mean, 2)}`;
  return table(
    "log10 update:data of the first step → of the last stretch of the chart, mean over seeds.",
    ["parameter", ...numbers(...groups.map(titleOf))],
    params.map((param) => [param, ...groups.map(({ curves }) => text(curves.ratios.get(param)))]),
  );
}

/** Rules about updates, and what each says of a parameter. */
const VERDICTS: Readonly<Record<string, string>> = {
  "slow-updates": "learns too slowly",
  "fast-updates": "learns too fast",
  frozen: "does not learn at all",
  "output-learns-faster": "would learn far faster than the layers before it",
  "uneven-updates": "learn at different speeds",
};

function isAboutUpdates({ rule }: Pick<Finding, "rule">): boolean {
  return Object.hasOwn(VERDICTS, rule);
}

/** Most groups that have a sentence each; beyond it, groups in which the same holds share one. */
const MOST_GROUPS = 10;

/** Says which parameters learn too fast or too slowly. */
export function updateWords(facts: ReportFacts): readonly string[] {
  const { groups } = facts;
  const band = bandOf(facts);
  const judged = groups.filter((group) => group.judged > 0);
  const quiet = judged.filter(({ findings }) => !findings.some(isAboutUpdates));
  const unjudged = groups.filter(
    ({ judged, curves }) => judged === 0 && curves !== null && curves.ratios.size > 0,
  );
  const names = (some: readonly Group[]): readonly string[] => some.map(({ name }) => name);
  const were = unjudged.length === 1 ? "was" : "were";
  return [
    ...verdictWords(judged),
    ...about(names(quiet.filter(hasWindow)), (text) =>
      band === null
        ? `No parameter of ${text} learns too fast or too slowly.`
        : `The hidden weights of ${text} learn neither too fast nor too slowly.`,
    ),
    ...about(
      names(quiet.filter((group) => !hasWindow(group))),
      (text) => `${text} ended too early to tell: ratios are judged over ${WINDOW} steps.`,
    ),
    ...about(
      names(unjudged),
      (text) =>
        `${text} ${were} recorded without the rules that judge updates; the charts show their ratios all the same.`,
    ),
  ];
}

/** Says which other parameters end outside the band of hidden weights, which no verdict is about. */
function outsideWords(facts: ReportFacts, groups: readonly Shown[]): readonly string[] {
  const band = bandOf(facts);
  if (band === null) return [];
  const [low, high] = band;
  const found = groups.flatMap(({ name, curves }) =>
    [...curves.ratios].flatMap(([param, values]) => {
      const end = values.at(-1)?.mean ?? Number.NaN;
      const isOutside = end > high || (end < low && end > LOWEST);
      const isJudged = facts.ratios.get(param)?.low !== null;
      return isOutside && !isJudged ? [{ param, text: `${name} (${fixed(end, 2)})` }] : [];
    }),
  );
  if (found.length === 0) return [];
  const places = [...Map.groupBy(found, ({ param }) => param)].map(
    ([param, same]) => `${param} of ${listed(same.map(({ text }) => text))}`,
  );
  return [
    `Other parameters are reported only far outside of this band; at the end these are outside of it: ${places.join("; ")}.`,
  ];
}

function verdictWords(groups: readonly Group[]): readonly string[] {
  const all = groups.flatMap((group) =>
    group.findings.filter(isAboutUpdates).map((finding) => ({ group, finding })),
  );
  if (groups.length <= MOST_GROUPS)
    return all.map(({ group, finding }) => `${group.name}: ${verdictText(finding, group)}.`);
  const places = Map.groupBy(all, ({ finding }) => subjectText(finding));
  return [...places].map(([subject, same]) => {
    const steps = same.flatMap(({ finding }) => finding.since);
    const since = sinceText([Math.min(...steps), Math.max(...steps)]);
    return `${subject} ${since} in ${listed(same.map(({ group }) => group.name))}.`;
  });
}

/** Names a parameter and says what a rule found it to do. */
function subjectText({ rule, param, layer }: Pick<Finding, "rule" | "param" | "layer">): string {
  const place =
    rule === "uneven-updates" ? "the hidden weights" : (param ?? layer ?? "the network");
  return `${place} ${VERDICTS[rule] ?? rule}`;
}

/** Over how many steps the rules judge a ratio. */
const WINDOW = 100;

function hasWindow({ runs }: Group): boolean {
  return runs.some(({ lastStep }) => (lastStep ?? -1) + 1 >= WINDOW);
}

function verdictText(finding: GroupedFinding<ComparedRun>, { judged }: Group): string {
  const { rule, found, values } = finding;
  const ratio = values === null ? "" : `, ${ratioText(rule, values)}`;
  const share = found.length === judged ? "all" : `${count(found.length)} of`;
  const where = judged === 1 && share === "all" ? "" : ` in ${share} ${count(judged)} runs`;
  return `${subjectText(finding)}${where}, ${sinceText(finding.since)}${ratio}`;
}

/** Says since when: a step, or from which to which where runs differ. */
export function sinceText([first, last]: readonly [number, number]): string {
  if (last === 0) return "since initialisation";
  if (first === last) return `since step ${count(first)}`;
  return `since ${first === 0 ? "initialisation" : `step ${count(first)}`} to ${count(last)}`;
}

/** Rules that measure how many times faster something learns than something else. */
const FACTORS = new Set(["uneven-updates", "output-learns-faster"]);

function ratioText(rule: string, [low, high]: Extent): string {
  const name = FACTORS.has(rule) ? "by a factor of" : "update:data";
  return low === high ? `${name} ${scaled(low)}` : `${name} ${scaled(low)} to ${scaled(high)}`;
}
