/** What the cases of the self-test compute on. */
import type { Matrix } from "./layout.ts";
import type { GroupSizes } from "./modules/token-linear.ts";
import type { Kernels } from "./wasm-modules.ts";

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

/** What is done with a kernel. */
export type Case = (bed: Bed) => void;

/** Odd sizes, so that tiles, and what is left beside them, are computed. */
export const ROWS = 13;
export const COLUMNS = 37;
