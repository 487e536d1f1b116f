/** Finds what somebody types in a list: as a part, as letters in their order, or by a regular expression. */
import { searchTexts } from "./expression.ts";
import type { Line, Style } from "./line.ts";

export type Found<T> = {
  readonly item: T;
  /** Places of the characters that were typed, in the text of the item. */
  readonly spots: readonly number[];
};

export type Narrowed<T> = {
  readonly found: readonly Found<T>[];
  /** What is wrong with a regular expression. */
  readonly mistake: string | null;
};

/** Returns the items whose text has what is typed, those that begin with it first, then those with a part, then with its letters. */
export function narrow<T>(
  items: readonly T[],
  typed: string,
  {
    textOf,
    isRanked = true,
  }: { readonly textOf: (item: T) => string; readonly isRanked?: boolean },
): Narrowed<T> {
  if (typed === "" || typed === "/")
    return { found: items.map((item) => ({ item, spots: [] })), mistake: null };
  if (typed.startsWith("/")) return byExpression(items, typed.slice(1), textOf);
  const wanted = typed.toLowerCase();
  const ranks: Found<T>[][] = [[], [], [], []];
  for (const item of items) {
    const text = textOf(item).toLowerCase();
    const at = text.indexOf(wanted);
    const spots = at < 0 ? inOrder(text, wanted) : range(at, wanted.length);
    if (spots === null) continue;
    const rank = at < 0 ? 3 : at > 0 ? 2 : Number(text.length > wanted.length);
    ranks[isRanked ? rank : Math.max(2, rank)]?.push({ item, spots });
  }
  return { found: ranks.flat(), mistake: null };
}

function byExpression<T>(
  items: readonly T[],
  source: string,
  textOf: (item: T) => string,
): Narrowed<T> {
  const { matches, mistake } = searchTexts(source, items.map(textOf));
  const found = items.flatMap((item, i): Found<T>[] => {
    const match = matches[i] ?? null;
    if (mistake !== null) return [{ item, spots: [] }];
    return match === null ? [] : [{ item, spots: range(match.index, match[0].length) }];
  });
  return { found, mistake };
}

/** Returns the places of letters that stand in this order in a text, each as early as it can be. */
function inOrder(text: string, letters: string): number[] | null {
  const spots: number[] = [];
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return null;
    spots.push(at);
    from = at + letter.length;
  }
  return spots;
}

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

/** Writes a text with what was found in it in another style. */
export function highlighted(text: string, spots: readonly number[], style: Style): Line {
  if (spots.length === 0) return [{ text }];
  const wanted = new Set(spots);
  const pieces: { text: string; isFound: boolean }[] = [];
  let at = 0;
  for (const char of text) {
    const [last, isFound] = [pieces.at(-1), wanted.has(at)];
    if (last?.isFound === isFound) last.text += char;
    else pieces.push({ text: char, isFound });
    at += char.length;
  }
  return pieces.map((one) => ({ text: one.text, ...(one.isFound ? style : {}) }));
}
