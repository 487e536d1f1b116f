import { compact, counted } from "@ablate/text";
import type { Draw } from "../chart/draw.ts";
import { type Axis, type Chart, type Mark, type Point, roundRange } from "../chart/marks.ts";
import { colorAt, GUIDE, strokeAt } from "../chart/palette.ts";
import type { ColumnValue } from "../data/columns.ts";
import { lossColumns, type ReportFacts } from "../data/facts.ts";
import { type Group, isShown, type Shown } from "../data/group.ts";
import { type Html, html } from "../html.ts";
import { figure, type PageSection, table, wide } from "../layout/blocks.ts";
import { count, listed, meanStdText, nats } from "../text.ts";

type Curve = (group: Group) => readonly ColumnValue[];

/** Draws the loss of every shown group over all of training, and with the first steps stretched. */
export function lossSection(facts: ReportFacts, draw: Draw): PageSection | null {
  const groups = facts.groups.filter(isShown);
  if (groups.length === 0) return null;
  const { steps, guessing } = facts;
  const even: Curve = ({ curves }) => curves?.loss ?? [];
  const byLog: Curve = ({ curves }) => curves?.lossByLog ?? [];
  const each = Math.round(steps / lossColumns(steps));
  const seeds = groups.some(({ runs }) => runs.length > 1);
  const results = withResults(groups);
  const isCut = isBeyond(results.map(even), guessing?.loss ?? null);
  const beyond = groups.filter((group) => !results.includes(group)).map(({ name }) => name);
  const band = seeds ? " Bands are one standard deviation over the seeds to each side." : "";
  const all = figure({
    charts: wide(
      "Loss over all steps",
      draw(lossChart(facts, { groups, curve: even, isLog: false })),
    ),
    caption: `Training loss over all ${count(steps)} steps; each point is the mean of ${counted(each, "step")}.${band}${learningRateWords(facts)}${isCut ? " What lies above the chart is cut off: the next chart has it." : ""}`,
    numbers: lossTable(groups, { curve: even, where: "over all steps" }),
  });
  const first = figure({
    charts: wide(
      "Loss with the first steps stretched",
      draw(lossChart(facts, { groups, curve: byLog, isLog: true })),
    ),
    caption: `The same with the steps on a logarithmic axis, so that the first of them are seen${beyond.length === 0 ? ", and with all losses" : ""}.${band}${beyond.length === 0 ? "" : ` Losses of ${listed(beyond)}, which came to no result, may lie above it: the table has them.`}`,
    numbers: lossTable(groups, { curve: byLog, where: "close together at first" }),
  });
  return { id: "loss", title: "Loss", body: html`${all}${first}` };
}

function lossChart(
  { steps, guessing }: ReportFacts,
  {
    groups,
    curve,
    isLog,
  }: { readonly groups: readonly Shown[]; readonly curve: Curve; readonly isLog: boolean },
): Chart {
  const range = lossRange(withResults(groups).map(curve), {
    isCut: !isLog,
    guess: guessing?.loss ?? null,
  });
  const x: Axis = isLog
    ? { title: "updates", min: 1, max: Math.max(10, steps), isLog: true, format: compact }
    : { title: "updates", min: 0, max: steps, format: compact };
  const guide: readonly Mark[] =
    guessing === null
      ? []
      : [
          {
            kind: "line",
            points: [
              [x.min, guessing.loss],
              [x.max, guessing.loss],
            ],
            stroke: GUIDE,
            label: `ln ${guessing.classes}`,
          },
        ];
  return {
    title: isLog ? "Loss with the first steps stretched" : "Loss over all steps",
    description: describe(groups, curve),
    width: 860,
    height: 380,
    labels: { left: 48, right: 150 },
    x,
    y: { title: "loss, nats", ...range },
    marks: [
      ...withResults(groups).flatMap((group) => bandMarks(group, curve(group))),
      ...guide,
      ...groups.flatMap((group) => lineMarks(group, curve(group))),
    ],
  };
}

/** Returns groups with a result: losses that run away would leave no room for others. */
function withResults(groups: readonly Shown[]): readonly Shown[] {
  const found = groups.filter(({ row }) =>
    row.outcomes.some(({ metric, moments }) => metric.unit === "nats" && moments.mean !== null),
  );
  return found.length === 0 ? groups : found;
}

function bandMarks({ place, runs }: Shown, values: readonly ColumnValue[]): readonly Mark[] {
  if (runs.length < 2 || values.length < 2) return [];
  const upper = values.map(({ at, mean, std }): Point => [at, mean + std]);
  const lower = values.map(({ at, mean, std }): Point => [at, mean - std]).reverse();
  return [{ kind: "area", points: [...upper, ...lower], color: colorAt(place), opacity: 0.16 }];
}

function lineMarks({ name, place }: Shown, values: readonly ColumnValue[]): readonly Mark[] {
  if (values.length === 0) return [];
  return [
    {
      kind: "line",
      points: values.map(({ at, mean }): Point => [at, mean]),
      stroke: strokeAt(place),
      label: name,
    },
  ];
}

/** How much more than guessing a cut chart shows, of what lies below it. */
const ABOVE = 0.2;

/** Returns the range of losses; with `isCut` only of those that runs come down to, not of those they begin with. */
function lossRange(
  curves: readonly (readonly ColumnValue[])[],
  { isCut, guess }: { readonly isCut: boolean; readonly guess: number | null },
): ReturnType<typeof roundRange> {
  const values = curves.flat();
  const least = Math.min(...values.map(({ mean, std }) => mean - std));
  const most = Math.max(...values.map(({ mean, std }) => mean + std));
  if (!Number.isFinite(least) || !Number.isFinite(most)) return roundRange(0, guess ?? 1);
  const bottom = Math.max(0, least);
  if (!isCut || guess === null) return roundRange(bottom, Math.max(most, guess ?? 0));
  return roundRange(bottom, Math.max(guess, Math.min(most, guess + ABOVE * (guess - bottom))));
}

/** Tells whether some mean lies above a chart that is cut. */
function isBeyond(curves: readonly (readonly ColumnValue[])[], guess: number | null): boolean {
  const { max } = lossRange(curves, { isCut: true, guess });
  return curves.flat().some(({ mean }) => mean > max);
}

function describe(groups: readonly Shown[], curve: Curve): string {
  const ends = groups.flatMap((group) => {
    const values = curve(group);
    const [first, last] = [values[0], values.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [`${group.name} from ${nats(first.mean)} to ${nats(last.mean)}`];
  });
  return `A line for each group: ${ends.join("; ")}.`;
}

const ROWS = 12;

function lossTable(
  groups: readonly Shown[],
  { curve, where }: { readonly curve: Curve; readonly where: string },
): Html {
  const columns = groups.map((group) => ({
    name: group.name,
    values: curve(group),
    hasSeeds: group.runs.length > 1,
  }));
  const all = [...new Set(columns.flatMap(({ values }) => values.map(({ at }) => at)))].sort(
    (a, b) => a - b,
  );
  const stride = Math.max(1, (all.length - 1) / (ROWS - 1));
  const rows = Array.from(
    { length: Math.min(ROWS, all.length) },
    (_, i) => all[Math.round(i * stride)] ?? 0,
  );
  return table({
    caption: `Mean loss in nats around some steps, ${where}; ± standard deviation over seeds.`,
    columns: [
      { title: "around step" },
      ...columns.map(({ name }) => ({ title: name, isNumber: true })),
    ],
    rows: rows.map((at) => [
      count(at),
      ...columns.map(({ values, hasSeeds }) => {
        const found = values.find((value) => value.at === at);
        return found === undefined
          ? "–"
          : meanStdText({ mean: found.mean, std: hasSeeds ? found.std : null }, 3);
      }),
    ]),
  });
}

/** Says how the learning rate changes, where it does so in the same way in all runs. */
function learningRateWords({ runs }: ReportFacts): string {
  const ids = new Set(
    runs.map(({ settings }) => settings.find(({ key }) => key === "train.lr")?.id),
  );
  const rates = runs[0]?.settings.find(({ key }) => key === "train.lr")?.value;
  if (ids.size !== 1 || typeof rates !== "object" || rates === null) return "";
  const [first, ...later] = Object.entries(rates);
  if (first === undefined || later.length === 0) return "";
  const changes = later.map(([step, rate]) => `from step ${count(Number(step))} on ${rate}`);
  return ` The learning rate is ${first[1]}, ${changes.join(", ")}.`;
}
