/** The colour that a run or a group gets by hand when nobody says which. */
import { COLOUR_SLOTS, slotOf } from "@ablate/store";
import { colourKey } from "./looks.ts";
import type { TableRow } from "./table.ts";

/** Returns the place in the palette after that of a row, passing those of other rows as long as some are free. */
export function nextColour(
  row: TableRow,
  others: readonly TableRow[],
  chosen: ReadonlyMap<string, number>,
): number {
  const slotFor = (one: TableRow): number => chosen.get(colourKey(one)) ?? slotOf(colourKey(one));
  const own = slotFor(row);
  const key = colourKey(row);
  const taken = new Set(others.filter((one) => colourKey(one) !== key).map(slotFor));
  const after = Array.from({ length: COLOUR_SLOTS - 1 }, (_, i) => (own + 1 + i) % COLOUR_SLOTS);
  return after.find((slot) => !taken.has(slot)) ?? (own + 1) % COLOUR_SLOTS;
}
