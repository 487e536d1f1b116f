import { PAGE_LOOK } from "@ablate/figures";
import { settingOf } from "@ablate/store";
import { counted } from "@ablate/text";
import { areRecorded, lossColumns, type ReportFacts, titleOf } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import type { Draw } from "../layout/draw.ts";
import {
  figure,
  inNumbers,
  named,
  numbers,
  sentences,
  sized,
  swatch,
  table,
} from "../layout/page.ts";
import { count, listed, meanStdText } from "../text.ts";
import {
  type Curve,
  hasResult,
  inRange,
  inSmall,
  lastPart,
  lossChart,
  thinned,
  withInset,
  withResults,
} from "./loss-chart.ts";
import { startTable, startWords } from "./start.ts";

/** Draws the loss of every shown group over all of training, and with the first steps stretched. */
export function lossSection(facts: ReportFacts, draw: Draw): Content {
  const { shown } = facts;
  if (shown.length === 0) return null;
  if (areRecorded(facts.runs) && facts.runs.every(({ loss }) => loss === null)) {
    return html`<p>No log of these runs has a loss of training: there is nothing to show here.</p>`;
  }
  const unit = areRecorded(facts.runs) ? "" : "in nats ";
  const even = shown.map((group) => ({ group, values: group.curves.loss }));
  const byLog = shown.map((group) => ({ group, values: group.curves.lossByLog }));
  const tables = [
    lossTable(even, `${unit}around some steps, over all steps`),
    lossTable(byLog, `${unit}around some steps, close together at first`),
    startTable(facts),
  ];
  return html`${wholeFigure(facts, even, draw)}${firstFigure(facts, byLog, draw)}${sentences(startWords(facts))}${inNumbers(tables)}`;
}

/** Draws the loss over all steps, and the last of them enlarged. */
function wholeFigure(facts: ReportFacts, curves: readonly Curve[], draw: Draw): Html {
  const { steps, shown } = facts;
  const title = { title: "Loss over all steps", isLog: false };
  const results = withResults(curves);
  const chart = lossChart(facts, curves, title);
  const inset = lastPart(facts, curves, chart.y);
  const large = withInset(chart, inset, results);
  const small = inSmall(lossChart(facts, curves.map(thinned), title));
  const smallInset = inset === null ? null : draw({ ...inset, width: 430, height: 240 });
  const isCut = results.some(({ values }) => values.some(({ mean }) => mean > large.y.max));
  const lossy = shown.filter(({ lost }) => lost !== "").map(titleOf);
  const each = counted(Math.round(steps / lossColumns(steps)), "step");
  const words = [
    `Training loss over all ${count(steps)} steps; each point is the mean of ${each}.`,
    ...(shown.some(({ runs }) => runs.length > 1)
      ? ["Bands are one standard deviation over the seeds to each side."]
      : []),
    ...(inset === null ? [] : ["The last quarter is enlarged, in longer means."]),
    ...(lossy.length === 0
      ? []
      : [
          `A run counts up to its last finite loss, which is the end of those that ${listed(lossy)} lost.`,
        ]),
    ...learningRateWords(facts),
    ...(isCut
      ? [
          `What lies above the chart is cut off: the ${inRange(results).length < results.length ? "table has it" : "next chart has it"}.`,
        ]
      : []),
  ];
  return figure(
    sized(draw(large), html`${draw(small)}${smallInset}`, legend(facts, curves)),
    words.join(" "),
  );
}

/** Draws the same with the first steps stretched. */
function firstFigure(facts: ReportFacts, curves: readonly Curve[], draw: Draw): Html {
  const title = { title: "Loss with the first steps stretched", isLog: true };
  const results = withResults(curves);
  const beyond = curves.filter((curve) => !results.includes(curve)).map(({ group }) => group);
  const near = inRange(results);
  const far = results.filter((curve) => !near.includes(curve)).map(({ group }) => group.name);
  const all = beyond.length + far.length === 0 ? ", and with all losses" : "";
  const farText =
    far.length === 0
      ? ""
      : ` ${listed(far)} ${far.length === 1 ? "ends" : "end"} far above the others and ${far.length === 1 ? "is" : "are"} cut off where ${far.length === 1 ? "it leaves" : "they leave"} the chart: the table has all losses.`;
  const beyondText =
    beyond.length === 0
      ? ""
      : ` Losses of ${listed(beyond.map(({ name }) => name))}, which ${beyond.some(hasResult) ? "lost runs" : "came to no result"}, may lie above it: the table has them.`;
  const chart = lossChart(facts, curves, title);
  return figure(
    sized(
      draw(chart),
      draw(inSmall(lossChart(facts, curves.map(thinned), title))),
      legend(facts, curves),
    ),
    `The same ${chart.y.isLog === true ? "on logarithmic axes" : "with the steps on a logarithmic axis"}, so that the first steps are seen${all}.${farText}${beyondText}`,
  );
}

/** Names the lines of a chart, for where it has no room beside them. */
function legend({ guessing }: ReportFacts, curves: readonly Curve[]): readonly Content[] {
  const groups = curves.filter(({ values }) => values.length > 0).map(({ group }) => named(group));
  if (guessing === null) return groups;
  return [
    ...groups,
    html`<span class="name">${swatch(PAGE_LOOK.guide)}ln ${guessing.classes}</span>`,
  ];
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
function learningRateWords({ runs }: ReportFacts): readonly string[] {
  const found = runs.map((run) => settingOf(run, "train.lr"));
  const ids = new Set(found.map((one) => one?.id));
  const rates = found[0]?.value;
  if (ids.size !== 1 || typeof rates !== "object" || rates === null) return [];
  const [first, ...later] = Object.entries(rates);
  if (first === undefined || later.length === 0) return [];
  const changes = later.map(([step, rate]) => `from step ${count(Number(step))} on ${rate}`);
  return [`The learning rate is ${first[1]}, ${changes.join(", ")}.`];
}
