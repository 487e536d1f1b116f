import {
  area,
  type Chart,
  colorAt,
  GUIDE,
  line,
  type Mark,
  type Point,
  roundRange,
  strokeAt,
} from "@ablate/figures";
import { settingOf } from "@ablate/store";
import { compact, counted, cutTogether } from "@ablate/text";
import type { ColumnValue } from "../data/columns.ts";
import { areRecorded, lossColumns, type ReportFacts, type Shown, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import { figure, named, numbers, sized, swatch, table } from "../layout/page.ts";
import { count, listed, meanStdText, nats } from "../text.ts";

/** A group and its loss in the columns of a chart. */
type Curve = { readonly group: Shown; readonly values: readonly ColumnValue[] };

/** Draws the loss of every shown group over all of training, and with the first steps stretched. */
export function lossSection(facts: ReportFacts, draw: Draw): Content {
  const { steps, shown } = facts;
  if (shown.length === 0) return null;
  if (areRecorded(facts.runs) && facts.runs.every(({ loss }) => loss === null)) {
    return html`<p>No log of these runs has a loss of training: there is nothing to show here.</p>`;
  }
  const unit = areRecorded(facts.runs) ? "" : "in nats ";
  const even = shown.map((group) => ({ group, values: group.curves.loss }));
  const byLog = shown.map((group) => ({ group, values: group.curves.lossByLog }));
  const each = counted(Math.round(steps / lossColumns(steps)), "step");
  const isSeeded = shown.some(({ runs }) => runs.length > 1);
  const band = isSeeded ? " Bands are one standard deviation over the seeds to each side." : "";
  const results = withResults(even);
  const beyond = even.filter((curve) => !results.includes(curve)).map(({ group }) => group.name);
  const { max } = lossRange(facts, results, true);
  const isCut = results.some(({ values }) => values.some(({ mean }) => mean > max));
  const cutText = isCut ? " What lies above the chart is cut off: the next chart has it." : "";
  const beyondText =
    beyond.length === 0
      ? ""
      : ` Losses of ${listed(beyond)}, which came to no result, may lie above it: the table has them.`;
  const chart = (curves: readonly Curve[], title: string, isLog: boolean): Html => {
    const large = draw(lossChart(facts, curves, { title, isLog }));
    const small = draw(inSmall(lossChart(facts, curves.map(thinned), { title, isLog })));
    return sized(large, small, legend(facts, curves));
  };
  const lossy = shown.filter(({ lost }) => lost !== "").map(titleOf);
  const lostText =
    lossy.length === 0
      ? ""
      : ` A run counts up to its last finite loss, which is the end of those that ${listed(lossy)} lost.`;
  const all = figure(
    chart(even, "Loss over all steps", false),
    `Training loss over all ${count(steps)} steps; each point is the mean of ${each}.${band}${lostText}${learningRateWords(facts)}${cutText}`,
    lossTable(even, `${unit}around some steps, over all steps`),
  );
  const first = figure(
    chart(byLog, "Loss with the first steps stretched", true),
    `The same with the steps on a logarithmic axis, so that the first of them are seen${beyond.length === 0 ? ", and with all losses" : ""}.${band}${beyondText}`,
    lossTable(byLog, `${unit}around some steps, close together at first`),
  );
  return html`${all}${first}`;
}

function lossChart(
  facts: ReportFacts,
  curves: readonly Curve[],
  { title, isLog }: { readonly title: string; readonly isLog: boolean },
): Chart {
  const { steps, guessing } = facts;
  const results = withResults(curves);
  const [min, max] = isLog ? [1, Math.max(10, steps)] : [0, steps];
  const guide = (loss: number, classes: number): Mark =>
    line(
      [min, max].map((x): Point => [x, loss]),
      GUIDE,
      `ln ${classes}`,
    );
  const ends = curves.flatMap(({ group: { name }, values: [first, ...rest] }) =>
    first === undefined
      ? []
      : [`${name} from ${nats(first.mean)} to ${nats((rest.at(-1) ?? first).mean)}`],
  );
  return {
    title,
    description: `A line for each group: ${ends.join("; ")}.`,
    width: 860,
    height: 380,
    labels: { left: 48, right: labelRoom(curves) },
    x: { title: "updates", min, max, isLog, format: stepText },
    y: {
      title: areRecorded(facts.runs) ? "loss" : "loss, nats",
      ...lossRange(facts, results, !isLog),
    },
    marks: [
      ...results.flatMap(bandMarks),
      ...(guessing === null ? [] : [guide(guessing.loss, guessing.classes)]),
      ...namedInShort(curves).flatMap(lineMarks),
    ],
  };
}

/** Fits a chart into a small page: its lines have no labels beside them. */
function inSmall(chart: Chart): Chart {
  const marks = chart.marks.map(
    (mark): Mark => (mark.kind === "line" ? line(mark.points, mark.stroke) : mark),
  );
  return { ...chart, width: 430, height: 320, labels: { left: 44, right: 20 }, marks };
}

/** Leaves out every other column, but for the last: a small chart has no room for all of them. */
function thinned({ group, values }: Curve): Curve {
  return {
    group,
    values: values.filter((_value, i) => (values.length - 1 - i) % 2 === 0 || i === 0),
  };
}

/** Names the lines of a chart, for where it has no room beside them. */
function legend({ guessing }: ReportFacts, curves: readonly Curve[]): readonly Content[] {
  const groups = curves.filter(({ values }) => values.length > 0).map(({ group }) => named(group));
  if (guessing === null) return groups;
  return [...groups, html`<span class="name">${swatch(GUIDE)}ln ${guessing.classes}</span>`];
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
  const longest = Math.max(0, ...namedInShort(curves).map(({ group }) => group.name.length));
  return Math.max(150, 36 + LETTER * longest);
}

/** Returns curves of groups with a result: losses that run away would leave no room for others. */
function withResults(curves: readonly Curve[]): readonly Curve[] {
  const found = curves.filter(({ group: { row } }) =>
    row.outcomes.some(({ metric, moments }) => metric.unit === "nats" && moments.mean !== null),
  );
  return found.length === 0 ? curves : found;
}

function bandMarks({ group: { place, runs }, values }: Curve): readonly Mark[] {
  if (runs.length < 2 || values.length < 2) return [];
  const upper = values.map(({ at, mean, std }): Point => [at, mean + std]);
  const lower = values.map(({ at, mean, std }): Point => [at, mean - std]).reverse();
  return [area([...upper, ...lower], colorAt(place), 0.16)];
}

function lineMarks({ group: { name, place }, values }: Curve): readonly Mark[] {
  if (values.length === 0) return [];
  const points = values.map(({ at, mean }): Point => [at, mean]);
  return [line(points, strokeAt(place), name)];
}

/** Writes a tick of the axis of updates; between two of them there is none. */
export function stepText(value: number): string {
  return Number.isInteger(value) ? compact(value) : "";
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
  if (!isCut || guess === null) return roundRange(bottom, Math.max(most, guess ?? 0));
  return roundRange(bottom, Math.max(guess, Math.min(most, guess + ABOVE * (guess - bottom))));
}

const ROWS = 12;

function lossTable(curves: readonly Curve[], where: string): Html {
  const places = new Set(curves.flatMap(({ values }) => values.map(({ at }) => at)));
  const all = [...places].sort((a, b) => a - b);
  const stride = Math.max(1, (all.length - 1) / (ROWS - 1));
  const rows = Array.from({ length: Math.min(ROWS, all.length) }, (_, i) => {
    const at = all[Math.round(i * stride)] ?? 0;
    const cells = curves.map(({ group: { runs }, values }) => {
      const { mean, std } = values.find((value) => value.at === at) ?? { mean: null, std: null };
      return meanStdText({ mean, std: runs.length > 1 ? std : null }, 3);
    });
    return [count(at), ...cells];
  });
  return table(
    `Mean loss ${where}; ± standard deviation over seeds.`,
    ["around step", ...numbers(...curves.map(({ group }) => titleOf(group)))],
    rows,
  );
}

/** Says how the learning rate changes, where it does so in the same way in all runs. */
function learningRateWords({ runs }: ReportFacts): string {
  const found = runs.map((run) => settingOf(run, "train.lr"));
  const ids = new Set(found.map((one) => one?.id));
  const rates = found[0]?.value;
  if (ids.size !== 1 || typeof rates !== "object" || rates === null) return "";
  const [first, ...later] = Object.entries(rates);
  if (first === undefined || later.length === 0) return "";
  const changes = later.map(([step, rate]) => `from step ${count(Number(step))} on ${rate}`);
  return ` The learning rate is ${first[1]}, ${changes.join(", ")}.`;
}
