import { PythonRandom } from "../random/python-random.ts";
import type { Split } from "../spec.ts";
import { END } from "./parse-names.ts";

/** Next-character examples: contexts are `[count, context]`, targets `[count]`, both token indices. */
export type Examples = {
  readonly count: number;
  readonly contexts: Uint16Array;
  readonly targets: Uint16Array;
};

export type Dataset = Readonly<Record<Split, Examples>> & {
  /** Token index to character: `.` first, then the characters by code point. */
  readonly vocabulary: readonly string[];
  readonly context: number;
  /** Shuffled names by split. */
  readonly names: Readonly<Record<Split, readonly string[]>>;
};

/**
 * Shuffles as CPython's `random.seed(shuffleSeed); random.shuffle(names)` and splits 80/10/10.
 *
 * @param names - at least 6, none with a `.`, as `parseNames` gives them
 */
export function buildDataset(
  names: readonly string[],
  { context, shuffleSeed }: { readonly context: number; readonly shuffleSeed: number },
): Dataset {
  const shuffled = new PythonRandom(shuffleSeed).shuffle(names);
  const firstCut = Math.floor(0.8 * names.length);
  const secondCut = Math.floor(0.9 * names.length);
  const vocabulary = vocabularyOf(names);
  const parts = {
    train: shuffled.slice(0, firstCut),
    valid: shuffled.slice(firstCut, secondCut),
    test: shuffled.slice(secondCut),
  };
  return {
    vocabulary,
    context,
    names: parts,
    train: contextWindows(parts.train, vocabulary, context),
    valid: contextWindows(parts.valid, vocabulary, context),
    test: contextWindows(parts.test, vocabulary, context),
  };
}

/** `.`, then every character of the names once, by code point. */
export function vocabularyOf(names: readonly string[]): string[] {
  const characters = new Set<string>();
  for (const name of names) for (const character of name) characters.add(character);
  const byCodePoint = (a: string, b: string) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
  return [END, ...[...characters].sort(byCodePoint)];
}

/** One example per character and one for the closing `.`; contexts start as all `.`. */
export function contextWindows(
  names: readonly string[],
  vocabulary: readonly string[],
  context: number,
): Examples {
  const tokenOf = new Map(vocabulary.map((character, token) => [character, token]));
  const targets: number[] = [];
  const contexts: number[] = [];
  for (const name of names) {
    const tokens = [...name, END].map((character) => tokenOf.get(character) ?? 0);
    for (const [position, target] of tokens.entries()) {
      targets.push(target);
      for (let back = context; back > 0; back--) contexts.push(tokens[position - back] ?? 0);
    }
  }
  return {
    count: targets.length,
    contexts: Uint16Array.from(contexts),
    targets: Uint16Array.from(targets),
  };
}
