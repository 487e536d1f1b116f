/** An axis of the values of a setting or a result: numbers, along a logarithm where they span decades, or texts. */
import { position, type Scale, ticks, valueLabels } from "../../chart/scale.ts";
import type { Value } from "../../data/columns.ts";

export type Axis =
  | {
      readonly kind: "numbers";
      readonly scale: Scale;
      /** Its values where they are few: they are what is labelled. */
      readonly few: readonly { readonly value: number; readonly text: string }[];
    }
  | {
      readonly kind: "texts";
      readonly values: readonly Value[];
      readonly texts: readonly string[];
    };

/** Numbers that differ by more than this factor are drawn along a logarithm. */
const DECADES = 30;

/** What a value that is missing is called among others. */
const NONE = "none";

/** Makes the axis of some values: one of texts where not all of them are numbers. */
export function axisOf(values: readonly Value[], text: (value: Value) => string): Axis {
  const numbers = values.filter((value) => typeof value === "number").filter(Number.isFinite);
  const areNumbers = values.every((value) => value === null || typeof value === "number");
  if (areNumbers && numbers.length > 0)
    return { kind: "numbers", scale: scaleOf(numbers), few: fewOf(numbers, text) };
  const all = [...new Set(values)].map((value) => ({
    value,
    text: value === null ? NONE : text(value),
  }));
  all.sort((a, b) => a.text.localeCompare(b.text, "en", { numeric: true }));
  return {
    kind: "texts",
    values: all.map(({ value }) => value),
    texts: all.map(({ text: one }) => one),
  };
}

/** So many different numbers are those of a grid. */
const FEW = 10;

function fewOf(numbers: readonly number[], text: (value: Value) => string) {
  const all = [...new Set(numbers)].sort((a, b) => a - b);
  return all.length > FEW ? [] : all.map((value) => ({ value, text: text(value) }));
}

/** Spreads numbers over a scale; those that are all the same have room at both sides. */
export function scaleOf(numbers: readonly number[]): Scale {
  const low = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (low === high) {
    const air = Math.max(Math.abs(low) * 0.05, 1e-6);
    return { low: low - air, high: high + air, log: false };
  }
  return { low, high, log: low > 0 && high / low >= DECADES };
}

/** Returns the place of a value on an axis, from 0 to 1; null where it has none. */
export function placeOf(axis: Axis, value: Value): number | null {
  if (axis.kind === "texts") {
    const at = axis.values.indexOf(value);
    if (at < 0) return null;
    return axis.values.length === 1 ? 0.5 : at / (axis.values.length - 1);
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return position(axis.scale, value);
}

/** Labels places of an axis: texts each, numbers about so many round ones. */
export function labelsOf(
  axis: Axis,
  wanted: number,
): { readonly at: number; readonly text: string }[] {
  if (axis.kind === "texts")
    return axis.values.flatMap((value, i) => {
      const at = placeOf(axis, value);
      return at === null ? [] : [{ at, text: axis.texts[i] ?? "" }];
    });
  if (axis.few.length > 0)
    return axis.few.map(({ value, text }) => ({ at: position(axis.scale, value), text }));
  const values = ticks(axis.scale, wanted);
  const texts = valueLabels(values);
  return values.map((value, i) => ({ at: position(axis.scale, value), text: texts[i] ?? "" }));
}

/** Returns the places of an axis where they are few: points that share one are spread around it. */
export function fewPlaces(axis: Axis): readonly number[] {
  if (axis.kind === "texts") return axis.values.flatMap((value) => placeOf(axis, value) ?? []);
  return axis.few.map(({ value }) => position(axis.scale, value));
}
