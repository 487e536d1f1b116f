/** An element of a product is one chain of fused multiply-adds: no tile, block, copy or module changes a bit of it. */
import { expect, test } from "vitest";
import { leadingDimension } from "../src/engines/simd/layout.ts";
import {
  type Arithmetic,
  compile,
  instantiate,
  readKernels,
  type Tiles,
} from "../src/engines/simd/wasm-modules.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";

/** Rows and columns of a matrix, and its values row by row. */
type Matrix = {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
};

const SMALLEST = 2 ** -63;
const GUARD = 12345;
const MEMORY_PAGES = 64;
const generator = new TorchGenerator(20);

const modules = (["fused", "soft"] as const).flatMap((arithmetic) =>
  (["wide", "narrow"] as const).map((tiles) => openModule(arithmetic, tiles)),
);

/** Every number of rows and of pairs of columns that tiles share out, then blocks of sums and of rows, and copies. */
const SHAPES: readonly (readonly [number, number, number])[] = [
  ...Array.from({ length: 20 }, (_, i) => [1 + i, 1 + generator.randint(12), 1 + 5 * i] as const),
  [32, 30, 200],
  [27, 10, 44],
  [3, 641, 17],
  [260, 324, 10],
  [7, 330, 300],
  [61, 97, 27],
  [700, 310, 3],
  [4, 12, 260],
];

test.each(SHAPES)("the bits of products of %i x %i x %i", (m, k, n) => {
  const [a, b, bias] = [draw(m, k), draw(k, n), draw(1, n)];
  const plain = chain(a, b, null);
  const started = chain(a, b, bias);
  const [aT, bT] = [transposed(a), transposed(b)];

  for (const { name, kernels, multiply } of modules) {
    const { gemm, gemmTransposedA, gemmTransposedB } = kernels;
    const results = {
      "A B + bias": multiply([a, b, bias], [m, n], ([x, y, z], c) =>
        gemm(x.at, y.at, z.at, c.at, m, k, n, x.ld, y.ld, c.ld),
      ),
      "A B": multiply([a, b, bias], [m, n], ([x, y], c) =>
        gemm(x.at, y.at, 0, c.at, m, k, n, x.ld, y.ld, c.ld),
      ),
      "A' B": multiply([aT, b, bias], [m, n], ([x, y], c) =>
        gemmTransposedA(x.at, y.at, c.at, m, k, n, x.ld, y.ld, c.ld),
      ),
      "A B'": multiply([a, bT, bias], [m, n], ([x, y], c) =>
        gemmTransposedB(x.at, y.at, c.at, m, k, n, x.ld, y.ld, c.ld),
      ),
    };
    for (const [form, values] of Object.entries(results)) {
      expect(
        firstDifference(values, form === "A B + bias" ? started : plain),
        `${form}, ${name}`,
      ).toBe("");
    }
  }
});

test("a product in parts is the whole product", () => {
  const [m, k, n] = [29, 40, 75];
  const [a, b] = [draw(m, k), draw(k, n)];
  for (const { kernels, multiply } of modules) {
    const whole = multiply([a, b, b], [m, n], ([x, y], c) =>
      kernels.gemm(x.at, y.at, 0, c.at, m, k, n, x.ld, y.ld, c.ld),
    );
    const parts = multiply([a, b, b], [m, n], ([x, y], c) => {
      for (const [row, rows] of [
        [0, 13],
        [13, 16],
      ] as const) {
        for (const [column, columns] of [
          [0, 40],
          [40, 35],
        ] as const) {
          kernels.gemm(
            x.at + 4 * row * x.ld,
            y.at + 4 * column,
            0,
            c.at + 4 * (row * c.ld + column),
            rows,
            k,
            columns,
            x.ld,
            y.ld,
            c.ld,
          );
        }
      }
    });
    expect(firstDifference(parts, whole)).toBe("");
  }
});

test("an instance that shares its memory takes room of its own", () => {
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
  const module = compile(readKernels("fused"));
  const first = instantiate(module, memory, "wide");
  const second = instantiate(module, memory, "wide");
  const bytes = first.roomBytes();
  second.useRoom(first.heapBase());
  const used = new Uint8Array(memory.buffer, first.heapBase(), bytes);
  const before = new Uint8Array(memory.buffer, 0, first.heapBase()).slice();
  const at = first.heapBase() + bytes;
  new Float32Array(memory.buffer, at, 20_000).fill(1);
  second.gemmTransposedB(at, at, at + 40_000, 16, 16, 16, 16, 16, 16);

  expect(bytes % 64).toBe(0);
  expect(used.some((byte) => byte !== 0)).toBe(true);
  expect(new Uint8Array(memory.buffer, 0, first.heapBase())).toEqual(before);
});

type Placed = { readonly at: number; readonly ld: number };

function openModule(arithmetic: Arithmetic, tiles: Tiles) {
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES });
  const kernels = instantiate(compile(readKernels(arithmetic)), memory, tiles);
  const floats = new Float32Array(memory.buffer);

  /** Places three operands and a result; returns the result's values, after a look at its pads and behind it. */
  const multiply = (
    operands: readonly [Matrix, Matrix, Matrix],
    [rows, columns]: readonly [number, number],
    call: (placed: readonly [Placed, Placed, Placed], c: Placed) => void,
  ): Float32Array => {
    let next = kernels.heapBase() / 4;
    floats.fill(0, next);
    const place = ({ rows, columns, values }: Matrix): Placed => {
      const ld = leadingDimension(columns);
      const at = next;
      next += 16 * Math.ceil((rows * ld) / 16);
      for (let i = 0; i < rows; i++) {
        floats.set(values.subarray(i * columns, (i + 1) * columns), at + i * ld);
      }
      return { at: 4 * at, ld };
    };
    const [x, y, z] = operands;
    const placed = [place(x), place(y), place(z)] as const;
    const c = place({ rows, columns, values: new Float32Array(rows * columns) });
    const end = c.at / 4 + rows * c.ld;
    floats.fill(GUARD, end, end + 64);
    call(placed, c);
    const result = new Float32Array(rows * columns);
    let pads = 0;
    for (let i = 0; i < rows; i++) {
      const row = floats.subarray(c.at / 4 + i * c.ld, c.at / 4 + (i + 1) * c.ld);
      result.set(row.subarray(0, columns), i * columns);
      pads += row.subarray(columns).filter((pad) => pad !== 0).length;
    }
    expect(pads, "pads").toBe(0);
    expect(floats.subarray(end, end + 64).every((value) => value === GUARD)).toBe(true);
    return result;
  };
  return { name: `${arithmetic}, ${tiles}`, kernels, multiply };
}

/** Values of many sizes, so that sums round, cancel and vanish. */
function draw(rows: number, columns: number): Matrix {
  const signed = generator.rand(rows * columns);
  const sizes = generator.rand(rows * columns);
  const values = signed.map((u, i) => {
    const size = sizes[i] ?? 0;
    return (2 * u - 1) * (size < 0.1 ? 2 ** -Math.floor(400 * size) : 1);
  });
  return { rows, columns, values };
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const result = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  return { rows: columns, columns: rows, values: result };
}

/** A B by its definition: the terms of every sum in order, each fused. */
function chain(a: Matrix, b: Matrix, bias: Matrix | null): Float32Array {
  const [k, n] = [a.columns, b.columns];
  return new Float32Array(a.rows * n).map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = bias?.values[j] ?? 0;
    for (let p = 0; p < k; p++) {
      sum = fusedMultiplyAdd(a.values[i * k + p] ?? 0, b.values[p * n + j] ?? 0, sum);
    }
    return Math.abs(sum) < SMALLEST ? 0 : sum;
  });
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** a b + c of finite float32, rounded once: the exact product, the sum rounded to odd, then to float32. */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const addend = sum - product;
  const lost = product - (sum - addend) + (c - addend);
  double[0] = sum;
  const low = words[0] ?? 0;
  if (lost === 0 || low % 2 === 1) return Math.fround(sum);
  if (sum < 0 === lost < 0) words[0] = low + 1;
  else if (low > 0) words[0] = low - 1;
  else words.set([0xffffffff, (words[1] ?? 0) - 1]);
  return Math.fround(double[0] ?? 0);
}

function firstDifference(values: Float32Array, expected: Float32Array): string {
  const at = values.findIndex((value, i) => value !== expected[i]);
  return at < 0 ? "" : `at ${at}: ${values[at]}, not ${expected[at]}`;
}
