/** From the units of an axis to pixels. */
import { scaleLinear, scaleLog } from "d3-scale";
import type { Axis } from "./chart.ts";

export type Scale = ((value: number) => number) & {
  readonly ticks: (count?: number) => number[];
};

type Tick = { readonly at: number; readonly label: string };

const TICKS = 5;
/** Ticks within a power of ten. */
const ROUND = [1, 2, 5];

/** Maps an axis onto a range of pixels; on a log axis both its ends are positive. */
export function scaleOf({ min, max, isLog }: Axis, [from, to]: readonly [number, number]): Scale {
  const scale = isLog === true ? scaleLog() : scaleLinear();
  return scale.domain([min, max]).range([from, to]);
}

/** Returns the ticks of an axis: those that it names, at its interval, at powers of ten of a log axis, else at round numbers. */
export function ticksOf(axis: Axis, scale: Scale): readonly Tick[] {
  const { format = plain, ticks } = axis;
  if (ticks !== undefined) return ticks;
  return placesOf(axis, scale).map((at) => ({ at, label: format(at) }));
}

function placesOf({ min, max, interval, isLog }: Axis, scale: Scale): readonly number[] {
  if (interval !== undefined) {
    const count = Math.round((max - min) / interval);
    return Array.from({ length: count + 1 }, (_, i) => exact(min + i * interval));
  }
  if (isLog !== true) return scale.ticks(TICKS);
  const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  const powers = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => 10 ** (low + i));
  if (powers.length > 1) return powers;
  const rounded = [low - 1, low, high].flatMap((power) => ROUND.map((one) => one * 10 ** power));
  const within = [...new Set(rounded)].filter((one) => one >= min && one <= max);
  return within.length > 1 ? within : scale.ticks(TICKS);
}

function exact(value: number): number {
  return Number(value.toPrecision(10));
}

/** Writes the label of a tick in full, from 100,000 on as a power of ten. */
function plain(value: number): string {
  const isLarge = Math.abs(value) >= 1e5;
  const text = isLarge ? value.toExponential().replace("e+", "e") : String(exact(value));
  return text.replaceAll("-", "−");
}
