/** Numbers in a JSON object, as loggers write them. */
import { isMap } from "@ablate/store";
import { isStep } from "../number-text.ts";
import type { Counted } from "../step-counter.ts";
import { isEpochName, stepNames } from "../step-counter.ts";

/** What an object says. */
export type JsonRow = {
  readonly names: readonly string[];
  readonly values: readonly number[];
  /** Settings that are in it; null: none. */
  readonly config: Readonly<Record<string, unknown>> | null;
};

/** Keys under which loggers put settings, in the first row or in each. */
const CONFIG_NAMES: ReadonlySet<string> = new Set([
  ...["config", "hparams", "hyperparameters", "args", "params"],
]);

/** Deeper objects are no metrics. */
const MOST_DEPTH = 6;

/** JSON knows neither; Python writes them bare, others as text. */
const WORDS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["nan", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["inf", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);

const BARE_WORDS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * Parses JSON with the NaN and the infinities of Python.
 *
 * @throws SyntaxError - if it is none
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replace(BARE_WORDS, (word) => (word[0] === '"' ? word : `"${word}"`));
    if (quoted === text) throw error;
    return JSON.parse(quoted);
  }
}

/** Collects the numbers of an object; those of objects within it have names like `valid.loss`. */
export function jsonRow(object: Readonly<Record<string, unknown>>): JsonRow {
  const names: string[] = [];
  const values: number[] = [];
  let config: JsonRow["config"] = null;
  const collect = (part: Readonly<Record<string, unknown>>, prefix: string, depth: number) => {
    for (const [key, value] of Object.entries(part)) {
      const number = typeof value === "number" ? value : WORDS.get(value);
      if (number !== undefined) {
        names.push(prefix + key);
        values.push(number);
      } else if (!isMap(value)) continue;
      else if (depth === 0 && CONFIG_NAMES.has(key)) config = value;
      else if (depth < MOST_DEPTH) collect(value, `${prefix}${key}.`, depth + 1);
    }
  };
  collect(object, "", 0);
  return { names, values, config };
}

/**
 * Returns the name of what counts steps in a row; null: nothing in it does.
 *
 * @param asked - the one that the user names
 * @throws Error - a row has numbers, and none by that name
 */
export function stepNameOf({ names, values }: JsonRow, asked: string | null): string | null {
  if (asked === null || names.length === 0) {
    return stepNames(names).find((name) => isStep(values[names.indexOf(name)])) ?? null;
  }
  if (names.includes(asked)) return asked;
  throw new Error(`no number is called ${asked}; there are ${names.join(", ")}`);
}

/** Takes what counts steps out of a row. */
export function countedOf(
  { names, values }: JsonRow,
  stepName: string | null,
): Counted & { readonly names: readonly string[]; readonly values: readonly number[] } {
  const at = stepName === null ? -1 : names.indexOf(stepName);
  const epoch = values[names.findIndex((name, i) => isEpochName(name) && i !== at)] ?? null;
  const step = values[at] ?? null;
  return {
    step,
    isCounted: stepName !== null,
    epoch,
    names: names.filter((_, i) => i !== at),
    values: values.filter((_, i) => i !== at),
  };
}

/** Reads a JSON object; undefined where a text is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
