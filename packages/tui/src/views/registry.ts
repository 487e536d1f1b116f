/** The views of the UI, in the order of their tabs. A new view is a folder and its line here. */
import { chartsView } from "./charts/charts-view.ts";
import { compareView } from "./compare/compare-view.ts";
import { findingsView } from "./findings/findings-view.ts";
import { gridsView } from "./grids/grids-view.ts";
import { layersView } from "./layers/layers-view.ts";
import { runView } from "./run/run-view.ts";
import { runsView } from "./runs/runs-view.ts";
import { sweepView } from "./sweep/sweep-view.ts";
import type { View } from "./view.ts";

export const VIEWS: readonly [View, ...View[]] = [
  gridsView,
  runsView,
  chartsView,
  runView,
  compareView,
  layersView,
  findingsView,
  sweepView,
];

export const VIEW_NAMES: readonly string[] = VIEWS.map(({ name }) => name);

/** Returns the view of this name; that of runs where there is none. */
export function viewNamed(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? runsView;
}
