import type { StepBlock } from "../spec.ts";
import { median } from "./median.ts";
import type { Subject } from "./subject.ts";
import type { UpdateWindow } from "./update-rules.ts";

/** Steps of a window: the noise of single steps is far larger than what is asked of them. */
export const WINDOW = 100;

/** Plain JSON: of each judged parameter the ratios in the window that is open, as the bits of float32. */
export type UpdateWindowsState = {
  readonly step: number;
  readonly bits: readonly (readonly number[])[];
};

/** Cuts ratios into windows of 100 steps; the first one, 0 to 99, is not judged. */
export class UpdateWindows {
  readonly #columns: readonly number[];
  readonly #width: number;
  /** Column by column: ratio of step k of the window and of the i-th judged parameter at i * WINDOW + k. */
  readonly #ratios: Float32Array;
  readonly #one: Float32Array = new Float32Array(WINDOW);
  #step: number;

  constructor({ judged, parameters }: Subject, state: UpdateWindowsState = { step: 0, bits: [] }) {
    this.#columns = judged.map(({ index }) => index);
    this.#width = parameters.length;
    this.#ratios = new Float32Array(WINDOW * this.#columns.length);
    const bits = new Uint32Array(this.#ratios.buffer);
    for (const [i, column] of state.bits.entries()) bits.set(column, i * WINDOW);
    this.#step = state.step;
  }

  /** Takes the steps of a block and hands over each window that they complete. */
  take({ count, ratios }: StepBlock, onWindow: (window: UpdateWindow) => void): void {
    for (let row = 0; row < count; row++) {
      const place = this.#step % WINDOW;
      const start = row * this.#width;
      for (let i = 0; i < this.#columns.length; i++) {
        this.#ratios[i * WINDOW + place] = ratios[start + (this.#columns[i] ?? 0)] ?? Number.NaN;
      }
      this.#step += 1;
      if (place === WINDOW - 1 && this.#step > WINDOW) onWindow(this.#window());
    }
  }

  state(): UpdateWindowsState {
    const bits = new Uint32Array(this.#ratios.buffer);
    const filled = this.#step % WINDOW;
    return {
      step: this.#step,
      bits: this.#columns.map((_, i) => [...bits.subarray(i * WINDOW, i * WINDOW + filled)]),
    };
  }

  #window(): UpdateWindow {
    const last = this.#step - 1;
    const parameters = this.#columns.map((_, i) => {
      this.#one.set(this.#ratios.subarray(i * WINDOW, (i + 1) * WINDOW));
      const isStill = this.#one.every((ratio) => ratio === 0 || Number.isNaN(ratio));
      return { median: isStill ? Number.NaN : median(this.#one), isStill };
    });
    return { first: last - WINDOW + 1, last, parameters };
  }
}
