import { folded, readNumber } from "@ablate/text";

/** A character as it was written; a wild one is a `*` or `?` that stands for others. */
export type Char = { readonly char: string; readonly isWild: boolean };

/** What a word or a value of a filter matches. */
export type Pattern = {
  readonly text: string;
  /** What it says as a number, where it is one. */
  readonly number: number | null;
  /** Whether it is part of `text`, or all of it where it has wild characters; in any case and Unicode form. */
  readonly isIn: (text: string) => boolean;
};

/** Makes a pattern of the characters between its quotes, or of a bare word. */
export function patternOf(chars: readonly Char[]): Pattern {
  const text = chars.map(({ char }) => char).join("");
  const plain = folded(text);
  return {
    text,
    number: readNumber(text),
    isIn: chars.some(({ isWild }) => isWild)
      ? globMatcher(chars)
      : (whole) => folded(whole).includes(plain),
  };
}

function globMatcher(chars: readonly Char[]): (whole: string) => boolean {
  const glob = foldedGlob(chars);
  return (whole) => matchesGlob(glob, [...folded(whole)]);
}

/** Folds what is between the wild characters as one text: an accent belongs to the letter before it. */
function foldedGlob(chars: readonly Char[]): readonly Char[] {
  const glob: Char[] = [];
  let plain = "";
  const endPlain = (): void => {
    for (const char of folded(plain)) glob.push({ char, isWild: false });
    plain = "";
  };
  for (const one of chars) {
    if (!one.isWild) plain += one.char;
    else {
      endPlain();
      glob.push(one);
    }
  }
  endPlain();
  return glob;
}

/** Says whether the whole text matches; it backtracks only to the last `*`, so that no glob is slow. */
function matchesGlob(glob: readonly Char[], text: readonly string[]): boolean {
  let [i, j] = [0, 0];
  let star = -1;
  let resume = 0;
  while (j < text.length) {
    const next = glob[i];
    if (next?.isWild && next.char === "*") {
      star = i++;
      resume = j;
    } else if (next !== undefined && (next.isWild || next.char === text[j])) {
      i++;
      j++;
    } else if (star >= 0) {
      i = star + 1;
      j = ++resume;
    } else {
      return false;
    }
  }
  return glob.slice(i).every(({ char, isWild }) => isWild && char === "*");
}
