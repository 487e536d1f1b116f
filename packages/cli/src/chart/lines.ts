/** The axes around lines. */
import {
  type Axis,
  arePoints,
  type Line,
  lineMarks,
  type Panel,
  roundRange,
  stepText,
  type Value,
} from "@ablate/figures";
import type { ChartRequest, XAxis } from "./request.ts";

const AXIS_TITLES: Readonly<Record<XAxis, string>> = {
  step: "step",
  examples: "examples",
  epochs: "epochs",
  time: "time",
};

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** Makes the x axis of lines; of time in the unit that suits it. */
export function xAxisOf(lines: readonly Line[], { axis, isLogX }: ChartRequest): Axis {
  const xs = lines.flatMap(({ values }) => values.map(({ x }) => x));
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const [unit, name] = UNITS.find(([seconds]) => high >= 3 * seconds) ?? [1, "s"];
  const title = axis === "time" ? `time, ${name}` : AXIS_TITLES[axis];
  const format = (value: number): string => {
    if (axis === "epochs") return String(Number(value.toPrecision(3)));
    return axis === "time" ? String(Number((value / unit).toPrecision(3))) : stepText(value);
  };
  if (isLogX) {
    const min = low <= 2 ? Math.min(low, 1) : low;
    const least = axis === "epochs" ? low : Math.max(min, 1e-3);
    return { title, min: least, max: Math.max(high, 10 * least), isLog: true, format };
  }
  const min = low <= NEAR_ZERO * high ? 0 : low;
  const { interval, max } = roundRange(min, high);
  // A tick that the lines all but reach is one more.
  const end = max - high < interval / 4 ? max : high;
  const pad = arePoints(lines) ? PAD * (end - min) : 0;
  return { title, min: min - (min === 0 ? 0 : pad), max: end + pad || 1, format };
}

/** Lines that begin nearer to 0 than this share of their length are shown from there. */
const NEAR_ZERO = 0.15;
/** For dots at the ends of lines. */
const PAD = 0.02;

/** Part of an x axis that lines may begin beyond the chart in. */
const BEGINNING = 0.05;
/** How many times higher they must reach for that. */
const MUCH = 1.8;

/**
 * Makes the y axis of lines: as asked for, else around what they come to. Where they begin far away and the x axis is
 * not logarithmic, the beginning is cut off.
 */
export function yAxisOf(
  lines: readonly Line[],
  {
    title,
    x,
    request,
  }: { readonly title: string; readonly x: Axis; readonly request: ChartRequest },
): { readonly axis: Axis; readonly isCut: boolean } {
  const { y: asked, isLogY } = request;
  const begins = x.min + BEGINNING * (x.max - x.min);
  const all = lines.flatMap(({ values }) => values);
  const late = all.filter((value) => value.x >= begins);
  const [whole, end] = [extentOf(all, isLogY), extentOf(late.length > 0 ? late : all, isLogY)];
  const size = ([low, high]: Extent): number => high - low;
  const isCut = !isLogY && x.isLog !== true && size(whole) > MUCH * size(end) && size(end) > 0;
  const [low, high] = isCut ? end : whole;
  if (asked !== null) return { axis: { title, ...asked, isLog: isLogY }, isCut: false };
  if (!isLogY) return { axis: { title, ...apartFrom(low, high) }, isCut };
  const max = high > low ? high : low * 10;
  return { axis: { title, min: low, max, isLog: true }, isCut: false };
}

/** Returns a range of round numbers; values that touch one of its ends, but for 0, get one interval more. */
function apartFrom(low: number, high: number): ReturnType<typeof roundRange> {
  const { min, max, interval } = roundRange(low, high);
  const touches = (value: number, end: number): boolean => Math.abs(value - end) < interval / 50;
  return {
    min: touches(low, min) && min !== 0 ? min - interval : min,
    max: touches(high, max) && max !== 0 ? max + interval : max,
    interval,
  };
}

type Extent = readonly [low: number, high: number];

/** Returns the least and the largest value with their bands; on a logarithmic axis of those above 0. */
function extentOf(values: readonly Value[], isLog: boolean): Extent {
  const ends = values.flatMap(({ low, mean, high }) => [low, mean, high]);
  const usable = ends.filter((end) => Number.isFinite(end) && (!isLog || end > 0));
  if (usable.length === 0) return [isLog ? 1 : 0, isLog ? 10 : 1];
  return [
    usable.reduce((least, end) => Math.min(least, end)),
    usable.reduce((most, end) => Math.max(most, end)),
  ];
}

/** Says where lines end, for those who do not see them. */
export function endsText(lines: readonly Line[], title: string): string {
  const ends = lines.flatMap(({ label, values }) => {
    const last = values.at(-1);
    return last === undefined ? [] : [`${label} ${numberText(last.mean)}`];
  });
  return `${title}, at the end: ${ends.join(", ")}.`;
}

export function numberText(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** Makes a panel of lines. */
export function linePanel(
  lines: readonly Line[],
  { title, request }: { readonly title: string; readonly request: ChartRequest },
): { readonly panel: Panel; readonly isCut: boolean } {
  const x = xAxisOf(lines, request);
  const { axis: y, isCut } = yAxisOf(lines, { title, x, request });
  const description = endsText(lines, title);
  return { panel: { title, description, x, y, marks: lineMarks(lines) }, isCut };
}
