import { PythonRandom } from "../random/mersenne-twister.ts";
import type { Split } from "../spec.ts";

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

/** The data set cannot be used; the message says where and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** The end marker: index 0 of every vocabulary, so no name may hold it. */
const END = ".";

/** The fewest names that an 80/10/10 split leaves none of its three parts empty with. */
const FEWEST_NAMES = 6;

/**
 * Reads a list of names. Accepted: UTF-8 (a byte order mark is dropped), names separated by white space
 * or line ends of any kind, blank lines. Characters are Unicode code points, taken as they are: `A`
 * and `a` are two characters, and so are a letter composed and decomposed.
 *
 * @throws DataError - not UTF-8, a `.` in a name, or fewer than 6 names
 */
export function parseNames(bytes: Uint8Array): string[] {
  const text = decode(bytes);
  const names = text.split(/\s+/u).filter((name) => name !== "");
  if (names.length < FEWEST_NAMES) {
    const found = names.length === 0 ? "no names" : `only ${names.length} names`;
    throw new DataError(`${found}; at least ${FEWEST_NAMES} are needed, so that no split is empty`);
  }
  const marked = names.find((name) => name.includes(END));
  if (marked !== undefined) {
    const line = text.slice(0, text.indexOf(marked)).split(/\r\n|\n|\r/u).length;
    throw new DataError(
      `line ${line}: "${marked}" holds a ".", which marks the end of a name; remove it`,
    );
  }
  return names;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError("not UTF-8 text; save the file as UTF-8", { cause });
  }
}
