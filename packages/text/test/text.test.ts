/** Numbers, durations and names as people read and type them. */
import { expect, test } from "vitest";
import {
  closest,
  compact,
  count,
  counted,
  didYouMean,
  duration,
  firstOf,
  fittedTable,
  hint,
  listed,
  NUMBER_PATTERN,
  percent,
  readDuration,
  readNumber,
  right,
  signed,
  spellDuration,
  table,
  textOfSeveral,
  toMinute,
  toSecond,
  widthOf,
  wrapText,
  wrapWords,
} from "../src/index.ts";

test.each([
  ["5", 5],
  ["+0.5", 0.5],
  [".5", 0.5],
  ["-1e-3", -1e-3],
  ["2e5", 200_000],
  ["200_000", 200_000],
  [" -5/3 ", -5 / 3],
  ["1 / 3", 1 / 3],
  ["sqrt(2)", Math.SQRT2],
  ["1/sqrt(10)", 1 / Math.sqrt(10)],
  ["-0", 0],
  ["1/0", null],
  ["1e999", null],
  ["1/2/3", null],
  ["0x10", 16],
  ["0o17", 15],
  ["0x10e", 0x10e],
  ["0o17e1", null],
  ["0x", null],
  ["_1", null],
  ["two", null],
  ["", null],
])("%j is typed for the number %j", (text, value) => {
  expect(readNumber(text)).toBe(value);
  if (value !== null) expect(text).toMatch(NUMBER_PATTERN);
});

test.each([
  ["30s", 30_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["250ms", 250],
  ["2d12h", 216_000_000],
  ["0s", 0],
  ["5", null],
  ["5 m", null],
  ["", null],
])("%j is typed for %j milliseconds", (text, value) => {
  expect(readDuration(text)).toBe(value);
});

test("a duration has one spelling, whose largest unit is the hour", () => {
  const spelled = ["90s", "1m30s", "2d", "1h0.5s"].map((text) =>
    spellDuration(readDuration(text) ?? 0),
  );

  expect(spelled).toEqual(["1m30s", "1m30s", "48h", "1h500ms"]);
});

test("numbers are written for people", () => {
  expect([count(1_234_567), count(null), counted(1, "step"), counted(2000, "step")]).toEqual([
    "1,234,567",
    "-",
    "1 step",
    "2,000 steps",
  ]);
  expect([compact(9_999), compact(200_000), compact(1.5e6), percent(0.0994), percent(0.9)]).toEqual(
    ["9,999", "200k", "1.5M", "9.9 %", "90 %"],
  );
  expect([duration(12), duration(200), duration(7500), duration(null)]).toEqual([
    "12 s",
    "3 min 20 s",
    "2 h 05 min",
    "-",
  ]);
});

test.each([
  ["trian", "train"],
  ["TRAIN", "train"],
  ["--trian", "train"],
  ["stop", null],
  ["x", null],
])("what is closest to %s is %s", (word, expected) => {
  expect(closest(word, ["test", "train"])).toBe(expected);
});

test("a hint names what is close, else the first of what is allowed", () => {
  const names = Array.from({ length: 25 }, (_, i) => "abcde".repeat(i + 1));

  expect(hint("abdce", names)).toBe(', did you mean "abcde"?');
  expect([didYouMean("abdce", names), didYouMean("q", names)]).toEqual([
    "did you mean abcde?",
    null,
  ]);
  expect(hint("q", names)).toMatch(/^, allowed: abcde, .* and 5 more$/);
});

test("words are listed as in a sentence, many of them in part", () => {
  const words = ["a", "b", "c", "d"];

  expect([0, 1, 2, 3].map((n) => listed(words.slice(0, n)))).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
  expect([firstOf(words, 4), firstOf(words, 2)]).toEqual(["a, b, c, d", "a, b and 2 more"]);
});

test("lines are broken at spaces by the cells they take, and no word is broken", () => {
  expect(wrapText("日本 日本 words\nand extraordinary", 8)).toEqual([
    "日本",
    "日本",
    "words",
    "and",
    "extraordinary",
  ]);
  expect(wrapWords(["a", "b", "c"], 3)).toEqual(["a b", "c"]);
});

test("a column is its title alone, or one whose cells stand at the right", () => {
  const rows = [
    ["plain", "2.5"],
    ["normed", "12"],
  ];

  const expected = "run     loss\nplain    2.5\nnormed    12\n";

  expect(table(["run", right("loss")], rows)).toBe(expected);
  expect(fittedTable(["run", right("loss")], rows, 80)).toBe(expected);
});

test("a table is cut to the terminal, and becomes lists where columns would say nothing", () => {
  const columns = [{ title: "name" }, { title: "loss", align: "right" as const }];
  const rows = [["a very long name indeed", "2.1"]];

  expect(fittedTable(columns, rows, null)).toBe(
    "name                     loss\na very long name indeed   2.1\n",
  );
  expect(fittedTable(columns, rows, 20)).toBe("name            loss\na very long n…   2.1\n");
  expect(fittedTable(columns, rows, 12)).toBe("row 1\nname  a ver…\nloss  2.1\n");
  for (let width = 8; width < 40; width++)
    for (const line of fittedTable(columns, rows, width).split("\n"))
      expect(widthOf(line)).toBeLessThanOrEqual(width);
});

test.each([
  [-0.01234, 4, "−0.0123"],
  [0.00001, 4, "0.0000"],
  [1_651_536_892_408.4429, 4, "+1.7e12"],
  [-1_651_536_892_408.4429, 5, "−1.65e12"],
  [1e30, 4, "+1.0e30"],
  [123_456_789, 0, "+123456789"],
])("%d with %i decimals and its sign is %s", (value, decimals, text) => {
  expect(signed(value, decimals)).toBe(text);
});

test.each([
  [["hidden1 53 % saturated", "hidden1 66 % saturated"], "hidden1 53 to 66 % saturated"],
  [["hidden1 66 % saturated"], "hidden1 66 % saturated"],
  [
    ["loss 26.84 at init, ln 27 = 3.30", "loss 9.1 at init, ln 27 = 3.30"],
    "loss 9.1 to 26.84 at init, ln 27 = 3.30",
  ],
  [
    ["1 of 200 units dead", "1,024 of 200 units dead", "3 of 200 units dead"],
    "1 to 1,024 of 200 units dead",
  ],
  [
    ["gradients vanish (x 3.1e-5)", "gradients vanish (x 0.002)"],
    "gradients vanish (x 3.1e-5 to 0.002)",
  ],
  [["mean -1.8", "mean 0.2", "mean -2"], "mean -2 to 0.2"],
  [
    ["loss jumped to 8.1 at step 300", "loss jumped to 7 at step 40"],
    "loss jumped to between 7 and 8.1 at steps 40 to 300",
  ],
  [["over", "over", "nearly over"], "over (2 of 3); nearly over (1 of 3)"],
  [["layer.1.weight2 too fast", "layer.1.weight2 too fast"], "layer.1.weight2 too fast"],
  [[], ""],
])("%j is said once", (texts, text) => {
  expect(textOfSeveral(texts)).toBe(text);
});

test("a time is written to the minute or to the second", () => {
  expect(toMinute("2026-11-28T23:31:43.250Z")).toBe("2026-11-28 23:31");
  expect(toSecond("2026-11-28T23:31:43.250Z")).toBe("2026-11-28 23:31:43");
});
