/** Columns that give way on narrow terminals. */
import { GAP } from "../text/line.ts";

type Fitting<T> = {
  /** Cells for the columns, each with a gap. */
  readonly room: number;
  /** So many stay, whether they fit or not. */
  readonly least: number;
  readonly priorityOf: (column: T) => number;
};

/** Returns the columns that fit: of those of the lowest priority the last one gives way first. */
export function thatFit<T extends { readonly width: number }>(
  columns: readonly T[],
  { room, least, priorityOf }: Fitting<T>,
): readonly T[] {
  const used = columns.reduce((sum, { width }) => sum + width + GAP, 0);
  if (columns.length <= least || used <= room) return columns;
  const lowest = Math.min(...columns.map(priorityOf));
  const at = columns.findLastIndex((column) => priorityOf(column) === lowest);
  return thatFit(columns.toSpliced(at, 1), { room, least, priorityOf });
}
