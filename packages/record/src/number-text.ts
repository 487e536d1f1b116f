/** How numbers are spelled in logs of text. */

/** Spellings that are no number as JavaScript reads it. */
const SPELLINGS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["-nan", Number.NaN],
  ["+nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
]);

/** What stands where there is no number. */
const NONE: ReadonlySet<string> = new Set(["", "na", "n/a", "none", "null", "-", "--"]);

/** Reads a number; null: nothing is said there, undefined: it is text. */
export function numberOf(text: string): number | null | undefined {
  const number = Number(text);
  // Python and C write neither hexadecimal nor binary numbers into logs: these are names.
  if (number !== 0 && !Number.isNaN(number)) return /^\s*0[xob]/i.test(text) ? undefined : number;
  const word = text.trim().toLowerCase();
  if (NONE.has(word)) return null;
  if (!Number.isNaN(number)) return number;
  return SPELLINGS.get(word);
}

/** A step as a log says it: a whole number from 0 on. */
export function isStep(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
