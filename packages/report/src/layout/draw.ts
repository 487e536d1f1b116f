/** Charts in a page: SVG that takes its colours from the page's style sheet. */
import { type Chart, sceneOf, svgOf } from "@ablate/figures";
import { Html } from "../html.ts";

export type Draw = (chart: Chart) => Html;

const INK = { text: "var(--text)", grid: "var(--grid)" };

/** Returns a function that draws one chart of a page after another. */
export function drawer(): Draw {
  let drawn = 0;
  return (chart) => {
    drawn += 1;
    const { title, description } = chart;
    const names = { id: `chart-${drawn}`, title, description, text: INK.text };
    return new Html(svgOf(sceneOf(chart, INK), names));
  };
}
