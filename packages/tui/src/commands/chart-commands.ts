/** Commands about charts: which steps, values, series and curves they show. */
import { isMetric, metricOf } from "@ablate/store";
import { count, readRange, readTyped } from "@ablate/text";
import { colourKey } from "../data/looks.ts";
import { seriesTitle } from "../data/titles.ts";
import {
  crosshairAtStep,
  everyCurve,
  onlyCurves,
  stepToX,
  withAxis,
  withYRange,
  zoomTo,
} from "../state/curves.ts";
import { X_AXES } from "../state/settings.ts";
import { adjusted, openChooser, type State, say, show } from "../state/state.ts";
import { searchTexts } from "../text/expression.ts";
import type { Context } from "../views/view.ts";
import {
  type Command,
  CommandError,
  candidates,
  isOfOneRun,
  ON_OFF,
  oneOf,
  wordsOf,
} from "./command.ts";
import { curveCandidates, curvesNamed, noSuch } from "./names.ts";
import { withPanel } from "./panel.ts";

export const CHART_COMMANDS: readonly Command[] = [
  {
    name: "metrics",
    usage: "NAME or EXPRESSION …",
    help: "charts of the series whose names match; default, all",
    example: "valid ^train/",
    isFlag: true,
    complete: (_, { scene }) => [
      ...scene.allMetrics.map((id) => ({ text: plainName(id), what: seriesTitle(id) })),
      ...candidates(["default", "all"], "charts"),
    ],
    run: withMetrics,
  },
  {
    name: "panel",
    usage: "NAME: SERIES, SERIES",
    help: "one chart of several series of the selected curve; without series it is removed",
    example: "losses: train_loss, valid_loss",
    complete: (words, { scene }) =>
      words.length === 0
        ? []
        : scene.allMetrics.map((id) => ({ text: plainName(id), what: seriesTitle(id) })),
    run: (state, text, context) => withPanel(onCharts(state, context), text, context),
  },
  {
    name: "axis",
    usage: X_AXES.join("|"),
    help: "what the x axis counts",
    example: "examples",
    isFlag: true,
    complete: () => candidates(X_AXES, "x axis"),
    run: (state, text, { scene }) => withAxis(state, scene, () => oneOf(text, X_AXES, "x axis")),
  },
  {
    name: "log",
    usage: "on|off",
    help: "logarithmic values, or not",
    example: "on",
    isFlag: true,
    complete: () => candidates(ON_OFF, "logarithmic values"),
    run: (state, text) => {
      const isLogY = text === "" ? !state.settings.isLogY : oneOf(text, ON_OFF, "choice") === "on";
      return say(adjusted(state, { isLogY }), isLogY ? "logarithmic values" : "linear values");
    },
  },
  {
    name: "smooth",
    usage: "STEPS or off",
    help: "smooth curves over this number of steps",
    example: "100",
    isFlag: true,
    complete: () => candidates(["off", "30", "100", "300"], "steps"),
    run: (state, text) => {
      const steps = text === "off" ? 0 : wholeNumber(text, "smooth 100, or smooth off");
      if (steps > MOST_SMOOTHING)
        throw new CommandError(`curves are smoothed over ${count(MOST_SMOOTHING)} steps at most`);
      const said = steps === 0 ? "no smoothing" : `smoothed over ${count(steps)} steps`;
      return say(adjusted(state, { smoothing: steps }), said);
    },
  },
  {
    name: "steps",
    usage: "FROM-TO or all",
    help: "the steps that charts show; either end is optional",
    example: "100-300",
    isFlag: true,
    complete: (_, { scene }) => [
      { text: "all", what: `0-${count(lastStep(scene.readers.curves, scene))}` },
    ],
    run: withSteps,
  },
  {
    name: "step",
    usage: "STEP",
    help: "read every curve at a step",
    example: "1,234",
    isFlag: true,
    run: (state, text, context) => {
      const step = wholeNumber(text, "step 1,234");
      const [shown, scene] = [onCharts(state, context), context.scene];
      const last = lastStep(scene.readers.curves, scene);
      if (step > last) throw new CommandError(`the last step is ${count(last)}`);
      return crosshairAtStep(shown, { ...scene, state: shown }, step);
    },
  },
  {
    name: "y",
    usage: "FROM-TO or auto",
    help: "the range of values of the focused chart",
    example: "2-4",
    isFlag: true,
    complete: () => [{ text: "auto", what: "from the data" }],
    run: withValues,
  },
  {
    name: "hide",
    usage: "NAME …",
    help: "hide curves",
    example: "v1",
    isFlag: true,
    complete: (_, context) => curveCandidates(context),
    run: (state, text, context) => {
      const rows = named(text, "hide v1").flatMap((word) => curvesNamed(word, context));
      const keys = rows.map(colourKey);
      const hidden = new Set([...state.settings.hiddenCurves, ...keys]);
      return say(
        adjusted(state, { hiddenCurves: [...hidden] }),
        `${titles(rows)}: hidden; show all brings them back`,
      );
    },
  },
  {
    name: "only",
    usage: "NAME …",
    help: "hide all other curves",
    example: "v5",
    isFlag: true,
    complete: (_, context) => curveCandidates(context),
    run: (state, text, context) => {
      const rows = named(text, "only v5").flatMap((word) => curvesNamed(word, context));
      return say(
        onlyCurves(state, context.scene.chosen, rows),
        `${titles(rows)} alone; show all brings the others back`,
      );
    },
  },
  {
    name: "show",
    usage: "NAME … or all",
    help: "show hidden curves again",
    example: "all",
    complete: (_, context) => [...candidates(["all"], "every curve"), ...curveCandidates(context)],
    run: (state, text, context) => {
      if (text === "" || text === "all") return everyCurve(state);
      const rows = wordsOf(text).flatMap((word) => curvesNamed(word, context));
      const shown = new Set(rows.map(colourKey));
      const hiddenCurves = state.settings.hiddenCurves.filter((key) => !shown.has(key));
      return say(adjusted(state, { hiddenCurves }), `${titles(rows)}: shown`);
    },
  },
];

const MOST_SMOOTHING = 100_000;

function titles(rows: readonly { readonly title: string }[]): string {
  const [first, ...others] = rows.map(({ title }) => title);
  return others.length === 0 ? (first ?? "") : `${first} and ${others.length} more`;
}

function named(text: string, example: string): string[] {
  const words = wordsOf(text);
  if (words.length === 0) throw new CommandError(`a name is missing, as in: ${example}`);
  return words;
}

/** Shows charts where none are on the screen. */
function onCharts(state: State, context: Context): State {
  const shown = [context.view.name, ...context.panes];
  if (shown.includes("charts") || shown.includes("run")) return state;
  return { ...show(state, isOfOneRun(context) ? "run" : "charts"), message: state.message };
}

function withSteps(state: State, text: string, context: Context): State {
  const { scene } = context;
  const shown = onCharts(state, context);
  if (text === "" || text === "all") return say({ ...shown, zoom: null }, "all steps are shown");
  const range = readRange(text);
  if (range === null || (range.low ?? 0) < 0 || (range.high ?? 0) < 0)
    throw new CommandError(
      `"${text}" is no range of steps, as in: steps 100-300, steps 100-, steps all`,
    );
  const last = lastStep(scene.readers.curves, scene);
  const [low, high] = [range.low ?? 0, range.high ?? last];
  if (last === 0) throw new CommandError("no run is shown that has several steps");
  if (low >= last)
    throw new CommandError(`the last step is ${count(last)}: nothing comes after it`);
  if (low === high)
    throw new CommandError(`a range has two ends; step ${count(low)} reads one step`);
  const zoomed = zoomTo(shown, scene, {
    low: stepToX(scene, low),
    high: stepToX(scene, Math.min(high, last)),
  });
  return zoomed.message === shown.message
    ? say(zoomed, `steps ${count(low)} to ${count(Math.min(high, last))}; steps all shows all`)
    : zoomed;
}

function withValues(state: State, text: string, context: Context): State {
  const { scene } = context;
  const shown = onCharts(state, context);
  const series = isOfOneRun(context) ? "loss" : (scene.metrics[state.chart] ?? scene.metrics[0]);
  if (series === undefined) throw new CommandError("there is no chart");
  const title = seriesTitle(series);
  if (text === "" || text === "auto")
    return say(withYRange(shown, series, null), `the range of ${title} follows the data`);
  const range = readTyped(text) === null ? readRange(text) : null;
  const { low = null, high = null } = range ?? {};
  if (low === null || high === null || low === high)
    throw new CommandError(`"${text}" is no range of values, as in: y 2-4, y -4 to -2, y auto`);
  return say(
    withYRange(shown, series, { low, high }),
    `${title} from ${low} to ${high}; y auto follows the data`,
  );
}

/** Chooses the series whose names match. */
function withMetrics(state: State, text: string, context: Context): State {
  const { allMetrics } = context.scene;
  const shown = onCharts(state, context);
  if (text === "") return openChooser(show(state, "charts"), "metrics");
  if (text === "default") return say(adjusted(shown, { metrics: null }), "the usual charts");
  const words = text === "all" ? [""] : wordsOf(text);
  const found = words.flatMap((word) => {
    const searched = [plainName, seriesTitle].map((of) => searchTexts(word, allMetrics.map(of)));
    const mistake = searched.find((one) => one.mistake !== null)?.mistake;
    if (mistake) throw new CommandError(mistake);
    const fits = allMetrics.filter((_, i) => searched.some(({ matches }) => matches[i]));
    if (fits.length === 0) throw noSuch("series", word, allMetrics.map(plainName));
    return fits;
  });
  const metrics = allMetrics.filter((id) => found.includes(id));
  const said = `${metrics.length} of ${allMetrics.length} series have charts; metrics default: the usual ones`;
  return say({ ...adjusted(shown, { metrics }), chart: 0 }, said);
}

/** Returns the name that a series has in its log, or its id. */
function plainName(series: string): string {
  return isMetric(series) ? metricOf(series) : series;
}

function wholeNumber(text: string, example: string): number {
  const value = readTyped(text);
  if (value !== null && Number.isInteger(value) && value >= 0) return value;
  throw new CommandError(
    `${text === "" ? "a number of steps is missing" : `"${text}" is no number of steps`}, as in: ${example}`,
  );
}

type Curves = Context["scene"]["readers"]["curves"];

/** Returns the last step of the runs that charts show. */
function lastStep(curves: Curves, { chosen, run }: Context["scene"]): number {
  const runs = chosen.flatMap(({ members }) => members);
  const all = run === undefined || runs.length > 0 ? runs : [run];
  return all.reduce((most, one) => Math.max(most, curves.end(one, "step")), 0);
}
