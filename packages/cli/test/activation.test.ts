import { ACTIVATIONS } from "@ablate/core";
import { expect, test } from "vitest";
import { goldenPart } from "../../core/test/golden-parts.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";

type Curve = { readonly y: readonly number[]; readonly slope: readonly number[] };
const golden = goldenPart<Record<string, Curve> & { readonly x: readonly number[] }>("activations");

test.each([...ACTIVATIONS])("%s and its slope are PyTorch's", async (name) => {
  const words = ["activation", name, "--range", "6", "--points", "25", "--json"];
  const rows = jsonRows(await ablate(makeFolder(), ...words));

  expect(rows).toHaveLength(25);
  for (const [i, { x, y, slope }] of rows.entries()) {
    expect(x).toBe(golden.x[i]);
    expect(Number(y)).toBeCloseTo(golden[name]?.y[i] ?? Number.NaN, 5);
    expect(Number(slope)).toBeCloseTo(golden[name]?.slope[i] ?? Number.NaN, 4);
  }
});

test("the curve stands on its side, within 80 columns", async () => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "activation", "tanh");
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines).toHaveLength(18);
  expect(lines[1]).toMatch(/^-4\.0000 {2}-0\.9993 {2}0\.0013 {2}● {19}\|$/);
  expect(lines[9]).toMatch(/^ 0\.0000 {3}0\.0000 {2}1\.0000 {22}●$/);
  expect(lines[17]).toMatch(/^ 4\.0000 {3}0\.9993 {2}0\.0013 {22}\| {19}●$/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  [["swish"], `NAME is one of ${ACTIVATIONS.join(", ")}, not "swish"`],
  [["tanh", "--range", "0"], '--range takes a number above 0, not "0"'],
  [["tanh", "--points", "300"], "--points takes a whole number up to 256, not 300"],
])("%j is refused in one sentence", async (words, sentence) => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "activation", ...words);

  expect([status, stdout, stderr]).toEqual([2, "", `ablate: ${sentence}\n`]);
});
