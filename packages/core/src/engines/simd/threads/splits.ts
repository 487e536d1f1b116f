/** Which kernels fall into parts that several threads may do, and along what. */
import type { Kernels } from "../wasm-modules.ts";

/**
 * Kernels that return nothing: what one returns would have to be put together from its parts. What takes one number
 * or none sets up an instance.
 */
type SplitName = {
  [Name in keyof Kernels]: Kernels[Name] extends (setting: number) => unknown
    ? never
    : ReturnType<Kernels[Name]> extends void
      ? Name
      : never;
}[keyof Kernels];

/** A kernel whose elements depend on nothing that another part writes, so that parts leave the bits of the whole. */
export type Split = {
  readonly name: SplitName;
  /** The kernel's parameters, in their order. */
  readonly parameters: readonly string[];
  /** The work of a call is the product of these. */
  readonly work: readonly string[];
  /** Nanoseconds that a unit of work takes, about. */
  readonly unit: number;
  /** Ways to divide a call, the first of equally good ones is taken. */
  readonly ways: readonly Way[];
};

/** A way to divide: every part gets some of the parameter `count`. */
export type Way = {
  readonly count: string;
  /** Parts begin at multiples of it. */
  readonly grain: number;
  /** Operands that begin later in a later part, each with the floats from one of `count` to the next, or their parameter. */
  readonly moved: Readonly<Record<string, string | number>>;
};

/** Rows of a tile of a product. */
const TILE = 4;
/** Floats of a cache line: no two threads write to one. */
const LINE = 16;

/** Rows that A B' transposes into columns of one panel. */
const PANEL = 16;

/**
 * Columns of C first: what a thread needs of the weights, which are the larger operand, is then a part of them, and what
 * it needs of gradients is what it has written itself. Data that another core has changed are slow to come.
 */
const PRODUCTS: readonly Split[] = [
  {
    name: "gemm",
    parameters: ["a", "b", "bias", "c", "m", "k", "n", "lda", "ldb", "ldc"],
    work: ["m", "k", "n"],
    unit: 0.02,
    ways: [
      { count: "n", grain: LINE, moved: { b: 1, bias: 1, c: 1 } },
      { count: "m", grain: TILE, moved: { a: "lda", c: "ldc" } },
    ],
  },
  {
    name: "gemmTransposedA",
    parameters: ["a", "b", "c", "m", "k", "n", "lda", "ldb", "ldc"],
    work: ["m", "k", "n"],
    unit: 0.02,
    ways: [
      { count: "n", grain: LINE, moved: { b: 1, c: 1 } },
      { count: "m", grain: LINE, moved: { a: 1, c: "ldc" } },
    ],
  },
  {
    name: "gemmTransposedB",
    parameters: ["a", "b", "c", "m", "k", "n", "lda", "ldb", "ldc"],
    work: ["m", "k", "n"],
    unit: 0.02,
    ways: [
      { count: "n", grain: LINE, moved: { b: "ldb", c: 1 } },
      { count: "m", grain: PANEL, moved: { a: "lda", c: "ldc" } },
    ],
  },
];

/** Kernels over consecutive floats. */
const FLAT: readonly Split[] = [
  flat("tanhForward", ["x", "y"], 0.3),
  flat("tanhBackward", ["y", "dy", "dx"], 0.1),
  flat("reluForward", ["x", "y"], 0.05),
  flat("reluBackward", ["y", "dy", "dx"], 0.1),
  flat("geluForward", ["x", "y", "slope"], 0.8),
  flat("geluTanhForward", ["x", "y", "slope"], 0.8),
  flat("siluForward", ["x", "y", "slope"], 0.6),
  flat("eluForward", ["x", "y", "slope"], 0.4),
  flat("leakyReluForward", ["x", "y"], 0.08, ["slope"]),
  flat("leakyReluBackward", ["x", "dy", "dx"], 0.1, ["slope"]),
  flat("sigmoidBackward", ["y", "dy", "dx"], 0.1),
  flat("add", ["a", "b", "c"], 0.07),
  flat("multiply", ["a", "b", "c"], 0.07),
];

/** Operands that are the same for every row, and those that have one number for each. */
const OF_ALL_ROWS: readonly string[] = ["gain", "shift"];
const OF_A_ROW: readonly string[] = ["scales"];

/** Kernels that go along rows. */
const BY_ROW: readonly Split[] = [
  byRow("sigmoidForward", ["x", "y"], 0.5),
  byRow("softplusForward", ["x", "y", "slope"], 0.8),
  byRow("layerNorm", ["x", "gain", "shift", "normal", "y", "scales"], 0.4, ["epsilon"]),
  byRow("layerNormBackward", ["dy", "normal", "scales", "gain", "dx"], 0.25),
  byRow("rmsNorm", ["x", "gain", "normal", "y", "scales"], 0.3, ["epsilon"]),
  byRow("rmsNormBackward", ["dy", "normal", "scales", "gain", "dx"], 0.22),
];

/** Kernels that sum down columns; vectors and matrices alike move on by columns. */
const BY_COLUMN: readonly Split[] = [
  byColumn("columnSums", ["x", "sums"], [], 0.05),
  byColumn(
    "batchMoments",
    ["x", "mean", "spread", "divisor", "slope"],
    ["epsilon", "keepsVariance"],
    0.1,
  ),
  byColumn("normalise", ["x", "mean", "divisor", "gamma", "beta", "normal", "y"], [], 0.13),
  byColumn(
    "normBackward",
    ["dy", "normal", "divisor", "slope", "gamma", "dgamma", "dbeta", "dx"],
    [],
    0.2,
  ),
  byColumn("affineGradients", ["dy", "normal", "dgain", "dshift"], [], 0.06),
];

/** Floats that a block of an update leaves its sums in. */
export const UPDATE_SUMS = 8;

/** Optimisers: what they read and write, what they are told, and the nanoseconds for each float. */
const UPDATES: readonly (readonly [SplitName, readonly string[], readonly string[], number])[] = [
  ["descendBlocks", ["p", "g"], ["lr"], 0.09],
  ["momentum", ["p", "g", "b"], ["lr", "keep", "share", "ahead", "direct", "decay"], 0.2],
  [
    "adam",
    ["p", "g", "m", "v"],
    ["beta1", "beta2", "step", "rootScale", "epsilon", "decay", "shrink"],
    0.4,
  ],
  ["rmsprop", ["p", "g", "s", "b", "a"], ["lr", "alpha", "epsilon", "decay", "momentum"], 0.4],
  ["adagrad", ["p", "g", "s"], ["rate", "epsilon", "decay"], 0.4],
  ["lion", ["p", "g", "m"], ["lr", "beta1", "beta2", "shrink"], 0.2],
];

/** @param block - floats of a block */
function updatesIn(block: number): readonly Split[] {
  return UPDATES.map(([name, operands, settings, unit]) => {
    const moved = Object.fromEntries(operands.map((operand) => [operand, 1]));
    const way = { count: "count", grain: block, moved: { ...moved, sums: UPDATE_SUMS / block } };
    const parameters = [...operands, "sums", "count", ...settings];
    return { name, parameters, work: ["count"], unit, ways: [way] };
  });
}

/** Returns all kernels that fall into parts. */
export function splitsOf({ updateBlock }: Pick<Kernels, "updateBlock">): readonly Split[] {
  return [...PRODUCTS, ...FLAT, ...BY_ROW, ...BY_COLUMN, ...updatesIn(updateBlock())];
}

function flat(
  name: SplitName,
  operands: readonly string[],
  unit: number,
  settings: readonly string[] = [],
): Split {
  const parameters = [...operands, "count", ...settings];
  return { name, parameters, work: ["count"], unit, ways: [along("count", operands)] };
}

function byColumn(
  name: SplitName,
  operands: readonly string[],
  settings: readonly string[],
  unit: number,
): Split {
  const parameters = [...operands, "rows", "n", "ld", ...settings];
  return { name, parameters, work: ["rows", "n"], unit, ways: [along("n", operands)] };
}

function byRow(
  name: SplitName,
  operands: readonly string[],
  unit: number,
  settings: readonly string[] = [],
): Split {
  const parameters = [...operands, "rows", "n", "ld", ...settings];
  const moved = operands
    .filter((operand) => !OF_ALL_ROWS.includes(operand))
    .map((operand) => [operand, OF_A_ROW.includes(operand) ? 1 : "ld"] as const);
  const way = { count: "rows", grain: LINE, moved: Object.fromEntries(moved) };
  return { name, parameters, work: ["rows", "n"], unit, ways: [way] };
}

function along(count: string, operands: readonly string[]): Way {
  return { count, grain: LINE, moved: Object.fromEntries(operands.map((name) => [name, 1])) };
}
