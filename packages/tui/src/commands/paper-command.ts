/** The command that writes the charts on the screen to a file for a paper. */
import type { Range } from "../chart/scale.ts";
import { colourKey } from "../data/looks.ts";
import { panelName } from "../data/panels.ts";
import { rowOf } from "../data/table.ts";
import type { PaperChart } from "../state/paper-chart.ts";
import type { State } from "../state/state.ts";
import { slotFor } from "../views/looks.ts";
import type { Context } from "../views/view.ts";
import { type Command, CommandError, isOfOneRun } from "./command.ts";

export const PAPER_COMMAND: Command = {
  name: "chart",
  usage: "FILE",
  help: "write the charts that are shown for a paper: FILE.svg, FILE.pdf or FILE.png",
  example: "loss.pdf",
  run: (state, text, context) => {
    const file = text.replace(/^"(.*)"$/, "$1");
    if (!/\.(svg|pdf|png)$/i.test(file)) {
      throw new CommandError(
        `${file === "" ? "a file is missing" : `"${file}" is no SVG, PDF or PNG`}, as in: chart loss.pdf`,
      );
    }
    return { type: "paper", chart: { file, ...shown(state, context) } };
  },
};

/** Returns the charts of the view; that which is alone, or else all of them. */
function shown(state: State, context: Context): Omit<PaperChart, "file"> {
  const { settings, zoom } = state;
  const { scene } = context;
  const isOne = isOfOneRun(context);
  const alone = scene.metrics[state.chart];
  const all = isOne ? ["loss"] : state.isAlone && alone !== undefined ? [alone] : scene.metrics;
  const series = all.filter((id) => panelName(id) === null);
  if (series.length === 0) throw new CommandError("there is no chart of a series here");
  const { run } = scene;
  const groups = isOne
    ? run === undefined
      ? []
      : [{ title: run.title, slot: slotFor(scene, rowOf(run)), isHidden: false, runs: [run.name] }]
    : scene.chosen.map((row) => {
        const isHidden = settings.hiddenCurves.includes(colourKey(row));
        const runs = row.members.map(({ name }) => name);
        return { title: row.title, slot: slotFor(scene, row), isHidden, runs };
      });
  if (groups.every(({ isHidden }) => isHidden)) throw new CommandError("no curve is shown");
  const { axis } = scene;
  const { isLogX, isLogY, smoothing, band, yRanges } = settings;
  const steps = zoom === null ? null : stepsOf(context, zoom);
  return { groups, series, axis, isLogX, isLogY, smoothing, band, steps, yRanges };
}

/** Returns the steps that a part of the x axis shows, by its first run. */
function stepsOf({ scene }: Context, { low, high }: Range): Range {
  const { axis, chosen, run, readers } = scene;
  const first = chosen[0]?.members[0] ?? run;
  const toStep = (x: number): number =>
    first === undefined ? x : readers.curves.axis(first, axis).toStep(x);
  return { low: Math.max(0, Math.floor(toStep(low))), high: Math.ceil(toStep(high)) };
}
