/** The order of the values that tables are sorted by. */
import type { Value } from "./columns.ts";

/** Compares values, numbers before text; what has no value comes last in both directions. */
export function compareValues(a: Value, b: Value, isDescending = false): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order =
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true });
  return isDescending ? -order : order;
}
