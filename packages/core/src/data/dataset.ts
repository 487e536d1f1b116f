import { PythonRandom } from "../random/mersenne-twister.ts";
import type { Split } from "../spec.ts";
import { DataError, FEWEST_NAMES, USUAL_READING } from "./read-names.ts";

/** Next-character examples: contexts are `[count, context]`, targets `[count]`, both token indices. */
export type Examples = {
  readonly count: number;
  readonly contexts: Uint16Array;
  readonly targets: Uint16Array;
};

export type Dataset = Readonly<Record<Split, Examples>> & {
  /** Token index to character: the end token first, then the characters by code point. */
  readonly vocabulary: readonly string[];
  readonly context: number;
  /** Names by split; those that the shuffle has split are in its order. */
  readonly names: Readonly<Record<Split, readonly string[]>>;
};

/** The names of a data set, as they were read. */
export type NameLists = {
  /** What is split, or all for training. */
  readonly names: readonly string[];
  /** Marks the end of a name. */
  readonly end: string;
  /** Names of files of their own, which are not shuffled; null: a part of `names`. */
  readonly valid: readonly string[] | null;
  readonly test: readonly string[] | null;
};

/**
 * Shuffles as CPython's `random.seed(shuffleSeed); random.shuffle(names)` and splits 80/10/10; a split that has a file
 * of its own leaves its tenth to training.
 *
 * @param lists - as `parseNames` lets them pass, or names that are split
 */
export function buildDataset(
  lists: NameLists | readonly string[],
  { context, shuffleSeed }: { readonly context: number; readonly shuffleSeed: number },
): Dataset {
  const given = "names" in lists ? lists : onlyNames(lists);
  const shuffled = new PythonRandom(shuffleSeed).shuffle(given.names);
  const [firstCut, secondCut] = cutsOf(given);
  const vocabulary = vocabularyOf(given.names, given.end);
  const parts = {
    train: shuffled.slice(0, firstCut),
    valid: given.valid ?? shuffled.slice(firstCut, secondCut),
    test: given.test ?? shuffled.slice(secondCut),
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

/** Returns lists of which every split is a part of the names, under the usual end token. */
export function onlyNames(names: readonly string[]): NameLists {
  return { names, end: USUAL_READING.end, valid: null, test: null };
}

/** Where training ends, and where validation does. */
function cutsOf({ names, valid, test }: NameLists): readonly [number, number] {
  const [most, more] = [Math.floor(0.8 * names.length), Math.floor(0.9 * names.length)];
  if (valid === null && test === null) return [most, more];
  if (valid !== null && test !== null) return [names.length, names.length];
  return valid === null ? [more, names.length] : [more, more];
}

/** Counts the examples that a data set of these names has for training. */
export function trainingExamples(lists: NameLists, shuffleSeed: number): number {
  const [cut] = cutsOf(lists);
  const names = new PythonRandom(shuffleSeed).shuffle(lists.names).slice(0, cut);
  return names.reduce((sum, name) => sum + [...name].length + 1, 0);
}

/** Returns how many names leave no split empty. */
export function fewestNames({ valid, test }: Pick<NameLists, "valid" | "test">): number {
  if (valid === null && test === null) return FEWEST_NAMES;
  return valid !== null && test !== null ? 1 : 2;
}

/** A token is stored in 16 bits. */
const MOST_TOKENS = 65_536;

/** Contexts of an engine's training examples share 4 GiB with its parameters and activations. */
const MOST_CONTEXT_BYTES = 2 ** 31;

/**
 * Refuses more examples than an engine can address.
 *
 * @throws DataError
 */
export function checkExamples({ names, valid, test }: NameLists, context: number): void {
  const count = [names, valid ?? [], test ?? []].reduce(
    (all, list) => list.reduce((sum, { length }) => sum + length + 1, all),
    0,
  );
  if (2 * count * context <= MOST_CONTEXT_BYTES) return;
  throw new DataError(
    `${count} examples of ${context} characters do not fit into memory; use a smaller data.context or fewer names`,
  );
}

/** Returns the end token, then every character of the names once, by code point. */
export function vocabularyOf(names: readonly string[], end: string = USUAL_READING.end): string[] {
  const characters = new Set<string>();
  for (const name of names) for (const character of name) characters.add(character);
  if (characters.size >= MOST_TOKENS) {
    throw new DataError(`has ${characters.size} different characters, at most ${MOST_TOKENS - 1}`);
  }
  const byCodePoint = (a: string, b: string) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
  return [end, ...[...characters].sort(byCodePoint)];
}

/** Returns one example per character and one for the end token, the vocabulary's first; contexts start as all end tokens. */
export function contextWindows(
  names: readonly string[],
  vocabulary: readonly string[],
  context: number,
): Examples {
  const tokenOf = new Map(vocabulary.map((character, token) => [character, token]));
  const tokensOf = names.map((name) =>
    Uint16Array.from([...name], (character) => tokenOf.get(character) ?? 0),
  );
  const count = tokensOf.reduce((sum, { length }) => sum + length + 1, 0);
  const contexts = new Uint16Array(count * context);
  const targets = new Uint16Array(count);
  let example = 0;
  for (const tokens of tokensOf) {
    for (let position = 0; position <= tokens.length; position++) {
      targets[example] = tokens[position] ?? 0;
      const start = example * context;
      for (let i = Math.max(0, context - position); i < context; i++) {
        contexts[start + i] = tokens[position - context + i] ?? 0;
      }
      example += 1;
    }
  }
  return { count, contexts, targets };
}
