/** What the self-test does with each kernel: shapes are odd, so that tiles, and what is left beside them, are computed. */
import type { Matrix } from "./layout.ts";
import type { GroupSizes } from "./modules/token-linear.ts";
import type { Kernels } from "./modules.ts";

/** What a case gets. */
export interface Bed {
  readonly kernels: Kernels;
  /** Draws a matrix of multiples of 2^-22 in [-2, 2). */
  draw(rows: number, columns: number): Matrix;
  /** Draws a matrix of any bits: numbers of every size, infinities and NaN. */
  drawBits(rows: number, columns: number): Matrix;
  /** Draws so many int32 below `limit`; returns their offset. */
  drawIndices(count: number, limit: number): number;
  /** Draws a matrix of numbers that differ little from each other, in [1, 1 + 2^-9). */
  drawEven(rows: number, columns: number): Matrix;
  /** Room of the first layer on distinct tokens; returns its offset. */
  openGroups(sizes: GroupSizes): number;
  /** A matrix of zeros. */
  room(rows: number, columns: number): Matrix;
  /** Takes the bits of results. */
  see(...results: readonly (Matrix | number)[]): void;
}

/** The kernels that cases are about, of several the first. */
export const CASE_NAMES = [
  "maddEach",
  "gemm",
  "gemmTransposedA",
  "gemmTransposedB",
  "tanhForward",
  "tanhBackward",
  "reluForward",
  "reluBackward",
  "expForward",
  "logForward",
  "batchMoments",
  "columnMoments",
  "columnSums",
  "crossEntropy",
  "update",
  "descendBlocks",
  "takeExamples",
  "forwardTokens",
] as const;

export type CaseName = (typeof CASE_NAMES)[number];

type Case = (bed: Bed) => void;

/** Rows, terms and columns of products: some are more than a block of the cache, or than what is copied at once. */
const PRODUCTS = [
  [13, 7, 31],
  [1, 3, 101],
  [66, 101, 22],
  [10, 401, 14],
  [5, 3, 38],
  [7, 5, 6],
  [6, 3, 6],
  [5, 3, 6],
  [2, 3, 15],
  [13, 40, 260],
] as const;

const [ROWS, COLUMNS] = [13, 37];
const EPSILON = 1e-5;

const maddEach: Case = (bed) => {
  const [a, b, c] = [bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS)];
  bed.kernels.maddEach(a.at, b.at, c.at, c.at, ROWS * a.ld);
  bed.see(c);
};

/** Cases of a kernel that maps consecutive floats: ordinary ones, and any bits. */
function map(name: "tanhForward" | "reluForward" | "expForward" | "logForward"): Case {
  return (bed) => {
    for (const x of [bed.draw(ROWS, COLUMNS), bed.drawBits(ROWS, COLUMNS)]) {
      const y = bed.room(ROWS, COLUMNS);
      bed.kernels[name](x.at, y.at, ROWS * x.ld);
      bed.see(y);
    }
  };
}

/** Cases of the gradient of one. */
function mapBack(name: "tanhBackward" | "reluBackward"): Case {
  return (bed) => {
    const [y, dy] = [bed.draw(ROWS, COLUMNS), bed.draw(ROWS, COLUMNS)];
    bed.kernels[name](y.at, dy.at, dy.at, ROWS * dy.ld);
    bed.see(dy);
  };
}

const gemm: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, bias] = [bed.draw(m, k), bed.draw(k, n), bed.draw(1, n)];
    const [c, d] = [bed.room(m, n), bed.room(m, n)];
    bed.kernels.gemm(a.at, b.at, bias.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.kernels.gemm(a.at, b.at, 0, d.at, m, k, n, a.ld, b.ld, d.ld);
    bed.see(c, d);
  }
};

const gemmTransposedA: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, c] = [bed.draw(k, m), bed.draw(k, n), bed.room(m, n)];
    bed.kernels.gemmTransposedA(a.at, b.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.see(c);
  }
};

const gemmTransposedB: Case = (bed) => {
  for (const [m, k, n] of PRODUCTS) {
    const [a, b, c] = [bed.draw(m, k), bed.draw(n, k), bed.room(m, n)];
    bed.kernels.gemmTransposedB(a.at, b.at, c.at, m, k, n, a.ld, b.ld, c.ld);
    bed.see(c);
  }
};

/** Moments of a batch, normalising by them, and its gradient, by both conventions of what is kept. */
const batchNorm: Case = (bed) => {
  const { kernels } = bed;
  for (const keepsVariance of [1, 0]) {
    const x = bed.draw(ROWS, COLUMNS);
    const vector = (): Matrix => bed.room(1, COLUMNS);
    const [mean, spread, divisor, slope] = [vector(), vector(), vector(), vector()];
    // biome-ignore format: as in the kernel
    kernels.batchMoments(
      x.at, mean.at, spread.at, divisor.at, slope.at, ROWS, COLUMNS, x.ld, EPSILON, keepsVariance);
    const [gamma, beta] = [bed.draw(1, COLUMNS), bed.draw(1, COLUMNS)];
    const [normal, y] = [bed.room(ROWS, COLUMNS), bed.room(ROWS, COLUMNS)];
    // biome-ignore format: as in the kernel
    kernels.normalise(
      x.at, mean.at, divisor.at, gamma.at, beta.at, normal.at, y.at, ROWS, COLUMNS, x.ld);
    const [dy, dgamma, dbeta] = [bed.draw(ROWS, COLUMNS), vector(), vector()];
    // biome-ignore format: as in the kernel
    kernels.normBackward(
      dy.at, normal.at, divisor.at, slope.at, gamma.at, dgamma.at, dbeta.at, dy.at, ROWS, COLUMNS, x.ld);
    bed.see(mean, spread, divisor, slope, normal, y, dy, dgamma, dbeta);
  }
};

/** Moments of whole columns, from the sums of two tiles, and running ones. */
const columnMoments: Case = (bed) => {
  const { kernels } = bed;
  const shift = bed.draw(1, COLUMNS);
  const sums = bed.room(4, COLUMNS);
  for (let tile = 0; tile < 2; tile++) {
    const x = bed.draw(ROWS, COLUMNS);
    kernels.columnMoments(x.at, shift.at, sums.at, ROWS, COLUMNS, x.ld);
  }
  const [mean, spread, divisor] = [
    bed.room(1, COLUMNS),
    bed.room(1, COLUMNS),
    bed.room(1, COLUMNS),
  ];
  kernels.finishMoments(sums.at, shift.at, mean.at, spread.at, 2 * ROWS, COLUMNS, mean.ld, 1);
  kernels.divisorOf(spread.at, divisor.at, COLUMNS, EPSILON, 1);
  kernels.foldRunning(shift.at, mean.at, 0.125, COLUMNS);
  bed.see(sums, mean, spread, divisor, shift);
};

const columnSums: Case = (bed) => {
  const [x, sums] = [bed.draw(ROWS, COLUMNS), bed.room(1, COLUMNS)];
  bed.kernels.columnSums(x.at, sums.at, ROWS, COLUMNS, x.ld);
  bed.see(sums);
};

const crossEntropy: Case = (bed) => {
  const [logits, gradient, sums] = [
    bed.draw(ROWS, COLUMNS),
    bed.room(ROWS, COLUMNS),
    bed.room(1, ROWS),
  ];
  const targets = bed.drawIndices(ROWS, COLUMNS);
  const { crossEntropy } = bed.kernels;
  bed.see(
    crossEntropy(logits.at, targets, gradient.at, sums.at, ROWS, COLUMNS, logits.ld),
    gradient,
  );
};

/** Of a parameter with decay and one of several blocks of sums without; of the first, spreads cancel in float32. */
const update: Case = (bed) => {
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
const descendBlocks: Case = (bed) => {
  const [p, g] = [bed.draw(83, COLUMNS), bed.draw(83, COLUMNS)];
  const [ratio, sums] = [bed.room(1, 1), bed.room(2, 32)];
  const { decay, descendBlocks, finishUpdate } = bed.kernels;
  const penalty = decay(p.at, g.at, p.rows, COLUMNS, p.ld, 0.01);
  descendBlocks(p.at, g.at, sums.at, p.rows * p.ld, 0.1);
  finishUpdate(p.at, g.at, ratio.at, sums.at, p.rows, COLUMNS, p.ld, 0.1);
  bed.see(penalty, p, g, sums, ratio);
};

const [TOKENS, EMBEDDING, LETTERS, EXAMPLES] = [3, 11, 27, 40];

/** The batch, and the embeddings of its tokens with their gradient. */
const takeExamples: Case = (bed) => {
  const { kernels } = bed;
  const rows = EXAMPLES * TOKENS;
  const [contexts, examples] = [
    bed.drawIndices(2 * rows, LETTERS),
    bed.drawIndices(ROWS, EXAMPLES),
  ];
  const [tokens, targets] = [bed.room(1, ROWS * TOKENS), bed.room(1, ROWS)];
  kernels.takeExamples(contexts, contexts, examples, tokens.at, targets.at, ROWS, TOKENS);
  const [table, dtable] = [bed.draw(LETTERS, EMBEDDING), bed.room(LETTERS, EMBEDDING)];
  const [x, dx] = [bed.room(ROWS, TOKENS * EMBEDDING), bed.draw(ROWS, TOKENS * EMBEDDING)];
  kernels.gather(table.at, tokens.at, x.at, ROWS, TOKENS, EMBEDDING, table.ld, x.ld);
  // biome-ignore format: as in the kernel
  kernels.scatterAdd(
    dtable.at, tokens.at, dx.at, ROWS, TOKENS, EMBEDDING, LETTERS, dtable.ld, dx.ld);
  bed.see(tokens, targets, x, dtable);
};

/** The first layer on distinct tokens, and its gradients. */
const forwardTokens: Case = (bed) => {
  const { kernels } = bed;
  const groups = bed.openGroups({
    context: TOKENS,
    embedding: EMBEDDING,
    vocabularySize: LETTERS,
    rows: EXAMPLES,
    units: COLUMNS,
  });
  const tokens = bed.drawIndices(EXAMPLES * TOKENS, LETTERS);
  const [table, dtable] = [bed.draw(LETTERS, EMBEDDING), bed.room(LETTERS, EMBEDDING)];
  const [w, dw] = [bed.draw(TOKENS * EMBEDDING, COLUMNS), bed.room(TOKENS * EMBEDDING, COLUMNS)];
  const [bias, y, dy] = [
    bed.draw(1, COLUMNS),
    bed.room(EXAMPLES, COLUMNS),
    bed.draw(EXAMPLES, COLUMNS),
  ];
  kernels.groupTokens(tokens, groups, EXAMPLES, TOKENS, w.ld);
  // biome-ignore format: as in the kernels
  kernels.forwardTokens(
    table.at, w.at, bias.at, groups, y.at, EXAMPLES, TOKENS, EMBEDDING, COLUMNS, table.ld, w.ld);
  // biome-ignore format: as in the kernels
  kernels.backwardTokens(
    dy.at, w.at, dw.at, dtable.at, groups, TOKENS, EMBEDDING, COLUMNS, LETTERS, table.ld, w.ld);
  bed.see(y, dw, dtable);
};

export const CASES: Readonly<Record<CaseName, Case>> = {
  maddEach,
  gemm,
  gemmTransposedA,
  gemmTransposedB,
  tanhForward: map("tanhForward"),
  tanhBackward: mapBack("tanhBackward"),
  reluForward: map("reluForward"),
  reluBackward: mapBack("reluBackward"),
  expForward: map("expForward"),
  logForward: map("logForward"),
  batchMoments: batchNorm,
  columnMoments,
  columnSums,
  crossEntropy,
  update,
  descendBlocks,
  takeExamples,
  forwardTokens,
};
