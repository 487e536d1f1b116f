import { expect, test } from "vitest";
import {
  buildDataset,
  checkExamples,
  contextWindows,
  DataError,
  parseNames,
  vocabularyOf,
} from "../src/index.ts";
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

const read = (text: string, separator: "line" | "whitespace" = "line", end = ".") =>
  parseNames(bytes(text), { separator, end }, { fewest: 1 });

test("a name is a line, trimmed; white space inside is part of it", () => {
  const { names } = read("\ufeffemma\r\nava mia\rzoe\n\n  leo\tx \u00a0\n \t\n");

  expect(names).toEqual(["emma", "ava mia", "zoe", "leo\tx"]);
});

test("lines end where Python's splitlines ends them", () => {
  const { names } = read("a\u0085b\u2028c\u2029d\ve\ff\u001cg\u001dh\u001ei");

  expect(names).toEqual([..."abcdefghi"]);
});

test("white space ends names where that is asked for, as it always did", () => {
  const { names } = read("\ufeffemma\r\nava mia\rzoe\n\n leo\tnoah \na\u0085b", "whitespace");

  expect(names).toEqual(["emma", "ava", "mia", "zoe", "leo", "noah", "a\u0085b"]);
});

test.each([
  ["a\nb\n", false],
  ["\ufeff a \r\n\r\n\tb", false],
  ["a b", true],
  ["a\u0085b", true],
  ["a\u001f", true],
])("%j reads otherwise by white space: %s", (text, isAmbiguous) => {
  expect(read(text).isAmbiguous).toBe(isAmbiguous);
  expect(read(text, "whitespace").isAmbiguous).toBe(isAmbiguous);
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

const needed = "at least 6 are needed, so that no split is empty";

test.each([
  ["", "is empty"],
  ["\n \r\n\t", "has only blank lines"],
  ["a", `only 1 name; ${needed}`],
  ["a\nb c", `only 2 names; ${needed}`],
  ["a b c d e f", `only 1 name; ${needed}; data.separator: whitespace reads 6`],
  [
    "a\nb\r\nc.d e\nf\ng\nh",
    'line 3: "c.d e" holds ".", which marks the end of a name; set data.end to a character that no name contains, such as "$"',
  ],
  [`${"x".repeat(100)}.`, `line 1: "${"x".repeat(60)}..." holds "."`],
])("%j is refused with a sentence", (text, message) => {
  expect(() => parseNames(bytes(text))).toThrow(DataError);
  expect(() => parseNames(bytes(text))).toThrow(message);
});

const utf16 = (text: string, mark = "") => Uint8Array.from(Buffer.from(mark + text, "utf16le"));

test.each<[string, Uint8Array, string]>([
  ["UTF-16", utf16("emma\nava\n", "\ufeff"), "UTF-16 text; save it as UTF-8"],
  ["UTF-16, big end first", utf16("emma\nava\n", "\ufeff").reverse(), "UTF-16 text"],
  ["UTF-16 without a mark", utf16("emma\nava\n"), "UTF-16 text"],
  [
    "Cyrillic UTF-16 without a mark",
    utf16("\u0430\u043d\u043d\u0430\n\u043e\u043b\u044f\n"),
    "UTF-16 text",
  ],
  [
    "Latin-1",
    Uint8Array.from(Buffer.from("emma\nJos\u00e9\n", "latin1")),
    "line 2: not UTF-8 text, byte 0xE9",
  ],
  ["a zero among letters", bytes("emma\nav\0a\n"), "a binary file, byte 8 is 0"],
  ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), "a binary file"],
])("%s is refused with a sentence that says what it is", (_, file, message) => {
  expect(() => parseNames(file)).toThrow(new RegExp(message));
});

test("another end token is the first of the vocabulary, and the usual one a character", () => {
  const { names } = read("St. Louis\nNew York\nSt. Paul", "line", "|");

  expect(names[0]).toBe("St. Louis");
  expect(vocabularyOf(names, "|").slice(0, 3)).toEqual(["|", " ", "."]);
});

test.each([
  [{ valid: ["b"], test: null }, [9, 1, 1]],
  [{ valid: null, test: ["b"] }, [9, 1, 1]],
  [{ valid: ["b", "c"], test: ["a"] }, [10, 2, 1]],
])("a split with names of its own leaves its part to training: %j", (own, sizes) => {
  const names = [..."abcdefghij"];
  const dataset = buildDataset({ names, end: ".", ...own }, { context: 1, shuffleSeed: 1 });

  const { train, valid, test: held } = dataset.names;
  expect([train.length, valid.length, held.length]).toEqual(sizes);
  expect(own.valid === null || valid === own.valid).toBe(true);
});

test("a character that training never sees is refused with its line", () => {
  const demands = { fewest: 1, known: new Set([".", "a", "b"]), source: "names.txt" };

  expect(() => parseNames(bytes("ab\n\nbac\n"), undefined, demands)).toThrow(
    'line 3: "bac" holds "c", which no name of names.txt holds',
  );
});

test("six names leave no split empty", () => {
  const { names } = buildDataset(["a", "b", "c", "d", "e", "f"], { context: 1, shuffleSeed: 1 });

  expect([names.train.length, names.valid.length, names.test.length]).toEqual([4, 1, 1]);
});

test("more examples than fit into memory are refused before they are made", () => {
  const long = "x".repeat(2 ** 24);
  const lists = { names: [long, long], end: ".", valid: null, test: null };

  expect(() => checkExamples(lists, 32)).toThrow(
    "33554434 examples of 32 characters do not fit into memory; use a smaller data.context or fewer names",
  );
  expect(() => checkExamples(lists, 31)).not.toThrow();
});
