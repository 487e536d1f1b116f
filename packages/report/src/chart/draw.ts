/** Charts as SVG that takes its colours from the page. Axes, scales and paths are those of Apache ECharts. */

import { visibleLines } from "@ablate/text";
import type * as echarts from "echarts";
import { Html, html } from "../html.ts";
import { type Axis, type Chart, type Mark, type Point, pieces, type Stroke } from "./marks.ts";

export type Draw = (chart: Chart) => Html;

const TEXT = "var(--text)";
const GRID = "var(--grid)";
const FONT_SIZE = 12;
const LINE_HEIGHT = 14;
const SAMPLE = 16; // of a line, in front of its label

/** Loads the library and returns a function that draws one chart after another. */
export async function drawer(): Promise<Draw> {
  const library = await import("echarts/dist/echarts.esm.min.mjs");
  let drawn = 0;
  return (chart) => {
    drawn += 1;
    const { width, height } = chart;
    const instance = library.init(null, null, { renderer: "svg", ssr: true, width, height });
    instance.setOption(optionOf(chart));
    const svg = instance.renderToSVGString();
    instance.dispose();
    const id = `chart-${drawn}`;
    const name = html`<title id="${id}-title">${chart.title}</title><desc id="${id}-text">${chart.description}</desc>`;
    return new Html(visibleLines(slim(svg, id, name)));
  };
}

function optionOf({ labels, x, y, marks }: Chart): echarts.EChartsCoreOption {
  const atLeft = { color: TEXT, align: "left", padding: [0, 0, 0, -labels.left] };
  return {
    animation: false,
    grid: { left: labels.left, right: labels.right, top: 28, bottom: 46 },
    xAxis: { ...axisOf(x), nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axisOf(y), nameLocation: "end", nameGap: 12, nameTextStyle: atLeft },
    series: [
      custom(true, (place) => marks.flatMap((mark) => shapesOf(mark, place))),
      custom(false, (place, box) => labelsOf(marks, place, box)),
    ],
  };
}

function axisOf({ title, min, max, interval, isLog, isBare, format = plain }: Axis): object {
  const show = isBare !== true;
  const style = { color: TEXT };
  return {
    type: isLog === true ? "log" : "value",
    name: title,
    nameTextStyle: style,
    ...{ min, max, interval, splitNumber: 5 },
    axisLine: { show, onZero: false, lineStyle: style },
    axisTick: { show, lineStyle: style },
    axisLabel: { show, ...style, formatter: format, showMinLabel: true, hideOverlap: true },
    splitLine: { show, lineStyle: { color: GRID } },
  };
}

/** Writes the label of a tick in full, from 100,000 on as a power of ten. */
function plain(value: number): string {
  const isLarge = Math.abs(value) >= 1e5;
  return (isLarge ? value.toExponential().replace("e+", "e") : String(value)).replaceAll("-", "−");
}

/** Places of a chart's axes, in pixels. */
type Box = Readonly<Record<"x" | "y" | "width" | "height", number>>;
/** Returns the pixels of a point. */
type Place = (point: Point) => Point;

/** Makes one series of many shapes: a series each would cost more than the shapes do. */
function custom(clip: boolean, shapes: (place: Place, box: Box) => readonly object[]): object {
  return {
    type: "custom",
    silent: true,
    clip,
    data: [[Number.NaN, Number.NaN]],
    renderItem: (
      { coordSys }: { readonly coordSys: Box },
      { coord }: { coord(point: Point): Point },
    ) => ({ type: "group", children: shapes((point) => coord(point), coordSys) }),
  };
}

function shapesOf(mark: Mark, place: Place): readonly object[] {
  switch (mark.kind) {
    case "line":
      return pieces(mark.points).map((points) => polyline(points.map(place), mark.stroke));
    case "area": {
      const style = { fill: mark.color, opacity: mark.opacity };
      return [{ type: "polygon", shape: { points: mark.points.map(place) }, style }];
    }
    case "dot": {
      const [cx, cy] = place(mark.at);
      return [{ type: "circle", shape: { cx, cy, r: 4 }, style: { fill: mark.color } }];
    }
    case "text":
      return [];
  }
}

function polyline(points: readonly Point[], { color, width, dash }: Stroke): object {
  const style = { fill: "none", stroke: color, lineWidth: width, lineDash: [...dash] };
  return { type: "polyline", shape: { points }, style };
}

/** Sets the labels of lines to the right of a chart, the names of its rows to the left. */
function labelsOf(marks: readonly Mark[], place: Place, box: Box): readonly object[] {
  const lines = marks
    .filter((mark) => mark.kind === "line")
    .filter(({ label }) => label !== undefined);
  const ends = lines.map(({ points }) => place(pieces(points).at(-1)?.at(-1) ?? [0, 0])[1]);
  const heights = spaced(ends, { gap: LINE_HEIGHT, low: box.y + 4, high: box.y + box.height - 4 });
  const left = box.x + box.width + 8;
  const ofLines = lines.flatMap(({ stroke, label = "" }, i) => {
    const y = heights[i] ?? 0;
    const sample = [left, left + SAMPLE].map((x): Point => [x, y]);
    return [polyline(sample, stroke), textShape(label, [left + SAMPLE + 4, y], "left")];
  });
  const rows = marks.filter((mark) => mark.kind === "text");
  return [
    ...ofLines,
    ...rows.map(({ at, text }) => textShape(text, [box.x - 8, place(at)[1]], "right")),
  ];
}

function textShape(text: string, [x, y]: Point, align: "left" | "right"): object {
  const style = { text, x, y, fill: TEXT, fontSize: FONT_SIZE, align, verticalAlign: "middle" };
  return { type: "text", style };
}

/** Fits a chart's SVG into a page: with its names, without a style sheet of its own, to one decimal. */
function slim(svg: string, id: string, name: Html): string {
  const inner = svg
    .replace(/^<svg[^>]*>/, "")
    .replace(/<style[^>]*>.*?<\/style>/gs, "")
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, "")
    .replaceAll(/ (?:class|pointer-events|style|xml:space)="[^"]*"/g, "")
    .replaceAll(/"zr\d+-c(\d+)"/g, `"${id}-clip$1"`)
    .replaceAll(/url\(#zr\d+-c(\d+)\)/g, `url(#${id}-clip$1)`)
    .replaceAll(/ (?:d|points|transform|c?[xy][12]?)="[^"]*"/g, shortened)
    .replaceAll(/>\s+</g, "><")
    .trim();
  const [, viewBox = ""] = /viewBox="([^"]*)"/.exec(svg) ?? [];
  return `<svg viewBox="${viewBox}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text">${name.text}${inner}`;
}

function shortened(attribute: string): string {
  return attribute.replaceAll(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1))));
}

/** Moves labels apart so that they do not cover each other; returns their places in the order given. */
export function spaced(
  wanted: readonly number[],
  { gap, low, high }: { readonly gap: number; readonly low: number; readonly high: number },
): readonly number[] {
  const order = [...wanted.keys()].sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = new Float64Array(wanted.length);
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(floor, Math.min(wanted[i] ?? 0, high));
    floor = (placed[i] ?? 0) + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] ?? 0, ceiling);
    ceiling = (placed[i] ?? 0) - gap;
  }
  return [...placed];
}
