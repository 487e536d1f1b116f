/** Writes texts that say the same with other numbers as one. */
import { readNumber } from "./read-number.ts";

/** Matches a number that stands alone, not one that is part of a name: `66`, `1,024`, `-1.8`, `3.1e-5`. */
const NUMBER = /(?<![\w.,-])(-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w-])/;

/**
 * Writes several texts as one: `hidden1 53 to 66 % saturated` of `hidden1 53 % saturated` and `hidden1 66 % saturated`.
 * Texts that say something else besides follow with how many of all say it.
 */
export function textOfSeveral(texts: readonly string[]): string {
  const kinds = Map.groupBy(texts, (text) => partsOf(text).filter(isWord).join("\0"));
  const said = [...kinds.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((same) => ({ text: ranged(same.map(partsOf)), count: same.length }));
  const [only, ...others] = said;
  if (only === undefined || others.length === 0) return only?.text ?? "";
  return said.map(({ text, count }) => `${text} (${count} of ${texts.length})`).join("; ");
}

/** Splits a text: words at even places, numbers at odd ones. */
function partsOf(text: string): readonly string[] {
  return text.split(NUMBER);
}

function isWord(_: string, place: number): boolean {
  return place % 2 === 0;
}

function ranged([first = [], ...others]: readonly (readonly string[])[]): string {
  return first.reduce((before, part, place) => {
    if (isWord(part, place)) return before + part;
    const numbers = new Map([part, ...others.map((parts) => parts[place] ?? part)].map(valued));
    const [low, high] = [Math.min(...numbers.keys()), Math.max(...numbers.keys())];
    if (low === high) return before + part;
    const [from, to] = [numbers.get(low) ?? part, numbers.get(high) ?? part];
    if (before.endsWith(" to ")) return `${before}between ${from} and ${to}`;
    return `${before.replace(/\bstep $/, "steps ")}${from} to ${to}`;
  }, "");
}

function valued(text: string): readonly [number, string] {
  return [readNumber(text.replaceAll(",", "")) ?? Number.NaN, text];
}
