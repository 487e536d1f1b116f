/** Writing the charts on the screen to a file: by a command, and by a key that names the file itself. */
import type { Range } from "../chart/scale.ts";
import type { PaperChart, PaperFigure } from "../state/paper-chart.ts";
import type { Scene } from "../state/scene.ts";
import { type Effect, type State, say } from "../state/state.ts";
import { VIEWS, viewNamed } from "../views/registry.ts";
import type { Context } from "../views/view.ts";
import { type Command, CommandError } from "./command.ts";

export const PAPER_COMMAND: Command = {
  name: "chart",
  usage: "[FILE]",
  help: "write the charts on the screen for a paper: FILE.svg, FILE.pdf or FILE.png; without a name like P",
  example: "loss.pdf",
  run: (_, text, context) => {
    const file = text.replace(/^"(.*)"$/, "$1");
    if (file !== "" && !/\.(svg|pdf|png)$/i.test(file))
      throw new CommandError(`"${file}" is no SVG, PDF or PNG, as in: chart loss.pdf`);
    const chart = shownChart(context, file === "" ? null : file);
    if (typeof chart === "string") throw new CommandError(chart);
    return { type: "paper", chart };
  },
};

/** Writes what is shown to a file that it names, or says why there is nothing to write. */
export function writeShown(state: State, context: Context): State | Effect {
  const chart = shownChart(context, null);
  return typeof chart === "string" ? say(state, chart) : { type: "paper", chart };
}

/** Returns the charts that are shown, for a file, or for one with a name of their own; else says why there are none. */
function shownChart(context: Context, file: string | null): PaperChart | string {
  const { scene } = context;
  const view = [context.view, ...context.panes.map(viewNamed)].find(({ paper }) => paper);
  if (view?.paper === undefined) {
    const others = VIEWS.filter(({ paper }) => paper).map(({ key, title }) => `${key} ${title}`);
    return `${context.view.title} has no chart to write: ${others.join(", ")} have`;
  }
  const figure = view.paper(scene);
  if (typeof figure === "string") return figure;
  const { settings, zoom } = scene.state;
  const { isLogX, isLogY, smoothing, band, yRanges } = settings;
  const { name, probeStep, ...rest } = figure;
  const zoomed = zoom === null ? null : stepsOf(scene, zoom);
  return {
    ...rest,
    ...{ file: file ?? fileName(scene, figure), isFresh: file === null, axis: scene.axis },
    ...{ isLogX, isLogY, smoothing, band, yRanges },
    steps: probeStep === undefined ? zoomed : { low: 0, high: probeStep },
  };
}

/** Most letters of a file's name. */
const MOST_LETTERS = 80;

/** Names a file by the run or the grid that is shown, and what is shown of it. */
function fileName({ snapshot }: Scene, { name, groups }: PaperFigure): string {
  const names = new Set(groups.flatMap(({ runs }) => runs));
  const runs = snapshot.runs.filter((run) => names.has(run.name));
  const grids = new Set(runs.map(({ grid }) => grid));
  const [grid] = grids;
  const ofRuns = grids.size === 1 && grid ? grid : "ablate";
  const subject = names.size === 1 ? ([...names][0] ?? ofRuns) : ofRuns;
  const plain = `${subject} ${name}`.replace(/[^\p{L}\p{N}._=-]+/gu, "-").replace(/^[-.]+/, "");
  return `${plain.slice(-MOST_LETTERS)}.svg`;
}

/** Returns the steps that a part of the x axis shows, by its first run. */
function stepsOf(scene: Scene, { low, high }: Range): Range {
  const { axis, chosen, run, readers } = scene;
  const first = chosen[0]?.members[0] ?? run;
  const toStep = (x: number): number =>
    first === undefined ? x : readers.curves.axis(first, axis).toStep(x);
  return { low: Math.max(0, Math.floor(toStep(low))), high: Math.ceil(toStep(high)) };
}
