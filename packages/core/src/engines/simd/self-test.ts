/** Every kernel, at odd shapes, against bits that are stored: what V8 has made of it is tested before it trains. */
import { Arena, type Matrix } from "./layout.ts";
import { type GroupSizes, reserveGroups } from "./modules/token-linear.ts";
import type { Bed } from "./self-test-bed.ts";
import { KERNEL_BITS, type KernelBits } from "./self-test-bits.ts";
import { CASE_NAMES, CASES, type CaseName } from "./self-test-cases.ts";
import { instantiate, type Kernels } from "./wasm-modules.ts";

/** Pages of 64 KiB that the cases need. */
export const TEST_PAGES = 32;

/** Returns the first kernel whose bits are not those that are stored; null: there is none. */
export function differingKernel(bed: TestBed, bits: KernelBits = KERNEL_BITS): CaseName | null {
  return CASE_NAMES.find((name) => bed.hashOf(name) !== bits[name]) ?? null;
}

/** Where the cases put their operands: the same in each round and whatever ran before. */
export class TestBed implements Bed {
  readonly kernels: Kernels;
  readonly #floats: Float32Array;
  readonly #words: Int32Array;
  #arena: Arena;
  #state = 0;
  #hash = 0;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.kernels = instantiate(module, memory, "narrow");
    this.#floats = new Float32Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#arena = new Arena(this.kernels.heapBase());
  }

  /** Runs a case and returns a hash of the bits of its results. */
  hashOf(name: CaseName): number {
    const first = this.kernels.heapBase();
    this.#words.fill(0, first / 4, this.#arena.byteLength / 4);
    this.#arena = new Arena(first);
    this.#state = 1;
    this.#hash = 1;
    CASES[name](this);
    return this.#hash >>> 0;
  }

  draw(rows: number, columns: number): Matrix {
    return this.#fill(this.#floats, [rows, columns], () => this.#next(2 ** 24) / 2 ** 22 - 2);
  }

  drawEven(rows: number, columns: number): Matrix {
    return this.#fill(this.#floats, [rows, columns], () => 1 + this.#next(2 ** 13) / 2 ** 22);
  }

  openGroups(sizes: GroupSizes): number {
    const { groupsAt, write } = reserveGroups(this.#arena, sizes);
    write(this.#floats.buffer);
    return groupsAt;
  }

  drawBits(rows: number, columns: number): Matrix {
    return this.#fill(
      this.#words,
      [rows, columns],
      () => (this.#next(2 ** 16) << 16) | this.#next(2 ** 16),
    );
  }

  drawIndices(count: number, limit: number): number {
    const at = this.#arena.reserve(count * 4);
    for (let i = 0; i < count; i++) this.#words[at / 4 + i] = this.#next(limit);
    return at;
  }

  room(rows: number, columns: number): Matrix {
    return this.#arena.matrix(rows, columns);
  }

  see(...results: readonly (Matrix | number)[]): void {
    for (const result of results) {
      if (typeof result === "number") {
        for (const word of new Int32Array(Float64Array.of(result).buffer)) this.#mix(word);
      } else {
        const { at, rows, ld } = result;
        for (let i = at / 4; i < at / 4 + rows * ld; i++) this.#mix(this.#words[i] ?? 0);
      }
    }
  }

  /** Every NaN counts as one: which one it is differs between processors. */
  #mix(word: number): void {
    const bits = (word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word;
    const mixed = Math.imul(this.#hash ^ bits, 0x9e3779b1);
    // Low bits learn of high ones here, which a product leaves where they are: two changed signs would cancel.
    this.#hash = mixed ^ (mixed >>> 15);
  }

  #fill(
    into: Float32Array | Int32Array,
    [rows, columns]: readonly [number, number],
    draw: () => number,
  ): Matrix {
    const matrix = this.room(rows, columns);
    for (let i = 0; i < rows; i++) {
      const from = matrix.at / 4 + i * matrix.ld;
      for (let j = 0; j < columns; j++) into[from + j] = draw();
    }
    return matrix;
  }

  /** The high bits of a linear congruential generator, below `limit`. */
  #next(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return (this.#state >>> 8) % limit;
  }
}
