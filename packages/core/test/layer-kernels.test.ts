/** What lies between the products, at odd shapes, against plain formulas in doubles and in both modules. */
import { expect, test } from "vitest";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { drawValues, expectNear, inBoth, type Values } from "./kernel-memory.ts";

const SMALLEST = 2 ** -63;
const generator = new TorchGenerator(11);

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
/** Of moments: a column of one row has no variance. */
const TALL = SHAPES.filter(([rows]) => rows > 1);

test.each(SHAPES)("nonlinearities and their gradients of %i x %i", (rows, n) => {
  const x = drawValues(generator, rows, n, { scale: 4 });
  const dy = drawValues(generator, rows, n, { scale: 3 * SMALLEST });
  const [tanh, dtanh, relu, drelu] = inBoth((memory) => {
    const { kernels } = memory;
    const [from, gradient] = [memory.place(x), memory.place(dy)];
    const count = rows * from.ld;
    const [a, b, c, d] = [1, 2, 3, 4].map(() => memory.room(rows, n));
    if (a === undefined || b === undefined || c === undefined || d === undefined) return [];
    kernels.tanhForward(from.at, a.at, count);
    kernels.tanhBackward(a.at, gradient.at, b.at, count);
    kernels.reluForward(from.at, c.at, count);
    kernels.reluBackward(c.at, gradient.at, d.at, count);
    return [a, b, c, d].map((placed) => memory.read(placed));
  });

  expectNear(tanh, x.values.map(Math.tanh), 3e-7);
  const slope = dy.values.map((g, i) => flushed(g * (1 - (tanh?.[i] ?? 0) ** 2)));
  for (const [i, value] of (dtanh ?? []).entries()) {
    expect(Math.abs(value - (slope[i] ?? 0))).toBeLessThan(1.01 * SMALLEST);
    expect(value === 0 || Math.abs(value) >= SMALLEST).toBe(true);
  }
  expect(relu).toEqual(x.values.map((value) => Math.max(value, 0)));
  expect(drelu).toEqual(dy.values.map((g, i) => ((x.values[i] ?? 0) > 0 ? g : 0)));
});

test.each(SHAPES)("sums of the columns of %i x %i", (rows, n) => {
  const x = drawValues(generator, rows, n);
  const [sums] = inBoth((memory) => {
    const [from, to] = [memory.place(x), memory.room(1, n)];
    memory.kernels.columnSums(from.at, to.at, rows, n, from.ld);
    return [memory.read(to)];
  });

  expectNear(
    sums,
    columnsOf(x).map((column) => sum(column)),
  );
});

test.each(TALL.flatMap(([rows, n]) => [[rows, n, true] as const, [rows, n, false] as const]))(
  "batch norm of %i x %i, by variance: %s",
  (rows, n, keepsVariance) => {
    const epsilon = keepsVariance ? 1e-5 : 1e-3;
    const x = drawValues(generator, rows, n, { mean: 0.5 });
    const dy = drawValues(generator, rows, n);
    const gamma = drawValues(generator, 1, n);
    const beta = drawValues(generator, 1, n);
    const keeps = keepsVariance ? 1 : 0;
    const [mean, spread, again, y, dgamma, dbeta, dx] = inBoth((memory) => {
      const { kernels } = memory;
      const [from, gradient] = [memory.place(x), memory.place(dy)];
      const [g, b] = [memory.place(gamma), memory.place(beta)];
      const vector = () => memory.room(1, n).at;
      const [m, s, d, slope] = [memory.room(1, n), memory.room(1, n), vector(), vector()];
      const [dg, db, other] = [memory.room(1, n), memory.room(1, n), vector()];
      const [normal, out, back] = [1, 2, 3].map(() => memory.room(rows, n));
      if (normal === undefined || out === undefined || back === undefined) return [];
      kernels.batchMoments(from.at, m.at, s.at, d, slope, rows, n, from.ld, epsilon, keeps);
      kernels.divisorOf(s.at, other, n, epsilon, keeps);
      kernels.normalise(from.at, m.at, other, g.at, b.at, normal.at, back.at, rows, n, from.ld);
      const held = memory.read(back);
      kernels.normalise(from.at, m.at, d, g.at, b.at, normal.at, out.at, rows, n, from.ld);
      // biome-ignore format: as the kernel has them
      kernels.normBackward(gradient.at, normal.at, d, slope, g.at, dg.at, db.at, back.at, rows, n, from.ld);
      return [
        memory.read(m),
        memory.read(s),
        held,
        ...[out, dg, db, back].map((p) => memory.read(p)),
      ];
    });

    const plain = columnsOf(x).map((column, j) => {
      const mu = sum(column) / rows;
      const variance = sum(column.map((value) => (value - mu) ** 2)) / (rows - 1);
      const std = Math.sqrt(variance);
      const divisor = keepsVariance ? Math.sqrt(variance + epsilon) : std + epsilon;
      const normal = column.map((value) => (value - mu) / divisor);
      const slope = columnsOf(dy)[j] ?? [];
      const [scale, shift] = [gamma.values[j] ?? 0, beta.values[j] ?? 0];
      const product = sum(slope.map((value, i) => value * (normal[i] ?? 0)));
      const pull = (product / (rows - 1)) * (keepsVariance ? 1 : divisor / std);
      return {
        ...{ mu, spread: keepsVariance ? variance : std, product, total: sum(slope) },
        y: normal.map((value) => scale * value + shift),
        dx: slope.map(
          (value, i) => (scale * (value - sum(slope) / rows - (normal[i] ?? 0) * pull)) / divisor,
        ),
      };
    });
    expectNear(
      mean,
      plain.map(({ mu }) => mu),
    );
    expectNear(
      spread,
      plain.map((column) => column.spread),
    );
    expectNear(y, rowsOf(plain.map((column) => column.y)), 2e-6);
    expect(again).toEqual(y);
    expectNear(
      dgamma,
      plain.map(({ product }) => product),
      2e-6,
    );
    expectNear(
      dbeta,
      plain.map(({ total }) => total),
    );
    expectNear(dx, rowsOf(plain.map((column) => column.dx)), 2e-5); // of two rows nearly everything cancels
  },
);

test.each(TALL)("moments of whole columns, tile by tile, of %i x %i", (rows, n) => {
  const x = drawValues(generator, rows, n, { mean: 100, scale: 0.1 });
  const shift = drawValues(generator, 1, n, { mean: 100 });
  const momentum = 0.25;
  const [mean, variance, std, running] = inBoth((memory) => {
    const { kernels } = memory;
    const [from, origin] = [memory.place(x), memory.place(shift)];
    const sums = memory.room(1, 4 * from.ld).at;
    const [m, v, s] = [memory.room(1, n), memory.room(1, n), memory.room(1, n)];
    const top = rows >> 1;
    kernels.columnMoments(from.at, origin.at, sums, top, n, from.ld);
    const rest = from.at + 4 * top * from.ld;
    kernels.columnMoments(rest, origin.at, sums, rows - top, n, from.ld);
    kernels.finishMoments(sums, origin.at, m.at, v.at, rows, n, from.ld, 1);
    kernels.finishMoments(sums, origin.at, m.at, s.at, rows, n, from.ld, 0);
    kernels.foldRunning(origin.at, m.at, momentum, n);
    return [m, v, s, origin].map((placed) => memory.read(placed));
  });

  const means = columnsOf(x).map((column) => sum(column) / rows);
  const variances = columnsOf(x).map(
    (column, j) => sum(column.map((value) => (value - (means[j] ?? 0)) ** 2)) / (rows - 1),
  );
  expectNear(mean, means);
  expectNear(variance, variances);
  expectNear(std, variances.map(Math.sqrt));
  expectNear(
    running,
    means.map((mu, j) => (1 - momentum) * (shift.values[j] ?? 0) + momentum * mu),
  );
});

test.each([1, 2, 8, 27, 28, 64, 301])("cross-entropy over %i classes in both modules", (V) => {
  const logits = drawValues(generator, 19, V, { scale: 60 });
  const targets = Array.from({ length: 19 }, () => generator.randint(V));
  const [gradient, total] = inBoth((memory) => {
    const [from, to] = [memory.place(logits), memory.room(19, V)];
    const sums = memory.room(1, 24).at;
    const at = memory.integers(targets);
    const sum = memory.kernels.crossEntropy(from.at, at, to.at, sums, 19, V, from.ld);
    return [memory.read(to), Float32Array.of(sum)];
  });

  expect(Math.abs(sum([...(gradient ?? [])]))).toBeLessThan(1e-6);
  expect(total?.[0]).toBeGreaterThanOrEqual(0);
});

test.each(SHAPES)("an update of %i x %i with weight decay in both modules", (rows, n) => {
  const [p, g] = [drawValues(generator, rows, n), drawValues(generator, rows, n)];
  const [after] = inBoth((memory) => {
    const [value, gradient] = [memory.place(p), memory.place(g)];
    const [ratio, room] = [memory.room(1, 1), memory.room(1, 32).at];
    const { update } = memory.kernels;
    update(value.at, gradient.at, ratio.at, room, rows, n, value.ld, 0.1, 0.5);
    return [memory.read(value), memory.read(gradient), memory.read(ratio)];
  });

  const decay = (2 * 0.5) / (rows * n);
  expectNear(
    after,
    p.values.map((value, i) => value - 0.1 * ((g.values[i] ?? 0) + decay * value)),
  );
});

function flushed(value: number): number {
  return Math.abs(value) < SMALLEST ? 0 : value;
}

function columnsOf({ rows, columns, values }: Values): number[][] {
  return Array.from({ length: columns }, (_, j) =>
    Array.from({ length: rows }, (_, i) => values[i * columns + j] ?? 0),
  );
}

/** The reverse: columns as one list, row by row. */
function rowsOf(columns: readonly (readonly number[])[]): number[] {
  const rows = columns[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, i) => columns.map((column) => column[i] ?? 0)).flat();
}

function sum(list: readonly number[]): number {
  return list.reduce((total, value) => total + value, 0);
}
