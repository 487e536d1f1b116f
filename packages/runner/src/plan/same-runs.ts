/** What to say of entries of a config that expand to the same run. */
import type { Position } from "../spec/config-error.ts";
import type { PlannedConfig } from "./planned.ts";

/** Notes that are printed one by one. */
const MOST_NOTES = 20;

/** A note a pair, whatever their seeds; the two are told apart by their lines where their labels are equal. */
export function sameRunNotes(
  pairs: readonly (readonly [PlannedConfig, PlannedConfig])[],
): string[] {
  const notes = [...new Set(pairs.map(([first, second]) => noteOf(first, second)))];
  const more = notes.length - MOST_NOTES;
  if (more <= 1) return notes;
  return [
    ...notes.slice(0, MOST_NOTES),
    `${more} more entries are the same run as another; each run is trained once`,
  ];
}

function noteOf(a: PlannedConfig, b: PlannedConfig): string {
  const [first, second] = [nameOf(a), nameOf(b)];
  const areVariants = first === a.variant && second === b.variant;
  const areEqual = first === second;
  const one = areEqual ? `${first}${placeOf(a.at)}` : first;
  const other = areEqual ? `${second}${placeOf(b.at)}` : second;
  const kind = areVariants ? "variants" : "runs";
  return `${kind} ${one} and ${other} are the same run; it is trained once`;
}

function nameOf({ label }: PlannedConfig): string {
  return label.replace(/-seed=\d+$/, "");
}

function placeOf({ source, line, col }: Position): string {
  return line === null ? ` (${source})` : ` (${source}:${line}:${col})`;
}
