/** Lines of groups in charts of the page. */
import { type Line, PAGE_LOOK } from "@ablate/figures";
import type { ColumnValue } from "../data/columns.ts";
import type { Shown } from "../data/facts.ts";

/** Returns the line of a group, with the band of its seeds where it has several. */
export function lineOf(
  { place }: Pick<Shown, "place">,
  values: readonly ColumnValue[],
  label: string,
): Line {
  return { label, stroke: PAGE_LOOK.strokeOf(place), values: valuesOf(values) };
}

/** Returns means with one standard deviation to each side. */
export function valuesOf(values: readonly ColumnValue[]): Line["values"] {
  return values.map(({ at, mean, std }) => ({ x: at, mean, low: mean - std, high: mean + std }));
}
