/** The first layer in both its forms: gathered embeddings, and products of each position's distinct tokens. */
import { expect, test } from "vitest";
import { isGrouped } from "../src/engines/simd/modules/token-linear.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { drawValues, expectNear, inBoth, type KernelMemory, type Values } from "./kernel-memory.ts";

const generator = new TorchGenerator(3);

/** B examples of T tokens of a vocabulary of V, E values an embedding, N units. */
type Shape = readonly [B: number, T: number, V: number, E: number, N: number];

const SHAPES: readonly Shape[] = [
  [1, 1, 1, 1, 1],
  [1, 3, 27, 10, 200],
  [2, 1, 65_536, 1, 8],
  [7, 2, 3, 5, 9],
  [19, 5, 4, 8, 33],
  [32, 3, 27, 10, 24],
  [33, 8, 40, 17, 71],
  [64, 1, 2, 3, 128],
];

test.each(SHAPES)("%i examples of %i tokens of %i, %i wide, into %i units", (...shape) => {
  const [B, T, V, E, N] = shape;
  const { tokens, table, weight, bias, dy } = draw(shape);
  const both = inBoth((memory) => {
    const { kernels } = memory;
    const at = memory.integers(tokens);
    const [c, w, b, g] = [table, weight, bias, dy].map((values) => memory.place(values));
    const [x, dx] = [memory.room(B, T * E), memory.room(B, T * E)];
    const results = [1, 2].map(() => ({
      ...{ y: memory.room(B, N), plain: memory.room(B, N) },
      ...{ dw: memory.room(T * E, N), dc: memory.room(V, E) },
    }));
    const [one, other] = results;
    if (!c || !w || !b || !g || !one || !other) return [];
    kernels.gather(c.at, at, x.at, B, T, E, c.ld, x.ld);
    kernels.gemm(x.at, w.at, b.at, one.y.at, B, T * E, N, x.ld, w.ld, w.ld);
    kernels.gemm(x.at, w.at, 0, one.plain.at, B, T * E, N, x.ld, w.ld, w.ld);
    kernels.gemmTransposedA(x.at, g.at, one.dw.at, T * E, B, N, x.ld, g.ld, w.ld);
    kernels.gemmTransposedB(g.at, w.at, dx.at, B, N, T * E, g.ld, w.ld, x.ld);
    kernels.scatterAdd(one.dc.at, at, dx.at, B, T, E, V, c.ld, x.ld);

    const groups = placeGroups(memory, shape);
    kernels.groupTokens(at, groups, B, T, w.ld);
    kernels.forwardTokens(c.at, w.at, 0, groups, other.plain.at, B, T, E, N, c.ld, w.ld);
    kernels.forwardTokens(c.at, w.at, b.at, groups, other.y.at, B, T, E, N, c.ld, w.ld);
    // biome-ignore format: as the kernel has them
    kernels.backwardTokens(g.at, w.at, other.dw.at, other.dc.at, groups, T, E, N, V, c.ld, w.ld);
    return results.flatMap(({ y, plain, dw, dc }) =>
      [y, plain, dw, dc].map((placed) => memory.read(placed)),
    );
  });
  const [y, plain, dw, dc] = both;

  expectNear(y, exactOutput(shape, { tokens, table, weight, bias, dy }));
  for (const [i, gathered] of [y, plain, dw, dc].entries()) {
    expectNear(both[4 + i], gathered ?? [], 2e-6);
  }
});

test("an example's output does not depend on those that share its batch", () => {
  const [B, T, V, E, N] = [40, 3, 27, 10, 50];
  const { tokens, table, weight, bias } = draw([B, T, V, E, N]);
  const outputOf = (from: number, rows: number) => {
    const [y] = inBoth((memory) => {
      const at = memory.integers(tokens.slice(from * T, (from + rows) * T));
      const [c, w, b] = [memory.place(table), memory.place(weight), memory.place(bias)];
      const out = memory.room(rows, N);
      const groups = placeGroups(memory, [rows, T, V, E, N]);
      memory.kernels.groupTokens(at, groups, rows, T, w.ld);
      // biome-ignore format: as the kernel has them
      memory.kernels.forwardTokens(c.at, w.at, b.at, groups, out.at, rows, T, E, N, c.ld, w.ld);
      return [memory.read(out)];
    });
    return y ?? new Float32Array();
  };

  const whole = outputOf(0, B);
  for (const [from, rows] of [
    [0, 1],
    [3, 20],
    [23, 17],
  ] as const) {
    expect(outputOf(from, rows)).toEqual(whole.subarray(from * N, (from + rows) * N));
  }
});

test("tokens are grouped afresh in each batch, whatever the room was used for", () => {
  const [B, T, V, E, N] = [6, 2, 5, 4, 8];
  const { tokens, table, weight, bias } = draw([B, T, V, E, N]);
  const [first, again] = inBoth((memory) => {
    const [at, other] = [memory.integers(tokens), memory.integers(tokens.map((t) => V - 1 - t))];
    const [c, w, b] = [memory.place(table), memory.place(weight), memory.place(bias)];
    const groups = placeGroups(memory, [B, T, V, E, N]);
    return [at, other, at]
      .map((which) => {
        const y = memory.room(B, N);
        memory.kernels.groupTokens(which, groups, B, T, w.ld);
        // biome-ignore format: as the kernel has them
        memory.kernels.forwardTokens(c.at, w.at, b.at, groups, y.at, B, T, E, N, c.ld, w.ld);
        return memory.read(y);
      })
      .filter((_, i) => i !== 1);
  });

  expect(again).toEqual(first);
});

test.each([
  ["the notebook's sizes", 3, 10, 27, 32, true],
  ["large batches", 8, 24, 27, 512, true],
  ["a large vocabulary", 3, 10, 65_536, 32, false],
  ["single examples", 3, 10, 27, 1, false],
  ["embeddings of one value", 3, 1, 27, 32, false],
  ["contexts so long that their products would not fit", 400, 10, 27, 32, false],
])(
  "whether tokens are grouped: %s",
  (_, context, embedding, vocabularySize, batchSize, expected) => {
    const rows = Math.max(batchSize, 256);
    expect(isGrouped({ context, embedding, vocabularySize, batchSize, rows })).toBe(expected);
  },
);

type Operands = {
  readonly tokens: readonly number[];
  readonly table: Values;
  readonly weight: Values;
  readonly bias: Values;
  readonly dy: Values;
};

function draw([B, T, V, E, N]: Shape): Operands {
  const tokens = Array.from({ length: B * T }, () => generator.randint(V));
  // The last token is always there: its row is the last of the table.
  tokens[0] = V - 1;
  return {
    tokens,
    table: drawValues(generator, V, E),
    weight: drawValues(generator, T * E, N),
    bias: drawValues(generator, 1, N),
    dy: drawValues(generator, B, N),
  };
}

/** Reserves what the kernels share, filled with what no batch left, and returns its address. */
function placeGroups(memory: KernelMemory, [B, T, V, E, N]: Shape): number {
  const most = T * Math.min(V, B);
  const matrices = [memory.room(most, E), memory.room(most, E), memory.room(most, N)];
  const lists = [V, most, T + 1, most + 1, B * T, B * T].map((length) =>
    memory.integers(Array.from({ length }, () => generator.randint(most))),
  );
  return memory.integers([...matrices.map(({ at }) => at), ...lists]);
}

function exactOutput([B, T, , E, N]: Shape, { tokens, table, weight, bias }: Operands): number[] {
  return Array.from({ length: B * N }, (_, at) => {
    const [b, j] = [Math.floor(at / N), at % N];
    let sum = bias.values[j] ?? 0;
    for (let t = 0; t < T; t++) {
      const token = tokens[b * T + t] ?? 0;
      for (let e = 0; e < E; e++) {
        sum += (table.values[token * E + e] ?? 0) * (weight.values[(t * E + e) * N + j] ?? 0);
      }
    }
    return sum;
  });
}
