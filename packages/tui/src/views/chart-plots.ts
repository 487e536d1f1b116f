/** The curves of the charted rows: means and bands of groups, single runs. */
import { widthOf } from "@ablate/text";
import { LABEL_CELLS } from "../chart/axes.ts";
import { bandOf } from "../chart/trace.ts";
import { fitTitles, sizeText } from "../data/labels.ts";
import { looksOf, PLAIN_LOOK } from "../data/looks.ts";
import { panelOf } from "../data/panels.ts";
import { RATIO, seriesTitle } from "../data/titles.ts";
import { isHidden } from "../state/curves.ts";
import { coloursOf } from "../text/theme.ts";
import { lookOf } from "./looks.ts";
import type { Plot } from "./plot-curves.ts";
import { type ChartCanvas, divergence, isSparse, traceOf } from "./plots.ts";

/** Cells in which curves are called by their titles, in the legend as above a chart; longer ones are in short. */
export const NAME_CELLS = 28;

/** What the plots of a chart are made from. */
export type PlotsSpec = {
  /** A series, or a panel of several. */
  readonly id: string;
  /** Those that are read together. */
  readonly shown: readonly string[];
  /** Index of the row whose series a panel shows. */
  readonly onTop: number;
};

/** Makes a plot for each row that is charted; of a panel, for each of its series. */
export function plotsOf(canvas: ChartCanvas, { id, shown, onTop }: PlotsSpec): Plot[] {
  const { chosen } = canvas.scene;
  const { settings } = canvas.state;
  const panel = panelOf(settings.panels, id);
  if (panel === undefined) {
    const names = fitTitles(chosen, NAME_CELLS, canvas.scene.table);
    return chosen.map((row, i): Plot => {
      const isOff = isHidden(settings, row);
      const look = lookOf(canvas, row);
      const runs = isOff ? [] : row.members;
      const name = names[i] ?? row.title;
      const { key } = row;
      return plotOf(canvas, { key, series: id, runs, look, name, shown, isHidden: isOff });
    });
  }
  const row = chosen[onTop];
  const looks = looksOf(panel.series, {
    chosen: new Map(),
    colours: coloursOf(canvas.depth),
  });
  return panel.series.map((series) => {
    const look = looks.get(series) ?? PLAIN_LOOK;
    const name = nameInPanel(series);
    const runs = row?.members ?? [];
    return plotOf(canvas, { key: series, series, runs, look, name, shown });
  });
}

/** Returns what a series is called beside others: of ratios the parameter is enough. */
export function nameInPanel(series: string): string {
  return series.startsWith(RATIO) ? series.slice(RATIO.length) : seriesTitle(series);
}

type OnePlot = Pick<Plot, "key" | "series" | "runs" | "look" | "name" | "isHidden"> & {
  /** The series that are read together with it. */
  readonly shown: readonly string[];
};

/** Makes the plot of a series of a run, or of several as their mean and band. */
export function plotOf(canvas: ChartCanvas, { shown, ...one }: OnePlot): Plot {
  const { series, runs, name } = one;
  const read = runs.flatMap((run) => {
    const samples = canvas.curves.read(run, shown, canvas.window).get(series);
    return samples === undefined ? [] : [{ run, samples }];
  });
  const traces = read.map(({ run, samples }) => traceOf(canvas, { run, series }, samples));
  const [only] = traces;
  const ends = runs.flatMap((run) => divergence(canvas, run) ?? []);
  const { band } = canvas.state.settings;
  return {
    ...one,
    traces,
    label: name + sizeText({ title: name, members: runs }),
    shown: traces.length === 1 && only !== undefined ? only : bandOf(traces, band),
    isSparse: read.every(({ samples }) => isSparse(series, samples, canvas.window)),
    divergedAt: ends.length === 0 ? null : Math.min(...ends),
  };
}

/** Returns the series that charts are drawn from: panels have several. */
export function seriesBehindCharts(
  { state }: Pick<ChartCanvas, "state">,
  ids: readonly string[],
): string[] {
  const { panels } = state.settings;
  return [...new Set(ids.flatMap((id) => panelOf(panels, id)?.series ?? id))];
}

/** The most cells that the names of curves get at their right ends, and the share of a chart that they may take. */
const WIDEST_NAME = 16;
const NAME_SHARE = 0.22;

/** Returns the cells that names of curves may have in a chart that is so wide. */
export function roomForNames(columns: number): number {
  return Math.min(WIDEST_NAME, Math.floor((columns - LABEL_CELLS) * NAME_SHARE) - 1);
}

/** Returns what curves are called at their right ends in a chart that is so wide; nothing where they do not fit. */
export function endNames({ scene }: Pick<ChartCanvas, "scene">, columns: number): string[] {
  const room = roomForNames(columns);
  if (room < 2) return [];
  const names = fitTitles(scene.chosen, room, scene.table);
  // Of names that are cut nobody sees which is which.
  return names.some((name) => name.includes("…") || widthOf(name) > room) ? [] : names;
}
