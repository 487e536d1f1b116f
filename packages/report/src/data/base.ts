/** The group that the others are told by: it differs from them in the fewest settings. */
import type { ComparisonRow, Setting } from "@ablate/store";

export function baseRow(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  const distance = (row: ComparisonRow): number =>
    rows.reduce((sum, other) => sum + differences(other, row).length, 0);
  const distances = rows.map(distance);
  return rows[distances.indexOf(Math.min(...distances))];
}

/** Settings of a row that are not those of another, by key; null where it has none. */
export function differences(
  row: ComparisonRow,
  other: ComparisonRow,
): readonly (readonly [key: string, own: Setting | null])[] {
  return [...row.settings].filter(([key, own]) => own?.id !== other.settings.get(key)?.id);
}
