/** How large a terminal is. */
import type { Size } from "../state/state.ts";

/** Returns the size of a terminal, or the usual one where it is not known. */
export function sizeOf({ columns, rows }: NodeJS.WriteStream): Size {
  return { columns: Math.max(1, columns || 80), rows: Math.max(1, rows || 24) };
}
