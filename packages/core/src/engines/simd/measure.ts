/** Moments of many examples, as batch norms see them. */
import type { Matrix } from "./layout.ts";
import type { Module, Port } from "./modules/module.ts";
import { forward, type Network } from "./network.ts";

/** Activations that are kept between two norms: those of 180,000 examples of 180 units. */
const MOST_KEPT_BYTES = 2 ** 27;

export type Measured = {
  readonly count: number;
  /** Brings them into memory, some at a time, and says how many. */
  readonly tiles: () => Iterable<number>;
  /** What is kept at most of what has been computed already; it decides no bit. */
  readonly mostKeptBytes?: number;
};

/**
 * Makes every batch norm hold the moments of all examples. One norm after the other: by then the moments of those below it
 * are known. What enters a norm is kept where there is room, so that the way to the next one begins there.
 *
 * @param floats - the whole memory
 */
export function measureMoments(
  network: Network,
  floats: Float32Array,
  { count, tiles, mostKeptBytes = MOST_KEPT_BYTES }: Measured,
): void {
  const { modules, norms } = network;
  const kept = new KeptTiles(floats, mostKeptBytes / Float32Array.BYTES_PER_ELEMENT);
  let begin = 0;
  for (const [i, norm] of norms.entries()) {
    const end = modules.indexOf(norm);
    const isLast = i === norms.length - 1;
    const entering = neededFrom(modules, begin);
    const leaving = isLast ? [] : neededFrom(modules, end);
    let tile = 0;
    norm.clearSums();
    for (const examples of tiles()) {
      const first = kept.restore(tile, entering, examples) ? begin : 0;
      forward(network, examples, "held", { first, end });
      norm.addToSums(examples);
      kept.keep(tile, leaving, examples);
      tile += 1;
    }
    norm.holdSummed(count);
    begin = end;
  }
}

type Rows = { readonly matrix: Matrix; readonly positions: number };

/** What the modules from one on read of what those before it leave. */
function neededFrom(modules: readonly Module[], first: number): Rows[] {
  const left = new Set(modules.slice(0, first).map(({ output }) => output.value));
  const read: Port[] = modules.slice(first).flatMap(({ inputs }) => inputs);
  const needed = new Map<Matrix, Rows>();
  for (const { value: matrix, positions } of read) {
    if (left.has(matrix)) needed.set(matrix, { matrix, positions });
  }
  return [...needed.values()];
}

/** Copies of matrices, tile by tile. */
class KeptTiles {
  readonly #floats: Float32Array;
  /** Floats that there is still room for. */
  #left: number;
  readonly #tiles = new Map<number, Float32Array>();

  constructor(floats: Float32Array, most: number) {
    this.#floats = floats;
    this.#left = most;
  }

  /** Copies matrices in place of those that were kept of the tile, where there is room. */
  keep(tile: number, all: readonly Rows[], examples: number): void {
    this.#left += this.#tiles.get(tile)?.length ?? 0;
    this.#tiles.delete(tile);
    const size = all.reduce((sum, one) => sum + lengthOf(one, examples), 0);
    if (size === 0 || size > this.#left) return;
    const copies = new Float32Array(size);
    let at = 0;
    for (const one of all) {
      const from = one.matrix.at / 4;
      const length = lengthOf(one, examples);
      copies.set(this.#floats.subarray(from, from + length), at);
      at += length;
    }
    this.#left -= size;
    this.#tiles.set(tile, copies);
  }

  /** Puts back what was kept of a tile; says whether anything was. */
  restore(tile: number, all: readonly Rows[], examples: number): boolean {
    const copies = this.#tiles.get(tile);
    if (copies === undefined) return false;
    let at = 0;
    for (const one of all) {
      const length = lengthOf(one, examples);
      this.#floats.set(copies.subarray(at, at + length), one.matrix.at / 4);
      at += length;
    }
    return true;
  }
}

function lengthOf({ matrix, positions }: Rows, examples: number): number {
  return examples * positions * matrix.ld;
}
