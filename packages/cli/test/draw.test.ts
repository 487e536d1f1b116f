import { expect, test } from "vitest";
import { lecture } from "../../core/test/lecture-goldens.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const draw = (...words: readonly string[]) => ablate(makeFolder(), "draw", ...words);

test.each(Object.entries(lecture.draws))(
  "%s is torch's, after outputs that are passed over",
  async (kind, wanted) => {
    const [row] = jsonRows(await draw(kind, "20", "--seed", "7", "--skip", "1000", "--json"));
    const values = Array.isArray(row?.values) ? row.values.map(Number) : [];

    expect(values).toHaveLength(20);
    for (const [i, value] of values.entries())
      expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
  },
);

test("a call of the lecture uses up as many outputs as its draws together", async () => {
  const sizes = [270, 3000, 10_000, 10_000, 10_000, 10_000, 2700];
  let outputs = 32; // of its one batch
  for (const size of sizes) {
    const [row] = jsonRows(await draw("randn", String(size), "--json"));
    outputs += Number(row?.outputs);
  }

  expect(outputs).toBe(lecture.calls[1]?.skip);
});

test("few normal numbers come in pairs, in doubles", async () => {
  const { stdout } = await draw("randn", "5", "--seed", "2147483647");

  expect(stdout).toBe(
    "-0.9800  -1.6578  -0.0572  -0.3409   2.0992\n\n5 numbers: mean -0.1873, std 1.4194; 12 outputs of the generator after 0\n",
  );
});

test.each([
  [["normal", "2"], 'KIND is one of randn, rand, exponential, randint, not "normal"'],
  [["rand", "0"], 'N is a whole number from 1 to 1000000, not "0"'],
  [
    ["rand", "2", "--skip", "200000000"],
    "--skip takes a whole number up to 100000000, not 200000000",
  ],
])("%j is refused in one sentence", async (words, sentence) => {
  const { status, stdout, stderr } = await draw(...words);

  expect([status, stdout, stderr]).toEqual([2, "", `ablate: ${sentence}\n`]);
});
