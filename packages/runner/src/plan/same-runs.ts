/** What to say of entries of a config that expand to the same run, or to the same training. */
import type { Position } from "../config/config-error.ts";
import type { PlannedConfig } from "./planned.ts";
import type { SameNumbers } from "./same-numbers.ts";

/** Notes of a kind that are printed one by one. */
const MOST_NOTES = 20;

/** A note a pair, whatever their seeds; the two are told apart by their places where their labels are equal. */
export function sameRunNotes(
  pairs: readonly (readonly [PlannedConfig, PlannedConfig])[],
): string[] {
  const notes = pairs.map(
    ([first, second]) => `${bothOf(first, second)} are the same run; it is trained once`,
  );
  return shortened(notes, "entries are the same run as another; each run is trained once");
}

/** A note a pair, whatever their seeds. */
export function sameNumbersNotes(pairs: readonly SameNumbers[]): string[] {
  const notes = pairs.map(({ first, second, unused }) => {
    const have = unused.length === 1 ? "has" : "have";
    const why = `${unused.join(" and ")} ${have} no effect in them; \`when\` keeps one`;
    return `${bothOf(first, second)} train the same numbers: ${why}`;
  });
  return shortened(notes, "runs train the same numbers as another");
}

function shortened(all: readonly string[], what: string): string[] {
  const notes = [...new Set(all)];
  const more = notes.length - MOST_NOTES;
  return more <= 1 ? notes : [...notes.slice(0, MOST_NOTES), `${more} more ${what}`];
}

function bothOf(a: PlannedConfig, b: PlannedConfig): string {
  const [first, second] = [nameOf(a), nameOf(b)];
  const areVariants = first === a.variant && second === b.variant;
  const areEqual = first === second;
  const one = areEqual ? `${first}${placeOf(a.at)}` : first;
  const other = areEqual ? `${second}${placeOf(b.at)}` : second;
  return `${areVariants ? "variants" : "runs"} ${one} and ${other}`;
}

function nameOf({ label }: PlannedConfig): string {
  return label.replace(/-seed=\d+$/, "");
}

function placeOf({ source, line, col }: Position): string {
  return line === null ? ` (${source})` : ` (${source}:${line}:${col})`;
}
