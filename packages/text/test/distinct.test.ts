/** Texts that are cut or rounded, and stay as different as what they stand for. */
import { expect, test } from "vitest";
import {
  byDigits,
  compact,
  cutTogether,
  fitForms,
  fittedTable,
  lossTexts,
  shortNumber,
  tellApart,
  widthOf,
} from "../src/index.ts";

/** A source of numbers from 0 to 1 that are the same in every run of the tests. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("a whole number is written whole, and a whole part too", () => {
  const written = [2_147_483_647, 12_345, -1024, 0, 123_456.78, 0.123_456_7, 1e-9 / 3].map(
    (value) => shortNumber(value, 3),
  );
  expect(written).toEqual(["2147483647", "12345", "-1024", "0", "123457", "0.123", "3.33e-10"]);
  expect([12_345, 12_500, 1_234_567, 200_000].map(compact)).toEqual([
    "12,345",
    "12.5k",
    "1,234,567",
    "200k",
  ]);
});

test("numbers of a column get digits until no two of them read the same", () => {
  const ways = byDigits(3, shortNumber);
  const column = [0.100_001, 0.100_002, 0.5, 1 / 3, 0.333];
  const texts = tellApart(column, (value) => value, ways);
  expect(column.map((value) => texts.get(value))).toEqual([
    "0.100001",
    "0.100002",
    "0.5",
    "0.3333",
    "0.333",
  ]);
  const next = dice(7);
  for (let round = 0; round < 100; round++) {
    const near = next();
    const numbers = Array.from({ length: 12 }, (_, i) =>
      i % 3 === 0 ? Math.floor(next() * 2 ** 53) : near + Math.round(next() * 8) * 10 ** -(i % 15),
    );
    const different = new Set(numbers);
    const written = tellApart(numbers, (value) => value, ways);
    expect(new Set(written.values()).size).toBe(different.size);
    for (const value of different) {
      if (Number.isInteger(value)) expect(written.get(value)).toBe(String(value));
    }
  }
});

test("losses that are equal to four decimals get more, the others none", () => {
  const text = lossTexts([2.345_61, 2.345_64, 2.5, null]);
  expect([2.345_61, 2.345_64, 2.5, null].map(text)).toEqual(["2.34561", "2.34564", "2.5000", "-"]);
});

test("labels take their fullest form in which all fit, and differ at every width", () => {
  const things = ["0.5", "relu", "4"].flatMap((gain) =>
    ["none", "hidden"].map(
      (norm) =>
        [`weight=kaiming_gain_${gain}-batch_norm=${norm}`, `kaiming ${gain} · ${norm}`] as const,
    ),
  );
  expect(fitForms(things, 44)).toEqual(things.map(([full]) => full));
  expect(fitForms(things, 23)).toEqual(things.map(([, short]) => short));
  for (let width = 2; width < 44; width++) {
    const texts = fitForms(things, width);
    expect([width, new Set(texts).size]).toEqual([width, 6]);
    expect(Math.max(...texts.map(widthOf))).toBeLessThanOrEqual(width);
  }
});

test.each([
  [
    ["hidden(epsilon: 0.00001, momentum: 0.1)", "hidden(epsilon: 0, momentum: 0.1)"],
    24,
    ["hidden(epsilon: 0.00001…", "hidden(epsilon: 0…"],
  ],
  [
    ["weight=kaiming_gain_0.5-batch_norm=none", "weight=kaiming_gain_4-batch_norm=none"],
    12,
    ["…_gain_0.5…", "…_gain_4…"],
  ],
])("what differs of %j is left in %i cells", (texts, width, expected) => {
  expect(cutTogether(texts, width)).toEqual(expected);
});

test("random labels stay different and within the width, in scripts of any width", () => {
  const next = dice(19);
  const parts = [
    "weight",
    "kaiming",
    "batch_norm",
    "=",
    "-",
    "0.5",
    "hidden",
    "名前",
    "é",
    " ",
    "x",
  ];
  for (let round = 0; round < 150; round++) {
    const common = Array.from({ length: 4 }, () => parts[Math.floor(next() * parts.length)]).join(
      "",
    );
    const texts = Array.from({ length: 9 }, () => {
      const own = Array.from({ length: 7 }, () => parts[Math.floor(next() * parts.length)]);
      return next() < 0.5 ? `${common}${own.join("")}` : `${own.join("")}${common}`;
    });
    const width = 2 + Math.floor(next() * 40);
    const cut = cutTogether(texts, width);
    expect(new Set(cut).size).toBe(new Set(texts).size);
    expect(Math.max(...cut.map(widthOf))).toBeLessThanOrEqual(width);
    expect(texts.map((text, i) => widthOf(text) > width || cut[i] === text)).not.toContain(false);
  }
});

test("a table that is cut to a terminal keeps different cells of a column different", () => {
  const rows = ["0.5", "relu", "4"].map((gain) => [
    `weight=kaiming_gain_${gain}-batch_norm=none`,
    "x",
  ]);
  for (let width = 12; width < 50; width++) {
    const [, ...lines] = fittedTable(["run", "n"], rows, width).trimEnd().split("\n");
    expect(new Set(lines).size).toBe(3);
  }
  const list = fittedTable(["run", "n"], rows, 10).split("\n");
  expect(new Set(list.filter((line) => line.startsWith("run"))).size).toBe(3);
});
