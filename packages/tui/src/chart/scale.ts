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

/** Returns about `wanted` round values within the scale: 1, 2 and 5 times powers of ten. */
export function ticks(scale: Scale, wanted: number): number[] {
  const { low, high, log } = scale;
  if (log && high / low >= 10) return logTicks(low, high, wanted);
  const step = roundStep((high - low) / Math.max(1, wanted));
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

function logTicks(low: number, high: number, wanted: number): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const decades = to - from;
  const factors = decades * 3 <= wanted * 1.5 ? [1, 2, 5] : [1];
  const skip = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
  const all: number[] = [];
  for (let power = from; power <= to; power += skip) {
    for (const factor of factors) all.push(factor * 10 ** power);
  }
  return all.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}
