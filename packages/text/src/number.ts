/** Numbers as people read them; an unknown one is a dash. */
import { decimalsThatDiffer } from "./distinct.ts";

export const UNKNOWN = "-";

type Maybe = number | null | undefined;

/** Writes a loss in nats with four decimals or more, a very large one as a power of ten. */
export function loss(value: Maybe, moreDecimals = 0): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return UNKNOWN;
  return Math.abs(value) < LARGE
    ? value.toFixed(4 + moreDecimals)
    : powerOfTen(value, 1 + moreDecimals);
}

/** From here on decimals say nothing. */
const LARGE = 1e5;

function powerOfTen(value: number, decimals: number): string {
  return value.toExponential(decimals).replace("e+", "e");
}

/** Makes a function that writes the losses of a column: different ones never read the same. */
export function lossTexts(values: Iterable<Maybe>): (value: Maybe) => string {
  return decimalsThatDiffer(values, loss);
}

/** Writes a whole number with separators: 200,000. */
export function count(value: Maybe): string {
  return typeof value === "number" && Number.isFinite(value)
    ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")
    : UNKNOWN;
}

/** Writes how many of something there are, by its noun: 1 step, 2,000 steps. */
export function counted(value: Maybe, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Writes a whole number in few characters: 950, 50k, 1.5M; in full where those would round it. */
export function compact(value: number): string {
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : [1e3, "k"];
  const short = Number((value / unit).toPrecision(3));
  const isWhole = Number.isInteger(value);
  return size < 1e4 || (isWhole && Math.round(short * unit) !== value)
    ? count(value)
    : `${short}${letter}`;
}

/** Writes a share as a percentage, with one decimal below 10 %. */
export function percent(share: number): string {
  const hundredths = share * 100;
  // From 9.95 on one decimal would read 10.0.
  return `${hundredths.toFixed(hundredths < 9.95 ? 1 : 0)} %`;
}

/** Writes seconds as 12 s, 3 min 20 s or 2 h 05 min. */
export function duration(seconds: Maybe): string {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Writes bytes as 48 MB. */
export function bytes(size: number): string {
  const unit = size >= 1e9 ? "GB" : size >= 1e6 ? "MB" : "kB";
  const value = size / { GB: 1e9, MB: 1e6, kB: 1e3 }[unit];
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** Writes a number with its sign: +0.0123 or −0.0123; a very large one with decimals as a power of ten: +1.7e12. */
export function signed(value: number, decimals: number): string {
  const size = Math.abs(value);
  const isLarge = decimals > 0 && size >= LARGE;
  const text = isLarge ? powerOfTen(size, Math.max(1, decimals - 3)) : size.toFixed(decimals);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}
