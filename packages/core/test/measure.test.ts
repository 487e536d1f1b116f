/** Moments of a whole split, for evaluations. */
import { expect, test } from "vitest";
import { Arena, growTo, writeTensor } from "../src/engines/simd/layout.ts";
import { measureMoments } from "../src/engines/simd/measure.ts";
import { forward, makeNetwork, type Network } from "../src/engines/simd/network.ts";
import { openKernels } from "../src/engines/simd/threads/open-kernels.ts";
import type { ModelSpec } from "../src/index.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import {
  batch,
  batchStd,
  flatten,
  layer,
  linear,
  listModel,
  output,
  residual,
  tanh,
} from "./lists.ts";

const TILE = 16;
const LETTERS = 27;

const deep = listModel(
  [
    ...[
      flatten(2),
      linear(9, false),
      batch,
      tanh,
      flatten(2),
      residual(batchStd, linear(18), tanh),
    ],
    ...[
      residual(layer, linear(18), batch, residual(tanh, batchStd)),
      batch,
      flatten(2),
      output,
      batch,
    ],
  ],
  { context: 8 },
);

/** A network of random values over contexts of three tiles. */
function open(model: ModelSpec): {
  readonly network: Network;
  readonly floats: Float32Array;
  readonly bring: (tile: number, examples: number) => void;
} {
  const { kernels, memory, firstByte } = openKernels(1, 0);
  const arena = new Arena(firstByte);
  const writes: ((memory: ArrayBufferLike) => void)[] = [];
  const network = makeNetwork({
    ...{ kernels, memory, arena, examples: TILE, masks: undefined, model },
    ...{ train: { batchSize: TILE, l2: 0 }, vocabularySize: LETTERS, ratios: arena.reserve(400) },
    whenOpen: (write) => writes.push(write),
  });
  growTo(memory, arena.byteLength);
  for (const write of writes) write(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  const generator = new TorchGenerator(3);
  for (const { parameter, value } of network.slots) {
    writeTensor(floats, value, { ...parameter, values: generator.randn(parameter.size) });
  }
  for (const norm of network.norms) norm.load(new Map());
  const { context: T } = model;
  const contexts = Int32Array.from({ length: 3 * TILE * T }, () => generator.randint(LETTERS));
  const tokens = new Int32Array(memory.buffer, network.tokensAt, TILE * T);
  const bring = (tile: number, examples: number) => {
    const from = (tile % 3) * TILE * T;
    tokens.set(contexts.subarray(from, from + examples * T));
  };
  return { network, floats, bring };
}

function momentsOf({ norms }: Network): number[][] {
  return norms.map((norm) => {
    const { mean, std } = norm.moments().held;
    return [...mean, ...std];
  });
}

function measure(model: ModelSpec, tiles: readonly number[], mostKeptBytes: number): number[][] {
  const { network, floats, bring } = open(model);
  measureMoments(network, floats, {
    count: tiles.reduce((sum, size) => sum + size, 0),
    *tiles() {
      for (const [tile, examples] of tiles.entries()) {
        bring(tile, examples);
        yield examples;
      }
    },
    mostKeptBytes,
  });
  return momentsOf(network);
}

test("what is kept on the way, and what is computed again, leave the same bits", () => {
  const tiles = [TILE, TILE, 7];

  const again = measure(deep, tiles, 0);

  expect(again).toHaveLength(6);
  expect(measure(deep, tiles, 2 ** 27)).toEqual(again);
  expect(measure(deep, tiles, 12_000)).toEqual(again);
});

test("moments of few examples are those that a training step normalises with", () => {
  const { network, bring } = open(deep);
  bring(0, TILE);
  forward(network, TILE, "probe");

  const measured = measure(deep, [TILE], 2 ** 27);

  for (const [i, moments] of momentsOf(network).entries()) {
    for (const [j, value] of moments.entries()) expect(measured[i]?.[j]).toBeCloseTo(value, 4);
  }
});
