/** The matrix kernels against plain double precision, over shapes drawn with a fixed seed. */
import { expect, test } from "vitest";
import { instantiateKernels } from "../src/engines/simd/kernels.ts";
import { leadingDimension } from "../src/engines/simd/layout.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";

type Matrix = {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly ld: number;
};

const GUARD = 12345;
const memory = new WebAssembly.Memory({ initial: 64 });
const kernels = instantiateKernels(memory);
const floats = new Float32Array(memory.buffer);
const generator = new TorchGenerator(2147483647);
const EDGES = [1, 2, 3, 4, 5, 7, 8, 27, 28, 101];
let next = 0;

const shapes = [
  ...EDGES.map((edge): [number, number, number] => [edge, size(), size()]),
  ...EDGES.map((edge): [number, number, number] => [size(), edge, size()]),
  ...EDGES.map((edge): [number, number, number] => [size(), size(), edge]),
  ...Array.from({ length: 30 }, (): [number, number, number] => [size(), size(), size()]),
];

test.each(shapes)("products of %i x %i x %i", (m, k, n) => {
  clear();
  const a = draw(m, k);
  const b = draw(k, n);
  const bias = draw(1, n);
  const aT = transposed(a);
  const bT = transposed(b);
  const c = [reserve(m, n), reserve(m, n), reserve(m, n), reserve(m, n)] as const;
  kernels.gemm(a.at, b.at, bias.at, c[0].at, m, k, n, a.ld, b.ld, c[0].ld);
  kernels.gemm(a.at, b.at, 0, c[1].at, m, k, n, a.ld, b.ld, c[1].ld);
  kernels.gemmTransposedA(aT.at, b.at, c[2].at, m, k, n, aT.ld, b.ld, c[2].ld);
  kernels.gemmTransposedB(a.at, bT.at, c[3].at, m, k, n, a.ld, bT.ld, c[3].ld);

  for (const [which, matrix] of c.entries()) {
    let worst = 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = which === 0 ? get(bias, 0, j) : 0;
        let bound = Math.abs(sum);
        for (let p = 0; p < k; p++) {
          const term = get(a, i, p) * get(b, p, j);
          sum += term;
          bound += Math.abs(term);
        }
        // The bound of any order of summation: k + 1 roundings.
        worst = Math.max(worst, Math.abs(get(matrix, i, j) - sum) / (bound * (k + 1) * 2 ** -24));
      }
    }
    expect(worst, `form ${which}`).toBeLessThanOrEqual(1);
    expectPadsAndGuard(matrix);
  }
});

test.each([2, 5, 27, 64])("cross-entropy over %i classes", (V) => {
  for (const [B, scale] of [
    [1, 1],
    [17, 30],
    [32, 1e4],
    [5, 0],
  ] as const) {
    clear();
    const logits = draw(B, V, scale);
    const gradient = reserve(B, V);
    const sums = reserve(1, B + 3);
    const targetsAt = reserve(1, B).at;
    const targets = Array.from({ length: B }, () => generator.randint(V));
    new Int32Array(memory.buffer, targetsAt, B).set(targets);
    const total = kernels.crossEntropy(logits.at, targetsAt, gradient.at, sums.at, B, V, logits.ld);

    let exact = 0;
    for (const [b, target] of targets.entries()) {
      const row = Array.from({ length: V }, (_, j) => get(logits, b, j));
      const largest = Math.max(...row);
      const sum = row.reduce((s, logit) => s + Math.exp(logit - largest), 0);
      exact += Math.log(sum) + largest - (row[target] ?? 0);
      for (let j = 0; j < V; j++) {
        const p = Math.exp((row[j] ?? 0) - largest) / sum;
        const g = get(gradient, b, j);
        expect(Math.abs(g - (p - (j === target ? 1 : 0)) / B)).toBeLessThan(1e-6 / B);
        expect(g === 0 || Math.abs(g) >= 2 ** -126).toBe(true);
      }
    }
    expect(Math.abs(total - exact)).toBeLessThan(1e-6 * (B + Math.abs(exact)));
    expectPadsAndGuard(gradient);
  }
});

test.each([
  ["ordinary", 0, 1, 1e-6],
  ["a large mean and a small spread", 1000, 0.01, 1e-4],
  ["huge", 0, 1e25, 1e-6],
  ["tiny", 0, 1e-17, 1e-6],
])("the ratio of values that are %s", (_, mean, scale, tolerance) => {
  for (const [rows, n] of [
    [30, 200],
    [1, 7],
    [101, 3],
    [2, 1],
  ] as const) {
    clear();
    const p = draw(rows, n, scale, mean);
    const g = draw(rows, n, scale, mean);
    const before = values(p);
    const at = reserve(1, 1).at;
    expect(kernels.update(p.at, g.at, at, room(), rows, n, p.ld, 0.1, 0)).toBe(0);

    const exact = (0.1 * deviation(values(g))) / deviation(values(p));
    expect(Math.abs((floats[at / 4] ?? 0) / exact - 1)).toBeLessThan(tolerance);
    for (const [i, value] of values(p).entries()) {
      const expected = (before[i] ?? 0) - 0.1 * (values(g)[i] ?? 0);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * (Math.abs(mean) + scale) + 2 ** -63);
    }
    expectPadsAndGuard(p);
  }
});

test("a constant tensor has no spread, a single element has none to tell", () => {
  clear();
  const p = fill(reserve(9, 7), 0.1);
  const g = fill(reserve(9, 7), 0.3);
  const at = reserve(1, 1).at;
  kernels.update(p.at, g.at, at, room(), 9, 7, p.ld, 0.1, 0);
  expect(floats[at / 4]).toBeNaN();
  const spread = draw(9, 7);
  kernels.update(spread.at, g.at, at, room(), 9, 7, p.ld, 0.1, 0);
  expect(floats[at / 4]).toBe(0);
  kernels.update(spread.at, g.at, at, room(), 1, 1, 8, 0.1, 0);
  expect(floats[at / 4]).toBeNaN();
});

test("weight decay is 2 lambda p / size of the gradient and lambda mean(p^2) of the loss", () => {
  clear();
  const p = draw(30, 27);
  const before = values(p);
  const g = fill(reserve(30, 27), 0);
  const share = kernels.update(p.at, g.at, reserve(1, 1).at, room(), 30, 27, p.ld, 10, 0.5);

  expect(share).toBeCloseTo((0.5 * before.reduce((s, v) => s + v * v, 0)) / 810, 6);
  for (const [i, value] of values(p).entries()) {
    expect(value).toBeCloseTo((before[i] ?? 0) * (1 - (10 * 2 * 0.5) / 810), 6);
  }
});

function size(): number {
  return 1 + generator.randint(70);
}

/** Starts a new layout; everything not reserved holds the guard. */
function clear(): void {
  next = kernels.heapBase() / 4;
  floats.fill(GUARD, next);
}

function reserve(rows: number, columns: number): Matrix {
  const ld = leadingDimension(columns);
  const at = next * 4;
  next += Math.ceil((rows * ld + 8) / 16) * 16;
  return fill({ at, rows, columns, ld }, 0);
}

/** What `update` sums up in. */
function room(): number {
  return reserve(1, 32).at;
}

function fill(matrix: Matrix, value: number): Matrix {
  floats.fill(0, matrix.at / 4, matrix.at / 4 + matrix.rows * matrix.ld);
  for (let i = 0; i < matrix.rows; i++) {
    const row = matrix.at / 4 + i * matrix.ld;
    floats.fill(value, row, row + matrix.columns);
  }
  return matrix;
}

function draw(rows: number, columns: number, scale = 1, mean = 0): Matrix {
  const matrix = reserve(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (const [j, u] of [...generator.rand(columns)].entries())
      set(matrix, i, j, mean + scale * (2 * u - 1));
  }
  return matrix;
}

function transposed(matrix: Matrix): Matrix {
  const result = reserve(matrix.columns, matrix.rows);
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.columns; j++) set(result, j, i, get(matrix, i, j));
  }
  return result;
}

function get({ at, ld }: Matrix, i: number, j: number): number {
  return floats[at / 4 + i * ld + j] ?? Number.NaN;
}

function set({ at, ld }: Matrix, i: number, j: number, value: number): void {
  floats[at / 4 + i * ld + j] = value;
}

function values(matrix: Matrix): number[] {
  return Array.from({ length: matrix.rows * matrix.columns }, (_, i) =>
    get(matrix, Math.floor(i / matrix.columns), i % matrix.columns),
  );
}

function deviation(list: readonly number[]): number {
  const mean = list.reduce((s, v) => s + v, 0) / list.length;
  return Math.sqrt(list.reduce((s, v) => s + (v - mean) ** 2, 0) / (list.length - 1));
}

function expectPadsAndGuard({ at, rows, columns, ld }: Matrix): void {
  const pads = Array.from({ length: rows }, (_, i) => [
    ...floats.subarray(at / 4 + i * ld + columns, at / 4 + (i + 1) * ld),
  ]).flat();
  expect(pads.every((pad) => pad === 0)).toBe(true);
  expect([...floats.subarray(at / 4 + rows * ld, at / 4 + rows * ld + 8)]).toEqual(
    Array(8).fill(GUARD),
  );
}
