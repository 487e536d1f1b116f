/** Cuts update:data ratios into windows of steps. */
import { median } from "../median.ts";
import type { StepBlock } from "../spec.ts";
import type { Subject } from "./subject.ts";
import type { ParameterWindow, UpdateWindow } from "./update-rules.ts";

/** Steps of a window: the noise of single steps is far larger than what is asked of them. */
export const WINDOW = 100;

/** Plain JSON: of each judged parameter the ratios in the window that is open, as the bits of float32. */
export type UpdateWindowsState = {
  readonly step: number;
  readonly bits: readonly (readonly number[])[];
  /** Of each judged parameter the first step since which whole windows are still. Older versions have none. */
  readonly still?: readonly (number | null)[];
  /** The highest learning rate of the window that is open. */
  readonly rate?: number;
};

/** Cuts ratios into windows of 100 steps; the first one, 0 to 99, is not judged. */
export class UpdateWindows {
  readonly #columns: readonly number[];
  readonly #width: number;
  /** Column by column: ratio of step k of the window and of the i-th judged parameter at i * WINDOW + k. */
  readonly #ratios: Float32Array;
  readonly #one: Float32Array = new Float32Array(WINDOW);
  readonly #still: (number | null)[];
  #step: number;
  #rate: number;

  constructor({ judged, parameters }: Subject, state: UpdateWindowsState = { step: 0, bits: [] }) {
    this.#columns = judged.map(({ index }) => index);
    this.#width = parameters.length;
    this.#ratios = new Float32Array(WINDOW * this.#columns.length);
    const bits = new Uint32Array(this.#ratios.buffer);
    for (const [i, column] of state.bits.entries()) bits.set(column, i * WINDOW);
    this.#still = judged.map((_, i) => state.still?.[i] ?? null);
    this.#step = state.step;
    this.#rate = state.rate ?? 0;
  }

  /** Takes the steps of a block and hands over each window that they complete. */
  take({ count, ratios, lr }: StepBlock, onWindow: (window: UpdateWindow) => void): void {
    for (let row = 0; row < count; row++) {
      const place = this.#step % WINDOW;
      const start = row * this.#width;
      for (let i = 0; i < this.#columns.length; i++) {
        this.#ratios[i * WINDOW + place] = ratios[start + (this.#columns[i] ?? 0)] ?? Number.NaN;
      }
      this.#step += 1;
      this.#rate = Math.max(this.#rate, lr[row] ?? 0);
      if (place < WINDOW - 1) continue;
      const window = this.#window();
      this.#rate = 0;
      if (this.#step > WINDOW) onWindow(window);
    }
  }

  state(): UpdateWindowsState {
    const bits = new Uint32Array(this.#ratios.buffer);
    const filled = this.#step % WINDOW;
    return {
      step: this.#step,
      bits: this.#columns.map((_, i) => [...bits.subarray(i * WINDOW, i * WINDOW + filled)]),
      still: [...this.#still],
      rate: this.#rate,
    };
  }

  #window(): UpdateWindow {
    const last = this.#step - 1;
    const first = last - WINDOW + 1;
    const parameters = this.#columns.map((_, i): ParameterWindow => {
      this.#one.set(this.#ratios.subarray(i * WINDOW, (i + 1) * WINDOW));
      const isEqual = this.#one.every((ratio) => Number.isNaN(ratio));
      const isStill = isEqual || this.#one.every((ratio) => ratio === 0 || Number.isNaN(ratio));
      const stillSince = isStill ? (this.#still[i] ?? first) : null;
      this.#still[i] = stillSince;
      if (stillSince === null) return { median: median(this.#one), isStill };
      return { median: Number.NaN, isStill, isEqual, stillSince };
    });
    return { first, last, parameters, rate: this.#rate };
  }
}
