import { Arena, type Matrix } from "../../packages/core/src/engines/simd/layout.ts";
import type { Kernels } from "../../packages/core/src/engines/simd/wasm-modules.ts";

type Side = { readonly kernels: Kernels; readonly memory: WebAssembly.Memory };

const SPECIAL = [0, -0, Infinity, -Infinity, Number.NaN, 1e-40, -1e-39, 3e38, 1e-25];
/** Share of operands that have such numbers, and their share of the numbers there. */
const [WEIRD, OFTEN] = [0.3, 0.003];

/** Two memories with the same operands, one for each side, and what their kernels left different. */
export class FuzzBed {
  calls = 0;
  compared = 0;
  readonly different: string[] = [];
  readonly #sides: readonly [Side, Side];
  readonly #first: number;
  #arena: Arena;
  #state: number;

  constructor(seed: number, one: Side, other: Side) {
    this.#sides = [one, other];
    this.#first = one.kernels.heapBase();
    this.#arena = new Arena(this.#first);
    this.#state = seed;
  }

  /** Forgets all operands. */
  clear(): void {
    for (const words of this.#words()) words.fill(0);
    this.#arena = new Arena(this.#first);
    // Operands begin at any multiple of a cache line.
    this.#arena.reserve(64 * this.below(8));
  }

  /** An integer from 0 on. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return Math.floor(((this.#state >>> 8) / 2 ** 24) * limit);
  }

  /** A number of rows or columns: small ones more often. */
  size(): number {
    return 1 + (this.below(5) === 0 ? this.below(210) : this.below(45));
  }

  room(rows: number, columns: number): Matrix {
    return this.#arena.matrix(rows, columns);
  }

  draw(rows: number, columns: number): Matrix {
    const matrix = this.room(rows, columns);
    const isWeird = this.below(1000) < 1000 * WEIRD;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const isSpecial = isWeird && this.below(100_000) < 100_000 * OFTEN;
        const value = isSpecial
          ? (SPECIAL[this.below(SPECIAL.length)] ?? 0)
          : this.below(2 ** 24) / 2 ** 22 - 2;
        for (const floats of this.#floats()) floats[matrix.at / 4 + i * matrix.ld + j] = value;
      }
    }
    return matrix;
  }

  drawIndices(count: number, limit: number): number {
    const at = this.#arena.reserve(count * 4);
    for (let i = 0; i < count; i++) this.write(at + 4 * i, this.below(limit));
    return at;
  }

  /** Writes an integer into both memories. */
  write(at: number, value: number): void {
    for (const { memory } of this.#sides) new Int32Array(memory.buffer, at, 1)[0] = value;
  }

  /** Lets both sides do the same, and compares what they return and all of their memory. */
  call(what: string, kernel: (kernels: Kernels) => unknown): void {
    const [one, other] = this.#sides.map(({ kernels }) => kernel(kernels));
    if (!Object.is(one, other)) this.different.push(`${what} returns ${one} and ${other}`);
    const [mine, theirs] = this.#words();
    this.calls += 2;
    this.compared += mine.length;
    const at = mine.findIndex(
      (word, i) => word !== theirs[i] && !(isNaN32(word) && isNaN32(theirs[i] ?? 0)),
    );
    if (at >= 0) this.different.push(`${what} at ${4 * at}: ${mine[at]} and ${theirs[at]}`);
    theirs.set(mine); // one NaN for both
  }

  #words(): readonly [Int32Array, Int32Array] {
    const length = (this.#arena.byteLength - this.#first) / 4;
    const [one, other] = this.#sides;
    return [
      new Int32Array(one.memory.buffer, this.#first, length),
      new Int32Array(other.memory.buffer, this.#first, length),
    ];
  }

  #floats(): readonly Float32Array[] {
    return this.#sides.map(({ memory }) => new Float32Array(memory.buffer));
  }
}

function isNaN32(word: number): boolean {
  return (word & 0x7fffffff) > 0x7f800000;
}
