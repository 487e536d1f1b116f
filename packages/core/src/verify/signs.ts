import type { Engine } from "../engines/engine.ts";
import type { OptimizerSpec } from "../spec.ts";

/** Beside the gradient's root mean square: what sums of float32 in another order may differ by. */
const ROUNDING = 2 ** -17;

/**
 * Watches an optimiser that takes signs: a last bit more or less turns one that is next to 0, and with it moves a
 * parameter by twice the rate.
 */
export class SignWatch {
  readonly #engine: Engine;
  readonly #betas: readonly [number, number] | null;
  #before: readonly Float32Array[];

  constructor(engine: Engine, optimizer: OptimizerSpec | undefined) {
    this.#engine = engine;
    this.#betas = optimizer?.name === "lion" ? optimizer.betas : null;
    this.#before = this.#kept();
  }

  /** Whether there is anything to watch. */
  get isNeeded(): boolean {
    return this.#betas !== null;
  }

  /** Whether rounding could turn a sign that the last step took; to be asked after every step. */
  isUndecided(): boolean {
    if (this.#betas === null) return false;
    const [before, after] = [this.#before, this.#kept()];
    this.#before = after;
    const betas = this.#betas;
    return after.some((kept, p) => isNearZero(before[p] ?? kept, kept, betas));
  }

  #kept(): readonly Float32Array[] {
    return this.#engine.optimizerTensors().map(({ values }) => values.slice());
  }
}

/** Tells from what Lion kept before and after a step how near to 0 the numbers were whose sign it took. */
function isNearZero(
  before: Float32Array,
  after: Float32Array,
  [beta1, beta2]: readonly [number, number],
): boolean {
  let squares = 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [i, now] of after.entries()) {
    const kept = before[i] ?? 0;
    const gradient = (now - beta2 * kept) / (1 - beta2);
    const signed = Math.abs(beta1 * kept + (1 - beta1) * gradient);
    squares += gradient * gradient;
    if (signed > 0) nearest = Math.min(nearest, signed);
  }
  return nearest < ROUNDING * Math.sqrt(squares / after.length);
}
