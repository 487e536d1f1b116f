/** Whether one factor changes what another does: in sentences, and as lines that are parallel or not. */
import {
  type Chart,
  line,
  type Mark,
  MOST_SHOWN,
  type Stroke,
  segment,
  strokeAt,
} from "@ablate/figures";
import {
  type ComparedRun,
  factorsOf,
  type Sensitivity,
  type SensitivityValue,
  sensitivityNames,
  sensitivityOf,
  sensitivityWords,
} from "@ablate/store";
import { counted } from "@ablate/text";
import type { ReportFacts } from "../data/facts.ts";
import { DECADES, movedOn, valueAxis } from "../data/value-axis.ts";
import { type Content, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { figure, inNumbers, numbers, sentences, sized, swatch, table } from "../layout/page.ts";
import { fixed, fixedTexts } from "../text.ts";
import { metricTitle } from "./ranking.ts";

type Found = Sensitivity<ComparedRun>;

/** Of more factors there are too many pairs to read. */
const MOST_FACTORS = 8;

/** So many pairs are shown, the strongest first. */
const MOST_PAIRS = 3;

/** Shades of the page that are of no group: colours are of groups alone. */
const SHADES = 4;

/** Returns the line of one value of a factor: told by its dashes, and by shades of grey. */
function strokeOf(place: number): Stroke {
  return { ...strokeAt(place), color: `var(--p${place % SHADES})` };
}

/** Says of each pair of factors whether one changes what the other does; of many, the pairs that are told apart. */
export function sensitivitySection(facts: ReportFacts, draw: Draw): Content {
  const { runs, metric } = facts;
  const factors = factorsOf(runs).slice(0, MOST_FACTORS);
  const pairs = factors.flatMap((one, i) =>
    factors.slice(i + 1).flatMap((other) => {
      const ways = [
        sensitivityOf(runs, { metric, by: one, within: other }),
        sensitivityOf(runs, { metric, by: other, within: one }),
      ].filter(({ values }) => values.length > 1);
      return ways.toSorted((a, b) => tellingOf(b) - tellingOf(a)).slice(0, 1);
    }),
  );
  const told = pairs.filter((pair) => tellingOf(pair) > 0 || areLost(pair));
  const shown = (pairs.length > 1 ? told : pairs)
    .toSorted((a, b) => strengthOf(b) - strengthOf(a))
    .slice(0, MOST_PAIRS);
  const [strongest] = shown;
  if (strongest === undefined) {
    if (pairs.length === 0) return null;
    return html`<p>Of ${counted(pairs.length, "pair")} of factors none is told apart from two that act by themselves: no factor changes what another does by more than chance, or the seeds are too few to tell.</p>`;
  }
  const bodies = shown.map(
    (pair) =>
      html`${shown.length > 1 ? html`<h3>${titleOf(pair)}</h3>` : null}${pair === strongest ? sensitivityFigure(pair, facts, draw) : null}${sentences(wordsOf(pair, facts))}`,
  );
  return html`<p>${introduction(strongest, { pairs: pairs.length, told: told.length })}</p>${bodies}`;
}

function introduction(
  pair: Found,
  { pairs, told }: { readonly pairs: number; readonly told: number },
): string {
  const { by, within } = sensitivityNames(pair);
  const way = `Does ${within} change what ${by} does? The opposite question, whether ${by} changes what ${within} does, separates fewer values here.`;
  const spread =
    "A change is the highest mean less the lowest one, over the seeds that have every result. Each seed gives one difference of two changes; the intervals are those of the means over seeds, by Student’s t at 95 %.";
  if (pairs === 1) return `${way} ${spread}`;
  const said = `Of ${counted(pairs, "pair")} of factors ${told === 1 ? "one is" : `${told} are`} told apart by more than chance, or lost runs; those with the largest differences are below.`;
  return `${said} Each pair can be asked about in two ways; the one that separates more values is answered. ${spread}`;
}

function titleOf(pair: Found): string {
  const { by, within } = sensitivityNames(pair);
  return `${by} at each ${within}`;
}

function areLost({ values }: Found): boolean {
  return values.some(({ lost }) => lost > 0);
}

/** Returns how much of the sensitivity is gone between the two values that are farthest apart; 0 where none is told. */
function tellingOf({ values }: Found): number {
  const shares = values.flatMap(({ difference }) => {
    if (difference === null) return [];
    if (difference.spread.verdict === "larger")
      return 1 + Math.abs(difference.spread.mean ?? 0) / largestOf(values);
    return difference.interaction.verdict === "larger" ? 0.5 : 0;
  });
  return Math.max(0, ...shares);
}

function largestOf(values: readonly SensitivityValue<ComparedRun>[]): number {
  return Math.max(...values.map(({ spread }) => spread.mean ?? 0)) || 1;
}

/** Returns the largest difference that is told apart, else the largest change. */
function strengthOf(pair: Found): number {
  const told = pair.values.flatMap(({ difference }) =>
    difference?.spread.verdict === "larger" || difference?.interaction.verdict === "larger"
      ? Math.max(Math.abs(difference.spread.mean ?? 0), Math.abs(difference.interaction.mean ?? 0))
      : [],
  );
  return Math.max(0, ...told);
}

/** Returns the sentences of `compare`, as sentences. */
function wordsOf(pair: Found, { metric }: ReportFacts): readonly string[] {
  return sensitivityWords(pair, `the ${metricTitle(metric)}`).map(
    (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`,
  );
}

/** Draws a line for each value of one factor over the values of the other. */
function sensitivityFigure(pair: Found, facts: ReportFacts, draw: Draw): Content {
  const names = sensitivityNames(pair);
  const title = metricTitle(facts.metric);
  const values = pair.values.slice(0, MOST_SHOWN);
  const meanText = fixedTexts(
    values.flatMap(({ points }) => points.map(({ estimate }) => estimate.mean)),
  );
  const rows = values.flatMap(({ runs: [own], points }) =>
    points.map(({ runs, estimate, lost }) => [
      `${names.withinText(own)}, ${names.byText(runs[0])}`,
      meanText(estimate.mean),
      estimate.low === null ? "–" : `${fixed(estimate.low, 4)} to ${fixed(estimate.high, 4)}`,
      estimate.n,
      lost === 0 ? "none" : `${lost} of ${runs.length}`,
    ]),
  );
  const drawn = figure(
    sized(
      draw(linesOf(pair, facts, "large")),
      draw(linesOf(pair, facts, "small")),
      values.map(
        ({ runs: [run] }, i) =>
          html`${swatch(strokeOf(i))}${names.within} ${names.withinText(run)}`,
      ),
    ),
    `The ${title} by ${names.by}, a line for each ${names.within}: means over seeds with their 95 % intervals. Parallel lines are factors that act by themselves; a flat line is one that ${names.by} does not change.${areLost(pair) ? " ✗ marks values at which runs were lost: the mean is that of the others." : ""}`,
  );
  return html`${drawn}${inNumbers(
    table(
      `${title} by ${names.within} and ${names.by}.`,
      [`${names.within}, ${names.by}`, ...numbers("mean", "95 % interval", "seeds"), "lost"],
      rows,
    ),
  )}`;
}

function linesOf(pair: Found, { runs, metric }: ReportFacts, size: "large" | "small"): Chart {
  const names = sensitivityNames(pair);
  const values = pair.values.slice(0, MOST_SHOWN);
  const { axis: x, place } = valueAxis(runs, pair.by.keys, names.by);
  const y = yAxis(values, metricTitle(metric));
  const labels = values.map(({ runs: [run] }) => `${names.within} ${names.withinText(run)}`);
  const shift = (i: number): number => (i - (values.length - 1) / 2) * SHIFT;
  const moved = (run: ComparedRun, i: number): number => movedOn(x, place(run), shift(i));
  const longest = Math.max(...labels.map((label) => label.length));
  return {
    title: `${metricTitle(metric)} by ${names.by} and ${names.within}`,
    description: values
      .map(
        ({ runs: [run], spread }) =>
          `${names.within} ${names.withinText(run)}: ${names.by} changes it by ${fixed(spread.mean, 4)}`,
      )
      .join("; "),
    ...(size === "large" ? { width: 860, height: 360 } : { width: 460, height: 320 }),
    ...{ x, y },
    labels: { left: 64, right: size === "large" ? Math.min(280, 44 + 6.8 * longest) : 12 },
    marks: values.flatMap((value, i) =>
      marksOf(value, {
        ...{ place: (run) => moved(run, i), stroke: strokeOf(i), y },
        label: size === "large" ? labels[i] : undefined,
      }),
    ),
  };
}

/** Lines stand beside each other by this share of the axis, so that their intervals do not cover each other. */
const SHIFT = 0.012;

function yAxis(values: readonly SensitivityValue<ComparedRun>[], title: string) {
  const estimates = values.flatMap(({ points }) => points.map(({ estimate }) => estimate));
  const means = estimates.flatMap(({ mean }) => mean ?? []);
  const [least, most] = [Math.min(...means), Math.max(...means)];
  if (least > 0 && most / least >= DECADES)
    return { title: `${title}, logarithmic`, min: least / 1.5, max: most * 1.5, isLog: true };
  const ends = estimates.flatMap(({ mean, low, high }) =>
    [mean, low, high].flatMap((one) => one ?? []),
  );
  const room = (most - least || 1) * 1.5;
  const low = Math.max(Math.min(...ends), least - room);
  const high = Math.min(Math.max(...ends), most + room);
  const margin = (high - low || 1) * 0.06;
  return { title, min: low - margin, max: high + margin };
}

function marksOf(
  { points }: SensitivityValue<ComparedRun>,
  {
    place,
    stroke,
    label,
    y,
  }: {
    readonly place: (run: ComparedRun) => number;
    readonly stroke: Stroke;
    readonly label: string | undefined;
    readonly y: ReturnType<typeof yAxis>;
  },
): readonly Mark[] {
  const placed = points
    .map((point) => ({ ...point, at: place(point.runs[0]) }))
    .sort((a, b) => a.at - b.at);
  const within = (value: number): number => Math.min(y.max, Math.max(y.min, value));
  const whisker = { ...stroke, dash: [], width: 1.5 };
  return [
    ...placed.flatMap(({ at, estimate: { mean, low, high }, lost, runs }): Mark[] => {
      const top = within(high ?? mean ?? y.max);
      const cross: readonly Mark[] =
        lost === 0
          ? []
          : [{ kind: "note", at: [at, top], text: ` ✗ ${lost} of ${runs.length}`, align: "start" }];
      if (mean === null) return [...cross];
      const dot: Mark = { kind: "dot", at: [at, mean], color: stroke.color };
      if (low === null || high === null) return [dot, ...cross];
      return [segment([at, within(low)], [at, top], whisker), dot, ...cross];
    }),
    line(
      placed.flatMap(({ at, estimate: { mean } }) => (mean === null ? [] : [[at, mean] as const])),
      stroke,
      label,
    ),
  ];
}
