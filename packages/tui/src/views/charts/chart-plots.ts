/** The curves of the charted rows: means and bands of groups, single runs. */
import { widthOf } from "@ablate/text";
import { bandOf } from "../../chart/trace.ts";
import { fitTitles, sizeText } from "../../data/labels.ts";
import { isHidden } from "../../state/curves.ts";
import { lookOf } from "../looks.ts";
import { type ChartCanvas, divergence, isSparse, type Plot, traceOf } from "../plots.ts";

/** Makes a plot of a series for each row that is charted; `shown` are the series that are read together. */
export function plotsOf(canvas: ChartCanvas, series: string, shown: readonly string[]): Plot[] {
  const { chosen } = canvas.scene;
  const { settings } = canvas.state;
  return chosen.map((row): Plot => {
    const { key, title, members } = row;
    const runs = isHidden(settings, row) ? [] : members;
    const read = runs.flatMap((run) => {
      const samples = canvas.curves.read(run, shown, canvas.window).get(series);
      return samples === undefined ? [] : [{ run, samples }];
    });
    const traces = read.map(({ run, samples }) => traceOf(canvas, { run, series }, samples));
    const [only] = traces;
    const ends = runs.flatMap((run) => divergence(canvas, run) ?? []);
    return {
      ...{ key, series, runs, traces, look: lookOf(canvas, row) },
      label: title + sizeText({ title, members }),
      name: title,
      isHidden: isHidden(settings, row),
      shown: traces.length === 1 && only !== undefined ? only : bandOf(traces, settings.band),
      isSparse: read.every(({ samples }) => isSparse(series, samples, canvas.window)),
      divergedAt: ends.length === 0 ? null : Math.min(...ends),
    };
  });
}

/** The most cells that the names of curves get at their right ends, and the share of a chart that they may take. */
const WIDEST_NAME = 16;
const NAME_SHARE = 0.22;

/** Returns what curves are called at their right ends in a chart that is so wide; nothing where they do not fit. */
export function endNames({ scene }: Pick<ChartCanvas, "scene">, columns: number): string[] {
  const room = Math.min(WIDEST_NAME, Math.floor((columns - LABELS) * NAME_SHARE) - 1);
  if (room < 2) return [];
  const names = fitTitles(scene.chosen, room, scene.table);
  // Of names that are cut nobody sees which is which.
  return names.some((name) => name.includes("…") || widthOf(name) > room) ? [] : names;
}

/** Cells of the value axis. */
const LABELS = 8;
