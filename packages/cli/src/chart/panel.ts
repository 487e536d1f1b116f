/** Charts of a figure side by side and below each other, within its size. */
import { type Chart, type Panel, textWidth, unitsOf } from "@ablate/figures";
import type { ChartRequest } from "./request.ts";

/** One chart of a figure, without its width. */
export type SizedPanel = Panel & {
  /** How high it is by itself, in units; without it, in proportion to its width. */
  readonly height?: number;
};

/** What a figure shows. */
export type Drawn = {
  readonly title: string;
  readonly panels: readonly SizedPanel[];
  /** What it is, as a caption under it would say. */
  readonly caption: string;
};

const FONT_SIZE = 12;
/** Between the axes and a label to their right: a gap, a piece of its line, a gap. */
const BEFORE_LABEL = 30;
/** For the last label of the x axis, half of which is beyond it. */
const EDGE = 20;
const TICKS = 54;
const BEFORE_ROW = 14;
const GAP = 14;
const TITLE = 24;
/** Of a panel: narrower ones are put below each other. */
const LEAST_WIDTH = 380;
const SHAPE = 0.62;
const LEAST_HEIGHT = 190;

/** Puts panels together into one chart of the size that is asked for. */
export function figureOf(
  { title, panels, caption }: Drawn,
  { width, height, title: own }: ChartRequest,
): Chart {
  const across = unitsOf(width);
  const columns = Math.max(1, Math.min(panels.length, Math.floor(across / LEAST_WIDTH)));
  const rows = Math.ceil(panels.length / columns);
  const top = own === "" ? 0 : TITLE;
  const wide = (across - GAP * (columns - 1)) / columns;
  const usual = Math.max(
    ...panels.map((one) => one.height ?? Math.max(LEAST_HEIGHT, SHAPE * wide)),
  );
  const whole = height === null ? top + rows * usual + GAP * (rows - 1) : unitsOf(height);
  const high = (whole - top - GAP * (rows - 1)) / rows;
  const insets = panels.map((panel, i) => ({
    at: [(i % columns) * (wide + GAP), top + Math.floor(i / columns) * (high + GAP)] as const,
    chart: { ...panel, width: wide, height: high, labels: roomOf(panel, wide) },
  }));
  return {
    title: own === "" ? title : own,
    description: [caption, ...panels.map(({ description }) => description)].join(" "),
    width: across,
    height: Math.round(whole * 100) / 100,
    labels: { left: 0, right: 0 },
    x: { ...NO_AXIS, title: "" },
    y: { ...NO_AXIS, title: own },
    marks: [],
    insets,
  };
}

const NO_AXIS = { min: 0, max: 1, isBare: true };

/** Returns the room beside the axes for labels of lines and names of rows. */
function roomOf({ marks, y }: Panel, width: number): Chart["labels"] {
  const most = (texts: readonly string[]): number =>
    Math.max(0, ...texts.map((text) => textWidth(text, FONT_SIZE)));
  const labels = marks.flatMap((mark) => (mark.kind === "line" ? (mark.label ?? []) : []));
  const rows = marks.flatMap((mark) => (mark.kind === "text" ? mark.text : []));
  const right = labels.length === 0 ? EDGE : BEFORE_LABEL + most(labels);
  const left = y.isBare === true ? BEFORE_ROW + most(rows) : TICKS;
  return { left: Math.min(left, 0.45 * width), right: Math.min(right, 0.4 * width) };
}

/** Most letters of a label beside a line, so that it leaves the line its room. */
export function labelLetters({ width }: Pick<ChartRequest, "width">): number {
  return width < 120 ? 17 : 24;
}
