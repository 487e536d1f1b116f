/** Positions and labels of an axis. */
import { compact, count } from "@ablate/text";

export type Range = { readonly low: number; readonly high: number };

/** Returns the place of a value on an axis, from 0 (low end) to 1; not finite where it cannot be shown. */
export type Scale = Range & { readonly log: boolean };

/** Returns the position of a value, between 0 and 1 on the axis. */
export function position({ low, high, log }: Scale, value: number): number {
  if (!log) return (value - low) / (high - low);
  return value > 0 ? Math.log(value / low) / Math.log(high / low) : Number.NaN;
}

/** Returns the value at a position between 0 and 1. */
export function valueAt({ low, high, log }: Scale, share: number): number {
  return log ? low * (high / low) ** share : low + (high - low) * share;
}

/** Returns the cell at a position between 0 and 1; null outside. */
export function cellAt(share: number, cells: number): number | null {
  if (!(share >= 0 && share <= 1)) return null;
  return Math.min(cells - 1, Math.floor(share * cells));
}

/** Returns about `wanted` round values within the scale, at least two where there is room for two. */
export function ticks(scale: Scale, wanted: number): number[] {
  const { low, high, log } = scale;
  if (log && high / low >= NARROW) return logTicks(scale, wanted);
  const step = roundStep((high - low) / Math.max(1, wanted));
  const found = multiples(scale, step);
  return found.length < 2 && wanted >= 2 ? multiples(scale, roundStep(step / 4)) : found;
}

/** A logarithmic axis over less than this factor has the ticks of a linear one. */
export const NARROW = 3;

function multiples({ low, high }: Range, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Returns the smallest of 1, 2 and 5 times a power of ten that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Most decimals of a tick's label. */
const MOST_DECIMALS = 6;

/** Labels the ticks of a value axis, which are round numbers, with as few decimals as leave all of them exact. */
export function valueLabels(values: readonly number[]): string[] {
  const largest = Math.max(...values.map(Math.abs));
  const isPower = largest >= 1e5 || (largest > 0 && largest < 1e-3);
  const write = (value: number, decimals: number): string =>
    isPower ? value.toExponential(decimals).replace("e+", "e") : value.toFixed(decimals);
  const areExact = (decimals: number): boolean =>
    values.every((value) => Number(write(value, decimals)) === value);
  let decimals = 0;
  while (decimals < MOST_DECIMALS && !areExact(decimals)) decimals += 1;
  const texts = values.map((value) => write(value, decimals));
  return isPower ? texts : texts.map((text) => text.replace("-", "−"));
}

/** Labels a step on an axis, in full where short labels would be equal. */
export function stepLabel(value: number, spread: number): string {
  return spread < 2e4 && value >= 1e4 ? count(value) : compact(value);
}

/** What ticks of a logarithmic axis are times a power of ten, from many to few. */
const FACTORS = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]] as const;

/** Returns as many round numbers as are wanted. */
function logTicks({ low, high }: Scale, wanted: number): number[] {
  const from = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - from;
  const skip = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
  const powers = Array.from({ length: Math.floor(decades / skip) + 1 }, (_, i) => from + i * skip);
  const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const sets = FACTORS.map((factors) =>
    powers.flatMap((power) => factors.map((factor) => timesPower(factor, power))).filter(within),
  );
  const most = Math.ceil(wanted * 1.5);
  return sets.find(({ length }) => length <= most) ?? sets.at(-1) ?? [];
}

/** Returns the ticks of a value axis, which ends at ticks where these are round numbers. */
export function valueTicks(scale: Scale, wanted: number): number[] {
  const { low, high, log } = scale;
  const found = ticks(scale, wanted);
  if (!log) return found;
  const isApart = (a: number, b: number): boolean =>
    Math.abs(position(scale, a) - position(scale, b)) > 0.5 / wanted;
  const ends = [low, high].filter(isRound);
  const between = found.filter((one) => ends.every((end) => one === end || isApart(one, end)));
  return [...new Set([...ends, ...between])].sort((a, b) => a - b);
}

function timesPower(factor: number, power: number): number {
  return Number(`${factor}e${power}`);
}

/** Whether a number has at most two digits beside its power of ten. */
function isRound(value: number): boolean {
  return Number(value.toPrecision(2)) === value;
}

/** Factors at which a logarithmic axis may end. */
const ENDS = [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10] as const;

/** Widens a logarithmic range to round numbers. */
export function bracketed({ low, high }: Range): Range {
  if (high / low < NARROW) {
    const step = roundStep((high - low) / 4);
    const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
    const from = Number((first * step).toPrecision(12));
    return { low: from > 0 ? from : low, high: Number((last * step).toPrecision(12)) };
  }
  const [below, above] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const least = ENDS.findLast((factor) => timesPower(factor, below) <= low * (1 + 1e-9));
  const most = ENDS.find((factor) => timesPower(factor, above) >= high * (1 - 1e-9));
  return {
    low: least === undefined ? low : timesPower(least, below),
    high: most === undefined ? high : timesPower(most, above),
  };
}
