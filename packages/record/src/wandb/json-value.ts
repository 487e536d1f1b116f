/** JSON as Python writes it: NaN and infinities are numbers there. */

const WORDS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** A word that JSON does not know, outside of texts or within one. */
const ODD = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Reads JSON; undefined where it is none. */
export function jsonValue(text: string): unknown {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  try {
    return JSON.parse(text);
  } catch {
    return withOddNumbers(text);
  }
}

function withOddNumbers(text: string): unknown {
  try {
    const json = text.replace(ODD, (part) => (part.startsWith('"') ? part : `"${MARK}${part}"`));
    return JSON.parse(json, (_, value: unknown) =>
      typeof value === "string" && value.startsWith(MARK)
        ? WORDS.get(value.slice(MARK.length))
        : value,
    );
  } catch {
    return undefined;
  }
}

const MARK = "\0number ";

/** Returns the number that a value of a log is, `undefined` where it is none; truth is 1. */
export function numberOfValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" ? WORDS.get(value) : undefined;
}
