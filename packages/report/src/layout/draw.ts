/** Charts in a page: SVG that takes its colours from the page's style sheet. */
import { type Chart, PAGE_LOOK, sceneOf, svgOf } from "@ablate/figures";
import { Html } from "../html.ts";

export type Draw = (chart: Chart) => Html;

/** What a pointer calls a place on an axis; those of other axes it does not tell. */
const READ: Readonly<Record<string, string>> = { updates: "step", "hidden layer": "layer" };

/** Returns a function that draws one chart of a page after another. */
export function drawer(): Draw {
  let drawn = 0;
  return (chart) => {
    drawn += 1;
    const { title, description } = chart;
    const x = READ[chart.x.title];
    const attributes = x === undefined ? "" : ` data-x="${x}"`;
    const names = {
      id: `chart-${drawn}`,
      title,
      description,
      text: PAGE_LOOK.ink.text,
      attributes,
    };
    return new Html(svgOf(sceneOf(chart, PAGE_LOOK.ink), names));
  };
}
