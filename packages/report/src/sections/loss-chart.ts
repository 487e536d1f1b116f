/** Charts of the loss: over all steps with the last part enlarged, and with the first steps stretched. */
import {
  type Axis,
  type Chart,
  type Line,
  line,
  lineMarks,
  logRange,
  type Mark,
  PAGE_LOOK,
  type Point,
  roundRange,
  stepText,
} from "@ablate/figures";
import { counted, cutTogether } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { areRecorded, type ReportFacts, type Shown } from "../data/facts.ts";
import { nats } from "../text.ts";
import { lineOf } from "./lines.ts";

/** A group and its loss in the columns of a chart. */
export type Curve = { readonly group: Shown; readonly values: readonly ColumnValue[] };

type LossChart = {
  readonly title: string;
  readonly isLog: boolean;
};

const WIDTH = 860;
const LEFT = 48;
const TOP = 28;
const BOTTOM = 46;

/** Draws a line for each group, on an axis that leaves the curves their room. */
export function lossChart(
  facts: ReportFacts,
  curves: readonly Curve[],
  { title, isLog }: LossChart,
): Chart {
  const { steps, guessing } = facts;
  const results = withResults(curves);
  const range = inRange(results);
  const [min, max] = isLog ? [1, Math.max(10, steps)] : [0, steps];
  const guide = (loss: number, classes: number): Mark =>
    line(
      [min, max].map((x): Point => [x, loss]),
      PAGE_LOOK.guide,
      `ln ${classes}`,
    );
  const ends = curves.flatMap(({ group: { name }, values: [first, ...rest] }) =>
    first === undefined
      ? []
      : [`${name} from ${nats(first.mean)} to ${nats((rest.at(-1) ?? first).mean)}`],
  );
  const y = isLog ? wholeAxis(facts, range) : lossRange(facts, range, true);
  return {
    title,
    description: `A line for each group: ${ends.join("; ")}.`,
    width: WIDTH,
    height: 380,
    labels: { left: LEFT, right: labelRoom(curves) },
    x: { title: "updates", min, max, isLog, format: stepText },
    y: { title: areRecorded(facts.runs) ? "loss" : "loss, nats", ...y },
    marks: [
      ...(guessing === null ? [] : [guide(guessing.loss, guessing.classes)]),
      ...lineMarks(namedInShort(curves).map((curve) => above(y.min, drawnOf(curve, range)))),
    ],
  };
}

/** So many times the lowest loss the highest may be on a linear axis. */
const MOST_LINEAR = 20;

/** Returns an axis for all losses, a logarithmic one where a linear one would show nothing but the highest. */
function wholeAxis(facts: ReportFacts, curves: readonly Curve[]): Omit<Axis, "title"> {
  const linear = lossRange(facts, curves, false);
  const means = curves
    .flatMap(({ values }) => values.map(({ mean }) => mean))
    .filter(Number.isFinite);
  const lowest = Math.min(...means);
  if (!(lowest > 0) || linear.max <= MOST_LINEAR * lowest) return linear;
  return { ...logRange(lowest, Math.max(...means)), isLog: true };
}

/** Ends a band at the lower edge of a chart. */
function above(least: number, line: Line): Line {
  return {
    ...line,
    values: line.values.map((value) => ({ ...value, low: Math.max(value.low, least) })),
  };
}

/** Puts the last part over the upper right of a chart, which grows upwards where curves would be covered. */
export function withInset(chart: Chart, inset: Chart | null, curves: readonly Curve[]): Chart {
  if (inset === null) return chart;
  const height = chart.height + GROWN;
  const box = { width: chart.width - chart.labels.right - LEFT, height: height - TOP - BOTTOM };
  const left = LEFT + box.width - inset.width - GAP;
  const { min, max } = chart.x;
  const from = min + ((max - min) * (left - LEFT)) / box.width;
  const covered = curves.flatMap(({ values }) => values.filter(({ at }) => at >= from));
  const highest = Math.max(...covered.map(({ mean, std }) => mean + std));
  const free = 1 - (inset.height + 2 * GAP) / box.height;
  const top = chart.y.min + (Math.min(highest, chart.y.max) - chart.y.min) / free;
  const y = top > chart.y.max ? roundRange(chart.y.min, top) : chart.y;
  return {
    ...chart,
    height,
    y: { ...chart.y, ...y },
    insets: [{ at: [left, TOP + GAP], chart: inset }],
  };
}

const GROWN = 40;
const GAP = 4;

/** The last part of a training that an inset enlarges. */
const LAST = 1 / 4;
/** Each of its points is the mean of several columns: what is left of the noise is less than what differs. */
const POINTS = 10;
const LEAST_POINTS = 4;
const INSET = { width: 290, height: 178 };

/** Draws the last quarter of the steps on axes of its own; null where it would show no more than the whole. */
export function lastPart(facts: ReportFacts, curves: readonly Curve[], range: Axis): Chart | null {
  const { steps } = facts;
  const first = Math.floor(steps * (1 - LAST));
  const tails = withResults(curves)
    .map(({ group, values }) => ({ group, values: joined(values, first) }))
    .filter(({ values }) => values.length >= LEAST_POINTS);
  const near = nearest(tails);
  if (near.length === 0) return null;
  const all = near.flatMap(({ values }) => values.map(({ mean }) => mean));
  const { min, max } = roundRange(Math.min(...all), Math.max(...all));
  if (max - min > (range.max - range.min) / 3) return null;
  const ends = tails.map(({ group, values }) => `${group.name} ${nats(values.at(-1)?.mean)}`);
  const title = `the last ${counted(steps - first, "update")}`;
  return {
    title,
    description: `A line for each group, at the end: ${ends.join("; ")}.`,
    ...INSET,
    labels: { left: 44, right: 18 },
    x: { title: "", min: first, max: steps, format: stepText },
    y: { title, min, max },
    marks: tails.flatMap(({ group, values }) =>
      lineMarks([lineOf(group, values, group.name)]).map(unlabelled),
    ),
  };
}

/** Joins the columns from a step on into few. */
function joined(values: readonly ColumnValue[], first: number): readonly ColumnValue[] {
  const tail = values.filter(({ at }) => at >= first);
  const size = Math.max(1, Math.ceil(tail.length / POINTS));
  const count = Math.floor(tail.length / size);
  return Array.from({ length: count }, (_, i) => {
    const some = tail.slice(tail.length - (count - i) * size).slice(0, size);
    const mean = (of: (value: ColumnValue) => number): number =>
      some.reduce((sum, value) => sum + of(value), 0) / some.length;
    return { at: mean(({ at }) => at), mean: mean((one) => one.mean), std: 0, n: some[0]?.n ?? 0 };
  });
}

/** Most times farther from the lowest than the nearer half of them that a curve may be. */
const MOST_APART = 4;

/** Leaves out curves that are far above the others, which an axis for all of them would press together. */
function nearest(curves: readonly Curve[]): readonly Curve[] {
  const levels = curves.map(({ values }) => Math.max(...values.map(({ mean }) => mean)));
  const order = levels.toSorted((a, b) => a - b);
  const lowest = Math.min(...curves.flatMap(({ values }) => values.map(({ mean }) => mean)));
  const half = order[Math.ceil(order.length / 2) - 1] ?? lowest;
  return curves.filter((_curve, i) => (levels[i] ?? 0) - lowest <= MOST_APART * (half - lowest));
}

/** Fits a chart into a small page: its lines have no labels beside them. */
export function inSmall(chart: Chart): Chart {
  const marks = chart.marks.map(unlabelled);
  return { ...chart, width: 430, height: 320, labels: { left: 44, right: 20 }, marks };
}

/** Takes the label off a line, which keeps its name for a pointer. */
function unlabelled(mark: Mark): Mark {
  if (mark.kind !== "line") return mark;
  return { kind: "line", points: mark.points, stroke: mark.stroke, name: mark.label };
}

/** Leaves out every other column, but for the last: a small chart has no room for all of them. */
export function thinned({ group, values }: Curve): Curve {
  return {
    group,
    values: values.filter((_value, i) => (values.length - 1 - i) % 2 === 0 || i === 0),
  };
}

/** Most letters of a label beside a curve, and the pixels of one. */
const MOST_LETTERS = 36;
const LETTER = 7.2;

/** Cuts the names of groups together where they would leave the curves no room. */
function namedInShort(curves: readonly Curve[]): readonly Curve[] {
  const names = cutTogether(
    curves.map(({ group }) => group.name),
    MOST_LETTERS,
  );
  return curves.map((curve, i) => ({
    ...curve,
    group: { ...curve.group, name: names[i] ?? curve.group.name },
  }));
}

/** Returns the pixels that the labels of curves take. */
function labelRoom(curves: readonly Curve[]): number {
  const longest = Math.max(5, ...namedInShort(curves).map(({ group }) => group.name.length));
  return 36 + LETTER * longest;
}

/**
 * Returns the curves that set the range of a chart: those of groups with a result that lost no run, since losses that
 * run away would leave no room for others; else of groups with a result, else all.
 */
export function withResults(curves: readonly Curve[]): readonly Curve[] {
  const found = curves.filter(({ group }) => hasResult(group));
  const whole = found.filter(({ group }) => group.lost === "");
  return [whole, found].find(({ length }) => length > 0) ?? curves;
}

/** So many times the height of all other curves a curve may end above them. */
const MOST_TIMES = 2.5;

/** Leaves out curves that end so far above the others that an axis for all would press those together. */
export function inRange(curves: readonly Curve[]): readonly Curve[] {
  const ends = curves.map(({ values }) => values.at(-1)?.mean ?? Number.NaN);
  const order = ends.filter(Number.isFinite).toSorted((a, b) => a - b);
  const lowest = order[0] ?? 0;
  const half = order[Math.ceil(order.length / 2) - 1] ?? lowest;
  const isNear = (end: number): boolean => end - lowest <= MOST_APART * (half - lowest);
  const near = curves.filter((_curve, i) => isNear(ends[i] ?? lowest));
  if (near.length < 2) return curves;
  const highest = Math.max(...near.flatMap(({ values }) => values.map(({ mean }) => mean)));
  return curves.filter(
    (curve, i) =>
      near.includes(curve) || (ends[i] ?? 0) - lowest <= MOST_TIMES * (highest - lowest),
  );
}

export function hasResult({ row }: Shown): boolean {
  return row.outcomes.some(
    ({ metric, moments }) => metric.unit === "nats" && moments.mean !== null,
  );
}

/** Returns the line of a curve, with a band where it has a result. */
function drawnOf({ group, values }: Curve, results: readonly Curve[]): Line {
  const hasBand = results.some((one) => one.group.place === group.place);
  return lineOf(group, hasBand ? values : values.map((one) => ({ ...one, std: 0 })), group.name);
}

/** How much more than guessing a cut chart shows, of what lies below it. */
const ABOVE = 0.2;

/** Returns the range of losses; with `isCut` only of those that runs come down to, not of those they begin with. */
function lossRange(
  { guessing }: ReportFacts,
  curves: readonly Curve[],
  isCut: boolean,
): ReturnType<typeof roundRange> {
  const guess = guessing?.loss ?? null;
  const all = curves.flatMap(({ values }) => values);
  const least = Math.min(...all.map(({ mean, std }) => mean - std));
  const most = Math.max(...all.map(({ mean, std }) => mean + std));
  if (!Number.isFinite(least) || !Number.isFinite(most)) return roundRange(0, guess ?? 1);
  const bottom = Math.max(0, least);
  const whole = roundRange(bottom, Math.max(most, guess ?? 0));
  if (!isCut || guess === null) return whole;
  const top = Math.max(guess, Math.min(most, guess + ABOVE * (guess - bottom)));
  // Where none comes down to guessing, what is cut would be all there is.
  const isAnySeen = curves.some(({ values }) => (values.at(-1)?.mean ?? top) <= top);
  return isAnySeen ? roundRange(bottom, top) : whole;
}
