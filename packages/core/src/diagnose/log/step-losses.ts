/** Tells, of steps without a loss, those whose loss was not recorded from those whose loss is not a number. */
import type { StepBlock } from "../../spec.ts";
import type { LogLosses } from "./log-losses.ts";

/** Losses after which it is known how often they are recorded. */
const KNOWN = 20;

/**
 * Hands losses on. A frame says NaN of both; a loss that does not come back is no number, and so is one beside ratios that
 * are none, or none any more.
 */
export class StepLosses {
  readonly #losses: LogLosses;
  /** The most steps between two losses so far, and the step of the last one. */
  #gap = 1;
  #last = -1;
  #hasRates = false;
  /** Steps in a row that had ratios. */
  #rows = 0;

  constructor(losses: LogLosses) {
    this.#losses = losses;
  }

  take({ first, count, loss, lr, ratios }: StepBlock): void {
    const width = count === 0 ? 0 : ratios.length / count;
    for (let row = 0; row < count; row++) {
      const step = first + row;
      // Steps that were lost, or made elsewhere, have no rate either.
      if (Number.isNaN(lr[row] ?? Number.NaN) && this.#hasRates) {
        this.#last = step;
        continue;
      }
      this.#hasRates ||= !Number.isNaN(lr[row] ?? Number.NaN);
      const value = loss[row] ?? Number.NaN;
      const hasRatios = isSomeNumber(ratios, row * width, width);
      if (Number.isNaN(value)) this.#miss(step, hasRatios);
      else this.#take(step, value);
      this.#rows = hasRatios ? this.#rows + 1 : 0;
    }
  }

  #take(step: number, loss: number): void {
    if (this.#last >= 0) this.#gap = Math.max(this.#gap, step - this.#last);
    this.#last = step;
    this.#losses.take(step, loss);
  }

  #miss(step: number, hasRatios: boolean): void {
    if (this.#last < 0 || this.#losses.count < KNOWN) return;
    const hasLostAll = this.#gap === 1 && this.#rows >= KNOWN && !hasRatios;
    const isGone = step - this.#last > 2 * this.#gap;
    if (hasLostAll || isGone) this.#losses.take(this.#last + 1, Number.NaN);
  }
}

function isSomeNumber(ratios: Float32Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (!Number.isNaN(ratios[i] ?? Number.NaN)) return true;
  return false;
}
