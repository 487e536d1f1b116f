/** What charts show, as commands would say it. */
import { isMetric, metricOf } from "@ablate/store";
import { colourKey } from "../data/looks.ts";
import type { Scene } from "../state/scene.ts";
import { DEFAULT_SETTINGS } from "../state/settings.ts";
import type { State } from "../state/state.ts";
import type { Context } from "../views/view.ts";
import { quoted } from "./names.ts";

/** Returns the commands that lead to the series, axes, steps and values of the charts. */
export function curvesShown(state: State, { scene, view }: Context): [string, string | null][] {
  const { settings, zoom, crosshair } = state;
  const series = view.isOfOneRun ? "loss" : (scene.metrics[state.chart] ?? "");
  const range = settings.yRanges[series];
  const metrics =
    settings.metrics?.map((id) => quoted(`^${escaped(plain(id))}$`)).join(" ") ?? null;
  const isSteps = scene.axis === "step";
  return [
    ["metrics", metrics],
    ["axis", settings.axis === DEFAULT_SETTINGS.axis ? null : settings.axis],
    ["log", settings.isLogY ? "on" : null],
    [
      "smooth",
      settings.smoothing === DEFAULT_SETTINGS.smoothing ? null : String(settings.smoothing),
    ],
    ["steps", zoom === null || !isSteps ? null : `${Math.floor(zoom.low)}-${Math.ceil(zoom.high)}`],
    ["step", crosshair === null || !isSteps ? null : String(Math.round(crosshair))],
    ["y", range === undefined ? null : `${range.low} to ${range.high}`],
  ];
}

/** Returns the titles of the curves that are hidden. */
export function hiddenTitles({ settings }: State, { chosen }: Scene): string[] {
  const hidden = chosen.filter((row) => settings.hiddenCurves.includes(colourKey(row)));
  return hidden.map(({ title }) => title);
}

function plain(series: string): string {
  return isMetric(series) ? metricOf(series) : series;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
