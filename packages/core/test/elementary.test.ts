/** Elementary functions and nonlinearities over the whole range of float32, against double precision. */
import { expect, test } from "vitest";
import { instantiateKernels, type Kernels } from "../src/engines/simd/kernels.ts";
import { normalTail } from "./normal-distribution.ts";

const COUNT = 1 << 14;
/** Every so many bit patterns, a prime. */
const STRIDE = 4099;

const memory = new WebAssembly.Memory({ initial: 6 });
const kernels = instantiateKernels(memory);
const at = kernels.heapBase();
const bits = new Uint32Array(memory.buffer, at, COUNT);
const x = new Float32Array(memory.buffer, at, COUNT);
const y = new Float32Array(memory.buffer, at + 4 * COUNT, COUNT);
const slope = new Float32Array(memory.buffer, at + 8 * COUNT, COUNT);

type Elementary = Kernels["tanhForward"];
const functions: readonly (readonly [string, number, Elementary, (x: number) => number])[] = [
  ["tanh", 2.5, kernels.tanhForward, Math.tanh],
  ["exp", 2, kernels.expForward, Math.exp],
  ["log", 2, kernels.logForward, Math.log],
];

test.each(functions)("%s is within %d ulp over the whole range", (_, most, kernel, exact) => {
  let worst = { ulps: 0, x: 0 };
  overAll(() => {
    kernel(at, at + 4 * COUNT, COUNT);
    worst = worstOf(worst, exact);
  });

  expect(worst.ulps, `at ${worst.x}`).toBeLessThanOrEqual(most);
});

/** Below this, what a kernel writes counts as 0: see flush4. */
const SMALLEST = 2 ** -63;
/** Slopes of these are looked at up to here: beyond, PyTorch's formulas and these are 1, 0, or no number. */
const STEEPEST = 1e12;

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const below = (v: number): number => (v < 0 ? normalTail(-v) : 1 - normalTail(v));
const density = (v: number): number => Math.exp((-v * v) / 2) / Math.sqrt(2 * Math.PI);
const ROOT = 2 * Math.sqrt(2 / Math.PI);
const inner = (v: number): number => ROOT * (v + 0.044715 * v ** 3);

type Sloped = (x: number, y: number, slope: number, count: number) => void;
type Real = (x: number) => number;
/** Ulp of y, and how many 2^-24 the slope may be off. */
const sloped: readonly (readonly [string, number, number, Sloped, Real, Real])[] = [
  ["gelu", 5, 4, kernels.geluForward, (v) => v * below(v), (v) => below(v) + v * density(v)],
  [
    "gelu_tanh",
    90,
    4,
    kernels.geluTanhForward,
    (v) => v * sigmoid(inner(v)),
    (v) => sigmoid(inner(v)) * (1 + v * sigmoid(-inner(v)) * ROOT * (1 + 3 * 0.044715 * v * v)),
  ],
  [
    "silu",
    4,
    4,
    kernels.siluForward,
    (v) => v * sigmoid(v),
    (v) => sigmoid(v) * (1 + v * sigmoid(-v)),
  ],
  [
    "elu",
    1,
    1,
    kernels.eluForward,
    (v) => (v > 0 ? v : Math.expm1(v)),
    (v) => (v > 0 ? 1 : Math.exp(v)),
  ],
  [
    "softplus",
    4,
    2,
    (x, y, slope, count) => kernels.softplusForward(x, y, slope, 1, count, count),
    (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
    sigmoid,
  ],
  [
    "sigmoid",
    3,
    0,
    (x, y, _, count) => kernels.sigmoidForward(x, y, 1, count, count),
    sigmoid,
    () => 0,
  ],
];

test.each(sloped)(
  "%s is within %d ulp over the whole range, or 0, and its slope within %d 2^-24",
  (_, most, steepest, kernel, exact, exactSlope) => {
    let worst = { ulps: 0, x: 0 };
    let off = 0;
    slope.fill(0);
    overAll(() => {
      kernel(at, at + 4 * COUNT, at + 8 * COUNT, COUNT);
      worst = worstOf(worst, (v) => (Math.abs(exact(v)) < SMALLEST ? 0 : exact(v)));
      for (const [i, v] of x.entries()) {
        if (Math.abs(v) < STEEPEST) off = Math.max(off, Math.abs((slope[i] ?? 0) - exactSlope(v)));
      }
    });

    expect(worst.ulps, `at ${worst.x}`).toBeLessThanOrEqual(most);
    expect(off * 2 ** 24).toBeLessThanOrEqual(steepest);
  },
);

test("gelu in its tanh form is within 4 ulp from -1 on", () => {
  let worst = { ulps: 0, x: 0 };
  overAll(() => {
    for (let i = 0; i < COUNT; i++) if ((x[i] ?? 0) < -1) x[i] = 1;
    kernels.geluTanhForward(at, at + 4 * COUNT, at + 8 * COUNT, COUNT);
    worst = worstOf(worst, (v) => (Math.abs(v) < 2 * SMALLEST ? 0 : v * sigmoid(inner(v))));
  });

  expect(worst.ulps, `at ${worst.x}`).toBeLessThanOrEqual(4);
});

test.each([
  ["gelu", kernels.geluForward, [Infinity, Number.NaN, Number.NaN]],
  ["gelu_tanh", kernels.geluTanhForward, [Infinity, Number.NaN, Number.NaN]],
  ["silu", kernels.siluForward, [Infinity, Number.NaN, Number.NaN]],
  ["elu", kernels.eluForward, [Infinity, -1, Number.NaN]],
] as const)("%s of infinities and NaN is PyTorch's", (_, kernel, to) => {
  x.set([Infinity, -Infinity, Number.NaN]);
  kernel(at, at + 4 * COUNT, at + 8 * COUNT, 8);

  expect([...y.subarray(0, 3)]).toEqual(to);
});

/** Calls `look` with float32 of all sizes in `x`, until all are through. */
function overAll(look: () => void): void {
  for (let start = 0; start < 2 ** 32; start += COUNT * STRIDE) {
    for (let i = 0; i < COUNT; i++) bits[i] = start + i * STRIDE;
    look();
  }
}

type Worst = { readonly ulps: number; readonly x: number };

/** The larger one of the worst so far and the worst of what is in `y`. */
function worstOf(before: Worst, exact: (x: number) => number): Worst {
  let worst = before;
  for (let i = 0; i < COUNT; i++) {
    const from = x[i] ?? 0;
    const ulps = distance(y[i] ?? 0, exact(from));
    if (ulps > worst.ulps) worst = { ulps, x: from };
  }
  return worst;
}

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
