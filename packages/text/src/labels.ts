/** Labels of a list, cut together so that they stay as different as they are. */
import { cutText, ellipsis, middleEllipsis, widthOf } from "./width.ts";

type Cut = (text: string, width: number) => string;

/** What one thing may be called, the fullest first. */
export type Forms = readonly [string, ...string[]];

/**
 * Returns a text of at most `width` cells for each thing: all in their fullest form in which all fit and differ,
 * else the shortest one, cut.
 */
export function fitForms(things: readonly Forms[], width: number): string[] {
  const most = Math.max(1, ...things.map(({ length }) => length));
  const different = countDifferent(things.map(([full]) => full));
  const forms = Array.from({ length: most }, (_, i) =>
    things.map((forms) => forms[Math.min(i, forms.length - 1)] ?? forms[0]),
  ).filter((texts) => countDifferent(texts) === different);
  const fitting = forms.find((texts) => texts.every((text) => widthOf(text) <= width));
  return fitting ?? cutTogether(forms.at(-1) ?? [], width);
}

function countDifferent(texts: readonly string[]): number {
  return new Set(texts).size;
}

/**
 * Cuts texts to at most `width` cells. Those that differ still do: where a plain cut would make some the same,
 * what they have in common is left out, and where even that leaves no difference they are numbered.
 */
export function cutTogether(
  texts: readonly string[],
  width: number,
  cut: Cut = middleEllipsis,
): string[] {
  const all = [...new Set(texts)];
  const long = all.filter((text) => widthOf(text) > width);
  if (long.length === 0) return [...texts];
  const short = all.filter((text) => widthOf(text) <= width);
  const plain = cutAll(long, width, cut);
  const candidates = function* (): Generator<Shortened> {
    yield plain;
    for (const common of [withoutCommonWords, withoutCommonEnds]) {
      yield common(long, width);
      yield inGroups(plain, (some) => common(some, width));
    }
  };
  let best = plain;
  for (const candidate of candidates()) {
    const kept = countDifferent([...short, ...candidate.values()]);
    if (kept === all.length) return texts.map((text) => candidate.get(text) ?? text);
    if (kept > countDifferent([...short, ...best.values()])) best = candidate;
  }
  const numbered = numberSame(best, short, width);
  return texts.map((text) => numbered.get(text) ?? text);
}

/** Texts and what they are cut to. */
type Shortened = ReadonlyMap<string, string>;

function cutAll(texts: readonly string[], width: number, cut: Cut): Shortened {
  return new Map(texts.map((text) => [text, cut(text, width)]));
}

/** Cuts those anew that were cut to the same text. */
function inGroups(plain: Shortened, again: (texts: readonly string[]) => Shortened): Shortened {
  const groups = Map.groupBy(plain.keys(), (text) => plain.get(text));
  return new Map(
    [...groups.values()].flatMap((texts) =>
      texts.length > 1 ? [...again(texts)] : texts.map((text) => [text, plain.get(text) ?? text]),
    ),
  );
}

const WORDS = /[\p{L}\p{N}.+−]+|[^\p{L}\p{N}.+−]/gu;

/** The most common words that are left before one that differs, where there is room. */
const MOST_BEFORE = 8;

/** Leaves out the words that all texts have, but for those before a difference that fit. */
function withoutCommonWords(texts: readonly string[], width: number): Shortened {
  const split = texts.map((text) => numberedWords(text));
  const counts = new Map<string, number>();
  for (const id of split.flatMap((words) => words.map(({ id }) => id)))
    counts.set(id, (counts.get(id) ?? 0) + 1);
  const isCommon = ({ id }: Word): boolean => counts.get(id) === texts.length;
  const written = (before: number): string[] =>
    split.map((words) => writeWords(words, isCommon, before));
  let fewest = written(0);
  for (let before = MOST_BEFORE; before > 0; before--) {
    const some = written(before);
    const isGood =
      some.every((text) => widthOf(text) <= width) && countDifferent(some) === texts.length;
    if (!isGood) continue;
    fewest = some;
    break;
  }
  return new Map(texts.map((text, i) => [text, cutAgain(fewest[i] ?? text, width)]));
}

/** A word of a text, or a character between words, with how many times it was there before. */
type Word = { readonly word: string; readonly id: string };

function numberedWords(text: string): Word[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(WORDS)].map(([word]) => {
    const times = seen.get(word) ?? 0;
    seen.set(word, times + 1);
    return { word, id: `${times} ${word}` };
  });
}

/** Joins the words that differ, with some of those right before each; an ellipsis is for the others. */
function writeWords(
  words: readonly Word[],
  isCommon: (word: Word) => boolean,
  before: number,
): string {
  const isKept = words.map((word) => !isCommon(word));
  const kept = isKept.map((_, i) => isKept.slice(i, i + before + 1).includes(true));
  return words.reduce((text, { word }, i) => {
    if (kept[i] === true) return text + word;
    return text.endsWith("…") ? text : `${text}…`;
  }, "");
}

/** Leaves out the characters with which all texts begin, and those with which all end. */
function withoutCommonEnds(texts: readonly string[], width: number): Shortened {
  const all = texts.map((text) => [...text]);
  const begin = commonLength(all);
  const rest = all.map((characters) => characters.slice(begin).reverse());
  const end = commonLength(rest);
  return new Map(
    texts.map((text, i) => {
      const differs = (rest[i] ?? []).slice(end).reverse().join("");
      const left = `${begin > 0 ? "…" : ""}${differs}${end > 0 ? "…" : ""}`;
      return [text, cutAgain(left, width)];
    }),
  );
}

/** Cuts a text that has ellipses already, which do not stand beside each other. */
function cutAgain(text: string, width: number): string {
  return middleEllipsis(text, width).replace(/…+/g, "…");
}

function commonLength(all: readonly (readonly string[])[]): number {
  const [first = []] = all;
  const at = first.findIndex((character, i) => all.some((other) => other[i] !== character));
  return at < 0 ? first.length : at;
}

/** Ends those that are still the same in `#1`, `#2`, ...; in a single cell nothing else would fit. */
function numberSame(texts: Shortened, others: readonly string[], width: number): Shortened {
  const groups = Map.groupBy(texts.keys(), (text) => texts.get(text) ?? text);
  const alone = [...groups].flatMap(([short, { length }]) => (length === 1 ? [short] : []));
  const taken = new Set([...others, ...alone]);
  const numbered = new Map(texts);
  let next = 0;
  for (const [short, same] of groups) {
    if (same.length === 1 && !others.includes(short)) continue;
    for (const text of same) {
      const room = 10 ** width;
      let own = short;
      do own = numberedText(short, ++next, width);
      while (taken.has(own) && next < room);
      taken.add(own);
      numbered.set(text, own);
    }
  }
  return numbered;
}

function numberedText(text: string, number: number, width: number): string {
  const digits = String(number);
  if (digits.length >= width) return cutText(digits, width);
  const end = `#${digits}`;
  return `${ellipsis(text, width - end.length)}${end}`;
}
