/** Memory of the kernels for their tests: matrices with pads and a guard behind each, in both modules. */
import { expect } from "vitest";
import { leadingDimension } from "../src/engines/simd/layout.ts";
import {
  type Arithmetic,
  compile,
  instantiate,
  type Kernels,
  readKernels,
} from "../src/engines/simd/wasm-modules.ts";
import type { TorchGenerator } from "../src/random/torch-generator.ts";

/** Values of a matrix row by row, without pads. */
export type Values = {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
};

/** A matrix in memory. */
export type Placed = {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  readonly ld: number;
};

const GUARD = 12345;
const LINE = 16;

/** One module and its memory. */
export class KernelMemory {
  readonly kernels: Kernels;
  readonly arithmetic: Arithmetic;
  readonly #memory: WebAssembly.Memory;
  readonly #floats: Float32Array;
  #next = 0;

  constructor(arithmetic: Arithmetic, pages = 160) {
    this.#memory = new WebAssembly.Memory({ initial: pages });
    this.arithmetic = arithmetic;
    this.kernels = instantiate(compile(readKernels(arithmetic)), this.#memory, "wide");
    this.#floats = new Float32Array(this.#memory.buffer);
    this.clear();
  }

  /** Starts a new layout; everything that is not reserved holds the guard. */
  clear(): void {
    this.#next = this.kernels.heapBase() / 4;
    this.#floats.fill(GUARD, this.#next);
  }

  /** Places a matrix; its pads are zero. */
  place({ rows, columns, values }: Values): Placed {
    const placed = this.room(rows, columns);
    for (let i = 0; i < rows; i++) {
      const row = values.subarray(i * columns, (i + 1) * columns);
      this.#floats.set(row, placed.at / 4 + i * placed.ld);
    }
    return placed;
  }

  /** Reserves a matrix of zeros. */
  room(rows: number, columns: number): Placed {
    const ld = leadingDimension(columns);
    const at = this.#next;
    this.#floats.fill(0, at, at + rows * ld);
    this.#next = LINE * Math.ceil((at + rows * ld + LINE) / LINE);
    return { at: 4 * at, rows, columns, ld };
  }

  /** Places a list of integers and returns its address. */
  integers(list: readonly number[]): number {
    const { at } = this.room(1, list.length);
    new Int32Array(this.#memory.buffer, at, list.length).set(list);
    return at;
  }

  /** Returns the values of a matrix, after a look at its pads and behind it. */
  read({ at, rows, columns, ld }: Placed): Float32Array {
    const values = new Float32Array(rows * columns);
    let pads = 0;
    for (let i = 0; i < rows; i++) {
      const row = this.#floats.subarray(at / 4 + i * ld, at / 4 + (i + 1) * ld);
      values.set(row.subarray(0, columns), i * columns);
      pads += row.subarray(columns).filter((pad) => pad !== 0).length;
    }
    expect(pads, "pads").toBe(0);
    const end = at / 4 + rows * ld;
    expect(this.#floats.subarray(end, end + 8), "behind the matrix").toEqual(
      new Float32Array(8).fill(GUARD),
    );
    return values;
  }
}

const both: readonly KernelMemory[] = [new KernelMemory("fused"), new KernelMemory("soft")];

/** Runs the same calls in both modules, expects the same bits of them and returns the results. */
export function inBoth(run: (memory: KernelMemory) => readonly Float32Array[]): Float32Array[] {
  const [fused = [], soft = []] = both.map((memory) => {
    memory.clear();
    return run(memory);
  });
  for (const [i, values] of fused.entries()) {
    expect(firstDifference(values, soft[i]), `result ${i} of the soft module`).toBe("");
  }
  return [...fused];
}

/** Any NaN is the same as another. */
function firstDifference(values: Float32Array, others: Float32Array | undefined): string {
  const at = values.findIndex((value, i) => !Object.is(value, others?.[i]));
  return at < 0 ? "" : `at ${at}: ${others?.[at]}, not ${values[at]}`;
}

/** Values from mean - scale to mean + scale. */
export function drawValues(
  generator: TorchGenerator,
  rows: number,
  columns: number,
  { scale = 1, mean = 0 }: { readonly scale?: number; readonly mean?: number } = {},
): Values {
  const values = generator.rand(rows * columns).map((u) => mean + scale * (2 * u - 1));
  return { rows, columns, values };
}

/** Expects every value to be within `tolerance`, relative to the largest expected one and to 1e-30. */
export function expectNear(
  values: Float32Array | undefined,
  expected: ArrayLike<number>,
  tolerance = 1e-6,
): void {
  let scale = 1e-30;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs((values?.[i] ?? Number.NaN) - (expected[i] ?? 0)) / scale);
  }
  expect(values).toHaveLength(expected.length);
  expect(worst).toBeLessThan(tolerance);
}
