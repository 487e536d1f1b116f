/** tanh, exp and log over the whole range of float32, against double precision. */
import { expect, test } from "vitest";
import { instantiateKernels, type Kernels } from "../src/engines/simd/kernels.ts";

const COUNT = 1 << 14;
/** Every so many bit patterns, a prime. */
const STRIDE = 4099;

const memory = new WebAssembly.Memory({ initial: 4 });
const kernels = instantiateKernels(memory);
const at = kernels.heapBase();
const bits = new Uint32Array(memory.buffer, at, COUNT);
const x = new Float32Array(memory.buffer, at, COUNT);
const y = new Float32Array(memory.buffer, at + 4 * COUNT, COUNT);

type Elementary = Kernels["tanhForward"];
const functions: readonly (readonly [string, number, Elementary, (x: number) => number])[] = [
  ["tanh", 2.5, kernels.tanhForward, Math.tanh],
  ["exp", 2, kernels.expForward, Math.exp],
  ["log", 2, kernels.logForward, Math.log],
];

test.each(functions)("%s is within %d ulp over the whole range", (_, most, kernel, exact) => {
  let worst = { ulps: 0, x: 0 };
  for (let start = 0; start < 2 ** 32; start += COUNT * STRIDE) {
    for (let i = 0; i < COUNT; i++) bits[i] = start + i * STRIDE;
    kernel(at, at + 4 * COUNT, COUNT);
    for (let i = 0; i < COUNT; i++) {
      const ulps = distance(y[i] ?? 0, exact(x[i] ?? 0));
      if (ulps > worst.ulps) worst = { ulps, x: x[i] ?? 0 };
    }
  }

  expect(worst.ulps, `at ${worst.x}`).toBeLessThanOrEqual(most);
});

test.each([
  [
    "tanh",
    kernels.tanhForward,
    [0, -0, Infinity, -Infinity, Number.NaN],
    [0, -0, 1, -1, Number.NaN],
  ],
  [
    "exp",
    kernels.expForward,
    [0, -0, Infinity, -Infinity, Number.NaN],
    [1, 1, Infinity, 0, Number.NaN],
  ],
  [
    "log",
    kernels.logForward,
    [0, -0, Infinity, -1, Number.NaN],
    [-Infinity, -Infinity, Infinity, Number.NaN, Number.NaN],
  ],
] as const)("%s of zeros, infinities and NaN", (_, kernel, from, to) => {
  x.set(from);
  kernel(at, at + 4 * COUNT, 8);

  expect([...y.subarray(0, 5)]).toEqual(to);
});

/** Distance in units of the last place of float32; infinite where only one is NaN or infinite. */
function distance(value: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(value)) return Object.is(value, exact) ? 0 : Infinity;
  if (Math.fround(exact) === value) return 0;
  const size = Math.max(Math.abs(exact), 2 ** -126);
  return Math.abs(value - exact) / 2 ** (Math.floor(Math.log2(size)) - 23);
}
