/** The parts of the help, and which of them a key stands in. */
import type { KeyRow } from "../views/view.ts";
import { isSameRow, ROWS } from "./rows.ts";

/** In the order of the help. */
export const SECTIONS = ["move", "runs", "charts", "layers", "panes and views", "program"] as const;

export type Section = (typeof SECTIONS)[number];

const { up, down, left, right, farLeft, farRight } = ROWS;
const { pageUp, pageDown, first, last, enter, back, next, previous } = ROWS;
const { pane, previousPane, maximise, narrower, wider, hidePane, nextView, previousView } = ROWS;
const { command, copy, csv, picture, help, suspend, quit } = ROWS;

/** What the views of a key do not say. */
const PLACES: readonly (readonly [Section, readonly KeyRow[]])[] = [
  [
    "move",
    [
      up,
      down,
      left,
      right,
      farLeft,
      farRight,
      pageUp,
      pageDown,
      first,
      last,
      enter,
      back,
      next,
      previous,
    ],
  ],
  [
    "panes and views",
    [pane, previousPane, maximise, narrower, wider, hidePane, nextView, previousView],
  ],
  ["program", [command, copy, csv, picture, help, suspend, quit]],
];

/** Returns the part of the help in which a key stands that acts in these views. */
export function sectionOf(row: KeyRow, views: readonly string[]): Section {
  const place = PLACES.find(([, rows]) => rows.some((one) => isSameRow(one, row)));
  if (place !== undefined) return place[0];
  if (/^\d$/.test(row.keys[0] ?? "")) return "panes and views";
  if (views.includes("layers") && !views.includes("charts") && !views.includes("runs"))
    return "layers";
  const isOfCharts = views.includes("charts") || views.includes("run");
  return isOfCharts && !views.includes("runs") ? "charts" : "runs";
}

/** Returns the part of the help that is about a view. */
export function sectionOfView(view: string): Section {
  if (view === "layers" || view === "charts") return view;
  return view === "run" ? "charts" : "runs";
}
