/** Row norms, smoothing, dropout, residual sums and flattening, at odd shapes, against plain formulas and in both modules. */
import { expect, test } from "vitest";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { drawValues, expectNear, inBoth, type Placed, type Values } from "./kernel-memory.ts";

const generator = new TorchGenerator(17);
const EPSILON = 1e-3;

/** Columns with and without pads, of an odd and an even number of pairs, and of fewer than one. */
const SHAPES: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 7],
  [3, 8],
  [5, 9],
  [17, 27],
  [32, 100],
  [33, 128],
  [4, 203],
];

test.each(SHAPES)("layer norm of %i x %i", (rows, n) => {
  const [x, dy] = [drawValues(generator, rows, n, { mean: 3 }), drawValues(generator, rows, n)];
  const [gain, shift] = [drawValues(generator, 1, n), drawValues(generator, 1, n)];
  const [y, dx, dgain, dshift] = inBoth((memory) => {
    const { kernels } = memory;
    const [from, back, g, b] = [x, dy, gain, shift].map((values) => memory.place(values));
    const [out, normal, dg, db] = [
      [rows, n],
      [rows, n],
      [1, n],
      [1, n],
    ].map(([i = 0, j = 0]) => memory.room(i, j));
    const scales = memory.room(1, rows).at;
    if (!(from && back && g && b && out && normal && dg && db)) return [];
    const { ld } = from;
    // biome-ignore format: as the kernel has them
    kernels.layerNorm(from.at, g.at, b.at, normal.at, out.at, scales, rows, n, ld, EPSILON);
    kernels.affineGradients(back.at, normal.at, dg.at, db.at, rows, n, ld);
    kernels.layerNormBackward(back.at, normal.at, scales, g.at, back.at, rows, n, ld);
    return [out, back, dg, db].map((placed) => memory.read(placed));
  });

  const plain = plainNorm({ x, dy, gain }, true);
  expectNear(
    y,
    plain.normal.map((value, i) => value * (gain.values[i % n] ?? 0) + (shift.values[i % n] ?? 0)),
    2e-6,
  );
  expectNear(dx, plain.dx, 1e-5);
  expectNear(dgain, plain.dgain, 2e-6);
  expectNear(dshift, columnSums(dy.values, n), 2e-6);
});

test.each(SHAPES)("RMS norm of %i x %i", (rows, n) => {
  const [x, dy] = [drawValues(generator, rows, n, { mean: 1 }), drawValues(generator, rows, n)];
  const gain = drawValues(generator, 1, n);
  const [y, dx, dgain] = inBoth((memory) => {
    const { kernels } = memory;
    const [from, back, g] = [x, dy, gain].map((values) => memory.place(values));
    const [out, normal, dg] = [
      [rows, n],
      [rows, n],
      [1, n],
    ].map(([i = 0, j = 0]) => memory.room(i, j));
    const scales = memory.room(1, rows).at;
    if (!(from && back && g && out && normal && dg)) return [];
    const { ld } = from;
    kernels.rmsNorm(from.at, g.at, normal.at, out.at, scales, rows, n, ld, EPSILON);
    kernels.affineGradients(back.at, normal.at, dg.at, 0, rows, n, ld);
    kernels.rmsNormBackward(back.at, normal.at, scales, g.at, back.at, rows, n, ld);
    return [out, back, dg].map((placed) => memory.read(placed));
  });

  const plain = plainNorm({ x, dy, gain }, false);
  expectNear(
    y,
    plain.normal.map((value, i) => value * (gain.values[i % n] ?? 0)),
    2e-6,
  );
  expectNear(dx, plain.dx, 2e-4); // of one column nearly everything cancels
  expectNear(dgain, plain.dgain, 2e-6);
});

test("a row with a number that is none is none as a whole, and the other rows are as they were", () => {
  const x = drawValues(generator, 3, 9);
  x.values[10] = Number.POSITIVE_INFINITY;
  const [y, r] = inBoth((memory) => {
    const [from, gain, shift] = [memory.place(x), memory.room(1, 9).at, memory.room(1, 9).at];
    const [normal, out, scales] = [memory.room(3, 9), memory.room(3, 9), memory.room(1, 3).at];
    const { layerNorm, rmsNorm } = memory.kernels;
    layerNorm(from.at, gain, shift, normal.at, out.at, scales, 3, 9, from.ld, EPSILON);
    const layer = memory.read(out);
    rmsNorm(from.at, gain, normal.at, out.at, scales, 3, 9, from.ld, EPSILON);
    return [layer, memory.read(out)];
  });

  expect([...(y ?? [])].map(Number.isNaN)).toEqual(isRow(1, 9));
  expect(Number.isNaN(r?.[10])).toBe(true);
  expect(r?.[0]).toBe(0);
});

test.each([0.1, 0.5, 1])("smoothing of %d is a mean over classes", (smoothing) => {
  const [B, V] = [5, 11];
  const logits = drawValues(generator, B, V, { scale: 5 });
  const targets = [3, 0, 10, 3, 7];
  const [total, gradient] = inBoth((memory) => {
    const [from, to] = [memory.place(logits), memory.room(B, V)];
    const sums = memory.room(1, 8).at;
    const at = memory.integers(targets);
    const { smoothedCrossEntropy } = memory.kernels;
    const loss = smoothedCrossEntropy(from.at, at, to.at, sums, B, V, from.ld, smoothing);
    return [Float32Array.of(loss), memory.read(to)];
  });

  let expected = 0;
  const slopes = targets.flatMap((target, b) => {
    const row = [...logits.values.subarray(b * V, (b + 1) * V)];
    const sum = row.reduce((s, logit) => s + Math.exp(logit), 0);
    const shares = row.map((_, j) => (j === target ? 1 - smoothing : 0) + smoothing / V);
    expected -= row.reduce((s, logit, j) => s + (shares[j] ?? 0) * (logit - Math.log(sum)), 0);
    return row.map((logit, j) => (Math.exp(logit) / sum - (shares[j] ?? 0)) / B);
  });
  expectNear(total, [expected]);
  expectNear(gradient, slopes);
});

test("smoothing of 0 leaves the loss that there is without", () => {
  const [B, V] = [19, 27];
  const logits = drawValues(generator, B, V, { scale: 9 });
  const targets = Array.from({ length: B }, () => generator.randint(V));
  const [plain, smoothed] = inBoth((memory) => {
    const [from, to] = [memory.place(logits), memory.room(B, V)];
    const [at, sums] = [memory.integers(targets), memory.room(1, 24).at];
    const { crossEntropy, smoothedCrossEntropy } = memory.kernels;
    const first = crossEntropy(from.at, at, to.at, sums, B, V, from.ld);
    const second = smoothedCrossEntropy(from.at, at, to.at, sums, B, V, from.ld, 0);
    return [Float32Array.of(first), Float32Array.of(second)];
  });

  expect(smoothed).toEqual(plain);
});

test.each(SHAPES)("sums, products, factors and bounds of %i x %i", (rows, n) => {
  const [a, b] = [drawValues(generator, rows, n), drawValues(generator, rows, n)];
  a.values[0] = 2 ** -40;
  b.values[0] = 2 ** -40;
  const results = inBoth((memory) => {
    const { add, clamp, multiply, scale } = memory.kernels;
    const [x, y, z] = [memory.place(a), memory.place(b), memory.room(rows, n)];
    const count = rows * x.ld;
    add(x.at, y.at, z.at, count);
    const sum = memory.read(z);
    multiply(x.at, y.at, y.at, count);
    scale(z.at, count, 0.25);
    clamp(x.at, count, 0.5);
    return [sum, ...[y, z, x].map((placed) => memory.read(placed))];
  });

  const each = (of: (a: number, b: number) => number): Float32Array =>
    a.values.map((value, i) => of(value, b.values[i] ?? 0));
  const product = each((p, q) => p * q);
  product[0] = 0;
  expect(results).toEqual([
    each((p, q) => p + q),
    product,
    each((p, q) => Math.fround(p + q) / 4),
    each((p) => Math.max(-0.5, Math.min(0.5, p))),
  ]);
});

test("what is no number stays so in sums, products, factors and bounds", () => {
  const x = {
    rows: 1,
    columns: 3,
    values: Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1),
  };
  const results = inBoth((memory) => {
    const { add, clamp, multiply, scale } = memory.kernels;
    const [a, b, c, d] = [x, x, x, x].map((values) => memory.place(values));
    if (!(a && b && c && d)) return [];
    add(a.at, d.at, a.at, a.ld);
    multiply(b.at, d.at, b.at, b.ld);
    scale(c.at, c.ld, 2);
    clamp(d.at, d.ld, 0.5);
    return [a, b, c, d].map((placed) => memory.read(placed));
  });

  expect(results.map((values) => [...values])).toEqual([
    [Number.NaN, Number.POSITIVE_INFINITY, 2],
    [Number.NaN, Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.POSITIVE_INFINITY, 2],
    [Number.NaN, 0.5, 0.5],
  ]);
});

test.each([
  [1, 1, 2],
  [4, 10, 2],
  [3, 24, 2],
  [2, 37, 4],
  [2, 128, 8],
])("%i rows of %i columns, side by side, come back", (rows, n, factor) => {
  const x = drawValues(generator, rows * factor, n);
  const [flat, back] = inBoth((memory) => {
    const from = memory.place(x);
    const [to, again]: readonly Placed[] = [
      memory.room(rows, n * factor),
      memory.room(rows * factor, n),
    ];
    if (to === undefined || again === undefined) return [];
    memory.kernels.flattenRows(from.at, to.at, rows, n, factor, from.ld, to.ld);
    memory.kernels.unflattenRows(to.at, again.at, rows, n, factor, from.ld, to.ld);
    return [memory.read(to), memory.read(again)];
  });

  expect(flat).toEqual(x.values);
  expect(back).toEqual(x.values);
});

type Given = { readonly x: Values; readonly dy: Values; readonly gain: Values };

/** A row norm and its gradients in doubles, row by row. */
function plainNorm({ x, dy, gain }: Given, isCentred: boolean) {
  const { rows, columns: n } = x;
  const normal: number[] = [];
  const dx: number[] = [];
  for (let i = 0; i < rows; i++) {
    const row = [...x.values.subarray(i * n, (i + 1) * n)];
    const mean = isCentred ? average(row) : 0;
    const scale = 1 / Math.sqrt(average(row.map((value) => (value - mean) ** 2)) + EPSILON);
    const h = row.map((value) => (value - mean) * scale);
    const d = row.map((_, j) => (dy.values[i * n + j] ?? 0) * (gain.values[j] ?? 0));
    const pull = average(d.map((value, j) => value * (h[j] ?? 0)));
    const middle = isCentred ? average(d) : 0;
    normal.push(...h);
    dx.push(...d.map((value, j) => scale * (value - middle - (h[j] ?? 0) * pull)));
  }
  const products = normal.map((value, i) => value * (dy.values[i] ?? 0));
  return { normal, dx, dgain: columnSums(products, n) };
}

function columnSums(values: ArrayLike<number>, n: number): number[] {
  const sums = Array.from({ length: n }, () => 0);
  for (let i = 0; i < values.length; i++) sums[i % n] = (sums[i % n] ?? 0) + (values[i] ?? 0);
  return sums;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of three rows of n values, which are in one of them. */
function isRow(row: number, n: number): boolean[] {
  return Array.from({ length: 3 * n }, (_, i) => Math.floor(i / n) === row);
}
