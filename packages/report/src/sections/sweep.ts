/** Settings against results: parallel coordinates over all factors, and a scatter of each. */
import type { Axis, Chart, Mark, Point, Stroke } from "@ablate/figures";
import { counted, cutTogether, listed } from "@ablate/text";
import type { ReportFacts } from "../data/facts.ts";
import { type Sweep, type SweepFactor, type SweepSetting, sweepOf } from "../data/sweep.ts";
import { DECADES, movedOn } from "../data/value-axis.ts";
import { type Content, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { figure, panels, sentences, sized, spread } from "../layout/page.ts";
import { fixed } from "../text.ts";
import { metricTitle } from "./ranking.ts";

/** Shades of results, from those of the best fifth on: `--r0` is the strongest. */
const SHADES = 5;
/** Of more runs a scatter shows a part. */
const MOST_DOTS = 400;
/** Values that share one place of an axis lie beside each other within this share of it. */
const JITTER = 0.025;
/** Where settings without a result end, above all results. */
const LOST_AT = 1.1;
/** Factors for which a small page has room. */
const SMALL_AXES = 3;
/** Between an axis and its labels, and for those of the last one, as parts of the way to the next axis. */
const LABEL_GAP = 0.03;
const LABEL_ROOM = 0.4;
/** Pixels of a letter. */
const LETTER = 6.4;
/** Labels of an axis that fit below each other. */
const MOST_LABELS = 12;

export function sweepSection(facts: ReportFacts, draw: Draw): Content {
  const sweep = sweepOf(facts);
  if (sweep === null || sweep.settings.every(({ mean }) => mean === null)) return null;
  const title = metricTitle(facts.metric);
  const axis = resultAxis(facts);
  const few = { ...sweep, factors: sweep.factors.slice(0, SMALL_AXES) };
  const parallel = sized(
    draw(parallelChart(sweep, { result: axis, title, width: 860 })),
    draw(parallelChart(few, { result: axis, title, width: 460 })),
    [],
  );
  const scatter = sweep.factors.map((factor) => draw(scatterChart(facts, factor, axis)));
  return html`${sentences(bestWords(sweep, facts))}${figure(parallel, parallelCaption(sweep, title))}${spread(
    panels(scatter),
    scatterCaption(facts, title),
  )}`;
}

/** The best ones are a part of all, at most one in so many. */
const LEAST_TIMES = 4;

/** Says what the best tenth of the settings have in common. */
function bestWords({ settings, factors }: Sweep, facts: ReportFacts): readonly string[] {
  const found = settings.filter(({ mean, lost }) => mean !== null && lost === 0);
  const best = found.slice(0, Math.max(3, Math.ceil(found.length / 10)));
  const [first, last] = [best[0], best.at(-1)];
  if (first === undefined || last === undefined || found.length < LEAST_TIMES * best.length)
    return [];
  const common = factors.flatMap(({ name, place, axis }) => {
    const places = new Set(best.map(({ run }) => place(run)));
    const [only] = places;
    if (places.size !== 1 || only === undefined) return [];
    const label = axis.ticks?.find(({ at }) => at === only)?.label ?? String(only);
    return [`${name} ${label}`];
  });
  const range = `${fixed(first.mean, 4)} to ${fixed(last.mean, 4)}`;
  const those = `The ${best.length} best of ${counted(settings.length, "setting")} (${metricTitle(facts.metric)} ${range})`;
  const shared =
    common.length === 0 ? "share no value of any factor" : `all have ${listed(common)}`;
  return [`${those} ${shared}.`];
}

function parallelCaption({ settings, shown, otherFactors }: Sweep, title: string): string {
  const all =
    shown.length === settings.length
      ? ""
      : ` Of ${counted(settings.length, "setting")} the best and a part of the others are drawn, ${shown.length} in all.`;
  const lost = settings.some((one) => one.lost > 0 || one.mean === null)
    ? " Dashed settings lost runs; those without any result end at “lost”."
    : "";
  const others =
    otherFactors === 0
      ? ""
      : ` ${counted(otherFactors, "more factor")} that matter less are left out.`;
  return `Each line is a setting, through its values to the mean of its ${title} over seeds; factors stand in the order of their importance. The fifth with the best results stands out.${lost}${all}${others}`;
}

function scatterCaption({ runs }: ReportFacts, title: string): string {
  const part =
    runs.length > MOST_DOTS ? ` Of ${counted(runs.length, "run")} ${MOST_DOTS} are drawn.` : "";
  return `Each dot is a run: the ${title} by its value of one factor. Runs of the same value lie beside each other.${part}`;
}

/** The axis of results of runs; along a logarithm where they span decades. */
function resultAxis({ runs, metric }: ReportFacts): Axis {
  const values = runs.flatMap((run) => finite(metric.value(run)));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const title = metricTitle(metric);
  if (low > 0 && high / low >= DECADES) {
    return { title: `${title}, logarithmic`, min: low / 1.2, max: high * 1.2, isLog: true };
  }
  const margin = (high - low || Math.abs(low) || 1) * 0.05;
  return { title, min: low - margin, max: high + margin };
}

function finite(value: number | null): readonly number[] {
  return value !== null && Number.isFinite(value) ? [value] : [];
}

/** Returns where a value stands between the ends of an axis, from 0 to 1. */
function heightOn({ min, max, isLog }: Axis, value: number): number {
  if (isLog === true) return (Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min));
  return (value - min) / (max - min);
}

function parallelChart(
  { factors, shown }: Sweep,
  {
    result,
    title,
    width,
  }: { readonly result: Axis; readonly title: string; readonly width: number },
): Chart {
  const end = factors.length;
  const lines = shown.map((setting) => settingLine(setting, factors, result));
  const rank = strokes(shown);
  const room = (width - 52) / (end + LABEL_ROOM + 0.05) / LETTER;
  const titles = cutTogether([...factors.map(({ name }) => name), title], Math.floor(room) - 1);
  return {
    title: `${title} by all factors`,
    description: `${counted(shown.length, "setting")} over ${factors.map(({ name }) => name).join(", ")}`,
    width,
    height: 420,
    labels: { left: 40, right: 12 },
    x: {
      ...{ title: "", min: -0.05, max: end + LABEL_ROOM },
      ticks: titles.map((label, at) => ({ at, label })),
    },
    y: { title: "", min: -0.06, max: LOST_AT + 0.06, isBare: true },
    marks: [
      ...Array.from({ length: end + 1 }, (_, at) => upright(at)),
      // The best ones lie on top.
      ...lines
        .map((points, i): Mark => ({ kind: "line", points, stroke: rank[i] ?? STROKE_OF_LOST }))
        .toReversed(),
      ...factors.flatMap(({ axis }, at) => axisLabels(axis, at)),
      ...axisLabels({ ...result, ticks: endsOf(result) }, end),
      ...(shown.some(({ mean }) => mean === null) ? [label("lost", [end, LOST_AT])] : []),
    ],
  };
}

function settingLine(
  { run, mean }: SweepSetting,
  factors: readonly SweepFactor[],
  result: Axis,
): readonly Point[] {
  const places = factors.map(({ axis, place }, at): Point => [at, heightOn(axis, place(run))]);
  const last = mean === null ? LOST_AT : heightOn(result, mean);
  return [...places, [factors.length, last]];
}

const STROKE_OF_LOST: Stroke = { color: "var(--muted)", dash: [3, 3], width: 1.2 };

/** The strokes of settings that are ordered by their results: by fifths. */
function strokes(settings: readonly SweepSetting[]): readonly Stroke[] {
  const ranked = settings.filter(({ mean }) => mean !== null).length;
  return settings.map(({ mean, lost }, i) => {
    if (mean === null) return STROKE_OF_LOST;
    const shade = Math.min(SHADES - 1, Math.floor((i / ranked) * SHADES));
    return {
      color: `var(--r${shade})`,
      dash: lost > 0 ? [5, 3] : [],
      width: shade === 0 ? 2 : 1.2,
    };
  });
}

function upright(at: number): Mark {
  const points = [
    [at, 0],
    [at, 1],
  ] as const;
  return { kind: "line", points, stroke: { color: "var(--edge)", dash: [], width: 1.5 } };
}

/** Sets the values of an axis beside it, as many as can be read. */
function axisLabels(axis: Axis, at: number): readonly Mark[] {
  const ticks = axis.ticks ?? endsOf(axis);
  const nth = Math.ceil(ticks.length / MOST_LABELS);
  return ticks
    .filter((_, i) => i % nth === 0)
    .map((tick) => label(tick.label, [at, heightOn(axis, tick.at)]));
}

function label(text: string, at: Point): Mark {
  return { kind: "note", at: [at[0] + LABEL_GAP, at[1]], text, align: "start" };
}

function endsOf({
  min,
  max,
  isLog,
}: Axis): readonly { readonly at: number; readonly label: string }[] {
  const middle = isLog === true ? Math.sqrt(min) * Math.sqrt(max) : (min + max) / 2;
  return [min, middle, max].map((at) => ({
    at,
    label: String(Number(at.toPrecision(3))),
  }));
}

function scatterChart({ runs, metric }: ReportFacts, factor: SweepFactor, y: Axis): Chart {
  const nth = Math.ceil(runs.length / MOST_DOTS);
  const { axis: x, place, name } = factor;
  const marks = runs.flatMap((run, i): readonly Mark[] => {
    const [value] = finite(metric.value(run));
    if (value === undefined || i % nth !== 0) return [];
    return [
      { kind: "dot", at: [beside(x, place(run), i), value], color: "var(--r1)", radius: 2.5 },
    ];
  });
  return {
    title: `${metricTitle(metric)} by ${name}`,
    description: `${counted(marks.length, "run")}`,
    ...{ width: 400, height: 260 },
    labels: { left: 56, right: 12 },
    x: { ...x, title: name },
    ...{ y, marks },
  };
}

/** Moves a dot aside by its number, the same on every machine: steps of the golden ratio fill a gap evenly. */
function beside(axis: Axis, at: number, i: number): number {
  const turn = (i * 0.618_033_988_75) % 1;
  return movedOn(axis, at, (2 * turn - 1) * JITTER);
}
