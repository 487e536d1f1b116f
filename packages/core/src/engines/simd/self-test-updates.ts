/** Cases of updates. */
import type { Matrix } from "./layout.ts";
import { type Bed, type Case, COLUMNS, ROWS } from "./self-test-bed.ts";

/** Of a parameter with decay and one of several blocks of sums without; of the first, spreads cancel in float32. */
export const update: Case = (bed) => {
  const [ratio, room] = [bed.room(1, 1), bed.room(1, 32)];
  for (const [rows, lambda] of [
    [ROWS, 0.01],
    [83, 0],
  ] as const) {
    const [p, g] = [
      bed.draw(rows, COLUMNS),
      lambda === 0 ? bed.draw(rows, COLUMNS) : bed.drawEven(rows, COLUMNS),
    ];
    const { update } = bed.kernels;
    bed.see(update(p.at, g.at, ratio.at, room.at, rows, COLUMNS, p.ld, 0.1, lambda), p, g, ratio);
  }
};

/** The same in the parts that several threads share. */
export const descendBlocks: Case = (bed) => {
  const [p, g] = [bed.draw(83, COLUMNS), bed.draw(83, COLUMNS)];
  const [ratio, sums] = [bed.room(1, 1), bed.room(2, 32)];
  const { decay, descendBlocks, finishUpdate } = bed.kernels;
  const penalty = decay(p.at, g.at, p.rows, COLUMNS, p.ld, 0.01);
  descendBlocks(p.at, g.at, sums.at, p.rows * p.ld, 0.1);
  finishUpdate(p.at, g.at, ratio.at, sums.at, p.rows, COLUMNS, p.ld, 0.1);
  bed.see(penalty, p, g, sums, ratio);
};

/** Rows of a parameter of one whole block and a part of one. */
const TALL = 29;

/** A parameter, its gradient, three states, room for sums, how many floats they have, and all of them in a row. */
function updateRoom(bed: Bed) {
  const drawn = () => bed.draw(TALL, COLUMNS);
  const [p, g, a, b, c] = [drawn(), drawn(), drawn(), drawn(), drawn()];
  const square = (x: Matrix): Matrix => {
    bed.kernels.multiply(x.at, x.at, x.at, count);
    return x;
  };
  const count = TALL * p.ld;
  const [sums, ratio] = [bed.room(4, 8), bed.room(1, 1)];
  const finish = (): void => {
    bed.kernels.finishUpdate(p.at, g.at, ratio.at, sums.at, TALL, COLUMNS, p.ld, 1);
    bed.see(p, g, a, b, c, sums, ratio);
  };
  return { p: p.at, g: g.at, a: a.at, b: b.at, s: square(c).at, sums: sums.at, count, finish };
}

/** With a buffer, and in the gradient's place. */
export const momentum: Case = (bed) => {
  for (const isInPlace of [false, true]) {
    const { p, g, a, sums, count, finish } = updateRoom(bed);
    const b = isInPlace ? g : a;
    bed.kernels.momentum(p, g, b, sums, count, 0.1, 0.9, 0.75, 0.9, 1, 0.01);
    finish();
  }
};

export const adam: Case = (bed) => {
  for (const [decay, shrink] of [
    [0.01, 0],
    [0, 0.001],
  ] as const) {
    const { p, g, a, s, sums, count, finish } = updateRoom(bed);
    bed.kernels.adam(p, g, a, s, sums, count, 0.9, 0.999, 0.01, 1.25, 1e-8, decay, shrink);
    finish();
  }
};

export const rmsprop: Case = (bed) => {
  for (const hasBuffer of [false, true]) {
    for (const isCentred of [false, true]) {
      const { p, g, a, b, s, sums, count, finish } = updateRoom(bed);
      const [buffer, mean] = [hasBuffer ? a : 0, isCentred ? b : 0];
      // A mean whose square is less than the mean square.
      bed.kernels.scale(b, count, 2 ** -8);
      bed.kernels.rmsprop(p, g, s, buffer, mean, sums, count, 0.1, 0.9, 1e-8, 0.01, 0.75);
      finish();
    }
  }
};

export const adagrad: Case = (bed) => {
  const { p, g, s, sums, count, finish } = updateRoom(bed);
  bed.kernels.adagrad(p, g, s, sums, count, 0.1, 1e-8, 0.01);
  finish();
};

export const lion: Case = (bed) => {
  const { p, g, a, sums, count, finish } = updateRoom(bed);
  bed.kernels.lion(p, g, a, sums, count, 0.1, 0.9, 0.99, 0.01);
  finish();
};

export const squares: Case = (bed) => {
  for (const columns of [COLUMNS, 8]) {
    const x = bed.draw(TALL, columns);
    bed.see(bed.kernels.squares(x.at, TALL * x.ld));
  }
};
