/** A chart as shapes in pixels, for whatever writes them: SVG here, other files elsewhere. */
import { line as lineOf } from "d3-shape";
import { type Axis, type Chart, type Mark, type Point, pieces, type Stroke } from "./chart.ts";
import { type Scale, scaleOf, ticksOf } from "./scale.ts";

export type Box = Readonly<Record<"x" | "y" | "width" | "height", number>>;

export type Align = "start" | "middle" | "end";

export type Shape =
  /** A path as SVG writes it. */
  | { readonly kind: "path"; readonly d: string; readonly stroke: Stroke; readonly of?: string }
  | {
      readonly kind: "fill";
      readonly d: string;
      readonly color: string;
      readonly opacity: number;
    }
  | {
      readonly kind: "dot";
      readonly at: Point;
      readonly radius: number;
      readonly color: string;
    }
  /** Its middle is at the height of its point. */
  | {
      readonly kind: "text";
      readonly at: Point;
      readonly text: string;
      readonly align: Align;
      readonly size: number;
    };

export type Scene = {
  readonly width: number;
  readonly height: number;
  /** Where the axes are. */
  readonly box: Box;
  /** What they span. */
  readonly axes: { readonly x: Axis; readonly y: Axis };
  /** Axes, grid and names. */
  readonly frame: readonly Shape[];
  /** What is cut at the edges of the box. */
  readonly inside: readonly Shape[];
  /** Names of lines and rows beside it. */
  readonly labels: readonly Shape[];
  /** Charts within this one, each moved to a place of its own. */
  readonly insets: readonly { readonly at: Point; readonly scene: Scene }[];
};

export type Ink = {
  readonly text: string;
  readonly grid: string;
  /** Laid under charts that lie over another one. */
  readonly page?: string;
};

const FONT_SIZE = 12;
/** Widths of letters are not known before they are set: most digits are narrower. */
const LETTER = 0.6 * FONT_SIZE;
const LINE_HEIGHT = 14;
/** Of a line, in front of its label. */
const SAMPLE = 16;
const TICK = 5;
const TOP = 28;
const BOTTOM = 46;
const DOT = 4;

/** Lays a chart out in pixels. */
export function sceneOf(chart: Chart, ink: Ink): Scene {
  const { width, height, labels, x, y, marks, insets = [] } = chart;
  const box = {
    x: labels.left,
    y: TOP,
    width: width - labels.left - labels.right,
    height: height - TOP - BOTTOM,
  };
  const [across, up] = [
    scaleOf(x, [box.x, box.x + box.width]),
    scaleOf(y, [box.y + box.height, box.y]),
  ];
  const place = ([px, py]: Point): Point => [across(px), up(py)];
  return {
    ...{ width, height, box, axes: { x, y } },
    frame: [...frameX(x, across, box, ink), ...frameY(y, up, box, ink)],
    inside: marks.flatMap((mark) => shapesOf(mark, place)),
    labels: labelsOf(marks, place, box),
    insets: insets.map(({ at, chart: inner }) => ({ at, scene: onGround(inner, ink) })),
  };
}

function onGround(chart: Chart, ink: Ink): Scene {
  const scene = sceneOf(chart, ink);
  if (ink.page === undefined) return scene;
  const d = `M0,0H${chart.width}V${chart.height}H0Z`;
  const ground: Shape = { kind: "fill", d, color: ink.page, opacity: 1 };
  return { ...scene, frame: [ground, ...scene.frame] };
}

function frameX(axis: Axis, scale: Scale, box: Box, ink: Ink): Shape[] {
  const bottom = box.y + box.height;
  const title = text(axis.title, [box.x + box.width / 2, bottom + 36], "middle");
  if (axis.isBare === true) return [title];
  const ticks = ticksOf(axis, scale).map(
    ({ at, label }) => [Math.round(scale(at)), label] as const,
  );
  return [
    ...ticks
      .filter(([x]) => x > Math.round(box.x))
      .map(([x]) => path(segmentOf([x, box.y], [x, bottom]), ink.grid)),
    path(segmentOf([box.x, bottom], [box.x + box.width, bottom]), ink.text),
    ...ticks.map(([x]) => path(segmentOf([x, bottom], [x, bottom + TICK]), ink.text)),
    ...apart(ticks).map(([x, label]) => text(label, [x, bottom + 15], "middle")),
    title,
  ];
}

function frameY(axis: Axis, scale: Scale, box: Box, ink: Ink): Shape[] {
  const title = text(axis.title, [0, 9], "start");
  if (axis.isBare === true) return [title];
  const ticks = ticksOf(axis, scale).map(
    ({ at, label }) => [Math.round(scale(at)), label] as const,
  );
  return [
    ...ticks
      .filter(([y]) => y < Math.round(box.y + box.height))
      .map(([y]) => path(segmentOf([box.x, y], [box.x + box.width, y]), ink.grid)),
    path(segmentOf([box.x, box.y], [box.x, box.y + box.height]), ink.text),
    ...ticks.map(([y]) => path(segmentOf([box.x - TICK, y], [box.x, y]), ink.text)),
    ...ticks.map(([y, label]) => text(label, [box.x - 8, y], "end")),
    title,
  ];
}

type Place = readonly [x: number, label: string];

/** Leaves out labels so that none touches the next: every second, third ... of the ticks that have one keeps it. */
function apart(ticks: readonly Place[]): readonly Place[] {
  const named = ticks.filter(([, label]) => label !== "");
  const half = ([, label]: Place): number => (label.length * LETTER) / 2;
  for (let nth = 1; ; nth++) {
    const kept = named.filter((_, i) => i % nth === 0);
    const areApart = kept.every((one, i) => {
      const next = kept[i + 1];
      return next === undefined || one[0] + half(one) + LETTER < next[0] - half(next);
    });
    if (areApart) return kept;
  }
}

function shapesOf(mark: Mark, place: (point: Point) => Point): readonly Shape[] {
  switch (mark.kind) {
    case "line": {
      const { stroke, label, name = label } = mark;
      const of = name === undefined ? {} : { of: name };
      return pieces(mark.points.map(place)).map((points) => {
        return { kind: "path", d: pathOf(points), stroke, ...of };
      });
    }
    case "area": {
      const { color, opacity } = mark;
      const points = mark.points.map(place).filter(isPlaced);
      return points.length === 0 ? [] : [{ kind: "fill", d: `${pathOf(points)}Z`, color, opacity }];
    }
    case "dot": {
      const at = place(mark.at);
      const { radius = DOT, color } = mark;
      return isPlaced(at) ? [{ kind: "dot", at, radius, color }] : [];
    }
    case "note": {
      const at = place(mark.at);
      return isPlaced(at) ? [text(mark.text, at, mark.align)] : [];
    }
    case "text":
      return [];
  }
}

/** Whether a point has a place: neither what is unknown nor 0 on a log axis has one. */
function isPlaced(point: Point): boolean {
  return point.every(Number.isFinite);
}

/** Sets the labels of lines to the right of a chart, the names of its rows to the left. */
function labelsOf(
  marks: readonly Mark[],
  place: (point: Point) => Point,
  box: Box,
): readonly Shape[] {
  const lines = marks
    .filter((mark) => mark.kind === "line")
    .filter(({ label }) => label !== undefined);
  const bottom = box.y + box.height;
  const ends = lines.map(({ points }) => pieces(points.map(place)).at(-1)?.at(-1)?.[1] ?? bottom);
  const heights = spaced(ends, { gap: LINE_HEIGHT, low: box.y + 4, high: bottom - 4 });
  const left = box.x + box.width + 8;
  const ofLines = lines.flatMap(({ stroke, label = "" }, i): readonly Shape[] => {
    const y = heights[i] ?? 0;
    return [
      { kind: "path", d: segmentOf([left, y], [left + SAMPLE, y]), stroke },
      text(label, [left + SAMPLE + 4, y], "start"),
    ];
  });
  const rows = marks.filter((mark) => mark.kind === "text");
  const ofRows = rows.map((row) => {
    const isRight = row.side === "right";
    const x = isRight ? left : box.x - 8;
    return text(row.text, [x, place(row.at)[1]], isRight ? "start" : "end");
  });
  return [...ofLines, ...ofRows];
}

function text(words: string, at: Point, align: Align): Shape {
  return { kind: "text", text: words, at, align, size: FONT_SIZE };
}

function path(d: string, color: string): Shape {
  return { kind: "path", d, stroke: { color, dash: [], width: 1 } };
}

/** The middles of thin lines lie between pixels, so that they are sharp. */
function segmentOf([x1, y1]: Point, [x2, y2]: Point): string {
  const half = (value: number): number => Math.round(value) + 0.5;
  return `M${half(x1)},${half(y1)}L${half(x2)},${half(y2)}`;
}

/** To a tenth of a pixel. */
const LINE = lineOf<Point>()
  .x(([x]) => x)
  .y(([, y]) => y)
  .digits(1);

function pathOf(points: readonly Point[]): string {
  const [only, second] = points;
  if (only !== undefined && second === undefined) return pathOf([only, only]);
  return LINE([...points]) ?? "";
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
