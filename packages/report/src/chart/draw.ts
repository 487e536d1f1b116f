/** Charts as SVG that takes its colours from the page. Axes, scales and paths are those of Apache ECharts. */
import type * as echarts from "echarts";
import { Html, html } from "../html.ts";
import { scaled } from "../text.ts";
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
    return new Html(slim(svg, { id, name: name.text }));
  };
}

function optionOf({ labels, x, y, marks }: Chart): echarts.EChartsCoreOption {
  return {
    animation: false,
    grid: { left: labels.left, right: labels.right, top: 28, bottom: 46 },
    xAxis: { ...axisOf(x), nameLocation: "middle", nameGap: 28 },
    yAxis: {
      ...axisOf(y),
      nameLocation: "end",
      nameGap: 12,
      nameTextStyle: { color: TEXT, align: "left", padding: [0, 0, 0, -labels.left] },
    },
    series: [custom(marks, drawMark, true), custom(marks, drawLabel, false)],
  };
}

function axisOf({
  title,
  min,
  max,
  isLog = false,
  format = plain,
  interval,
  isBare = false,
}: Axis): object {
  return {
    type: isLog ? "log" : "value",
    name: title,
    nameTextStyle: { color: TEXT },
    min,
    max,
    axisLine: { show: !isBare, onZero: false, lineStyle: { color: TEXT } },
    axisTick: { show: !isBare, lineStyle: { color: TEXT } },
    axisLabel: {
      show: !isBare,
      color: TEXT,
      formatter: format,
      showMinLabel: true,
      hideOverlap: true,
    },
    splitLine: { show: !isBare, lineStyle: { color: GRID } },
    splitNumber: 5,
    ...(interval === undefined ? {} : { interval }),
  };
}

function plain(value: number): string {
  if (Math.abs(value) >= 1e5) return scaled(value);
  return String(value).replace("-", "−");
}

type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};
type Place = (point: Point) => readonly [number, number];
type Shape = object;

/** One series for all marks: a series each would cost more than the marks do. */
function custom(
  marks: readonly Mark[],
  shapes: (marks: readonly Mark[], place: Place, box: Box) => readonly Shape[],
  clip: boolean,
): object {
  return {
    type: "custom",
    silent: true,
    clip,
    data: [[Number.NaN, Number.NaN]],
    renderItem: (
      { coordSys }: { readonly coordSys: Box },
      api: { coord(point: Point): readonly [number, number] },
    ) => ({
      type: "group",
      children: shapes(marks, (point) => api.coord(point), coordSys),
    }),
  };
}

function drawMark(marks: readonly Mark[], place: Place): readonly Shape[] {
  return marks.flatMap((mark) => shapesOf(mark, place));
}

function shapesOf(mark: Mark, place: Place): readonly Shape[] {
  switch (mark.kind) {
    case "line":
      return pieces(mark.points).map((points) => polyline(points.map(place), mark.stroke));
    case "area":
      return [
        {
          type: "polygon",
          shape: { points: mark.points.map(place) },
          style: { fill: mark.color, opacity: mark.opacity },
        },
      ];
    case "dot": {
      const [cx, cy] = place(mark.at);
      return [{ type: "circle", shape: { cx, cy, r: 4 }, style: { fill: mark.color } }];
    }
    case "text":
      return [];
  }
}

function polyline(
  points: readonly (readonly [number, number])[],
  { color, width, dash }: Stroke,
): Shape {
  const style = { fill: "none", stroke: color, lineWidth: width, lineDash: [...dash] };
  return { type: "polyline", shape: { points }, style };
}

function drawLabel(marks: readonly Mark[], place: Place, box: Box): readonly Shape[] {
  const lines = marks
    .filter((mark) => mark.kind === "line")
    .filter(({ label }) => label !== undefined);
  const ends = lines.map(
    ({ points }) => place(points.findLast((point) => point.every(Number.isFinite)) ?? [0, 0])[1],
  );
  const heights = spaced(ends, { gap: LINE_HEIGHT, low: box.y + 4, high: box.y + box.height - 4 });
  const left = box.x + box.width + 8;
  const ofLines = lines.flatMap(({ stroke, label = "" }, i): readonly Shape[] => {
    const y = heights[i] ?? 0;
    const points: readonly (readonly [number, number])[] = [
      [left, y],
      [left + SAMPLE, y],
    ];
    return [polyline(points, stroke), textShape(label, [left + SAMPLE + 4, y], "left")];
  });
  const rows = marks
    .filter((mark) => mark.kind === "text")
    .map(({ at, text }) => {
      const [, y] = place(at);
      return textShape(text, [box.x - 8, y], "right");
    });
  return [...ofLines, ...rows];
}

function textShape(
  text: string,
  [x, y]: readonly [number, number],
  align: "left" | "right",
): Shape {
  return {
    type: "text",
    style: { text, x, y, fill: TEXT, fontSize: FONT_SIZE, align, verticalAlign: "middle" },
  };
}

/** Fits a chart's SVG into a page: with its names, without a style sheet of its own, to one decimal. */
function slim(svg: string, { id, name }: { readonly id: string; readonly name: string }): string {
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
  return `<svg viewBox="${viewBox}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text">${name}${inner}`;
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
