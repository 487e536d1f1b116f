import { expect, test } from "vitest";
import { buildDataset, contextWindows, DataError, parseNames, vocabularyOf } from "../src/index.ts";
import { goldens } from "./goldens.ts";
import { makeNames } from "./make.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("the split of the project's names is the one that PyTorch was given", () => {
  const { names, vocabulary, train, valid, test: held } = makeNames();

  expect(names.train.slice(0, 5)).toEqual(goldens.first_shuffled);
  expect(vocabulary).toHaveLength(goldens.vocab);
  expect({ train: train.count, valid: valid.count, test: held.count }).toEqual(goldens.sizes);
});

test("a name gives one example per character and one for its end", () => {
  const { count, contexts, targets } = contextWindows(["ab"], [".", "a", "b"], 2);

  expect(count).toBe(3);
  expect([...contexts]).toEqual([0, 0, 0, 1, 1, 2]);
  expect([...targets]).toEqual([1, 2, 0]);
});

test("names are split at any white space, whatever the line ends, and a byte order mark is dropped", () => {
  const names = parseNames(bytes("\ufeffemma\r\nava mia\rzoe\n\n leo\tnoah \n"));

  expect(names).toEqual(["emma", "ava", "mia", "zoe", "leo", "noah"]);
});

test("characters are code points, taken as they are and ordered by value", () => {
  expect(vocabularyOf(["Zoë", "zoe", "\u{1f600}\uffee"])).toEqual([
    ".",
    "Z",
    "e",
    "o",
    "z",
    "ë",
    "\uffee",
    "\u{1f600}",
  ]);
});

test.each([
  ["", "no names; at least 6 are needed, so that no split is empty"],
  ["a b c", "only 3 names; at least 6 are needed, so that no split is empty"],
  ["a\nb\r\nc.d e f g", 'line 3: "c.d" holds a ".", which marks the end of a name; remove it'],
])("%j is refused with a sentence", (text, message) => {
  expect(() => parseNames(bytes(text))).toThrow(new DataError(message));
});

test("bytes that are no UTF-8 are refused", () => {
  expect(() => parseNames(Uint8Array.of(0x61, 0xff, 0x0a))).toThrow("not UTF-8 text");
});

test("six names leave no split empty", () => {
  const { names } = buildDataset(["a", "b", "c", "d", "e", "f"], { context: 1, shuffleSeed: 1 });

  expect([names.train.length, names.valid.length, names.test.length]).toEqual([4, 1, 1]);
});
