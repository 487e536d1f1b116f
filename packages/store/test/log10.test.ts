import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { log10, log10Each } from "../src/log10.ts";

type Golden = { readonly inputs: string; readonly outputs: string };

const GOLDEN: Golden = JSON.parse(
  readFileSync(new URL("goldens/log10.json", import.meta.url), "utf8"),
);

test("a logarithm has the bits that stores of earlier versions have", () => {
  const [inputs, outputs] = [GOLDEN.inputs, GOLDEN.outputs].map(doubles);

  expect(inputs?.length).toBeGreaterThan(2000);
  expect(Array.from(inputs ?? [], (x) => log10(x))).toEqual(Array.from(outputs ?? []));
});

test("logarithms of powers of ten are whole numbers, and those of no number are none", () => {
  for (let e = -307; e <= 308; e++) expect(log10(Number(`1e${e}`))).toBeCloseTo(e, 10);
  for (let e = 0; e <= 22; e++) expect(log10(10 ** e)).toBe(e);
  expect([0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NaN].map(log10)).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ]);
});

test("many at once have the bits of one after the other, whatever there is among them", () => {
  const odd = [
    0,
    -0,
    1,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    2 ** -149,
    2 ** -126,
    3e-39,
    3e38,
  ];
  const bits = Uint32Array.from({ length: 70_001 }, (_, i) => Math.imul(i, 2654435761));
  const values = Float32Array.of(...odd, ...new Float32Array(bits.buffer));
  const logarithms = new Float64Array(values.length);

  log10Each(values, logarithms);

  expect(logarithms).toEqual(Float64Array.from(values, log10));
});

function doubles(base64: string): Float64Array {
  return new Float64Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);
}
