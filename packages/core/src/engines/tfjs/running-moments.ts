import type { NormShape } from "../../model/parameters.ts";
import type { BatchNormSpec } from "../../spec.ts";
import type { Tensor } from "../engine.ts";
import { floats } from "./floats.ts";
import type { Moments } from "./layers/batch-norm.ts";

/** The running statistics of one layer's batch norm. */
export class RunningMoments {
  readonly mean: Float32Array;
  readonly spread: Float32Array;
  /** Whether `spread` is a variance; else it is a std. */
  readonly isVariance: boolean;
  readonly #momentum: number;
  readonly #names: { readonly mean: string; readonly spread: string };

  /** Starts from what `given` has of this layer, else from 0 and 1. */
  constructor(
    { gain, runningMean, runningSpread }: NormShape,
    { momentum, running }: BatchNormSpec,
    given: readonly Tensor[],
  ) {
    this.isVariance = running === "variance";
    this.#momentum = momentum;
    this.#names = { mean: runningMean, spread: runningSpread };
    const valuesOf = (wanted: string) => given.find((tensor) => tensor.name === wanted)?.values;
    this.mean = valuesOf(this.#names.mean)?.slice() ?? new Float32Array(gain.size);
    this.spread = valuesOf(this.#names.spread)?.slice() ?? new Float32Array(gain.size).fill(1);
  }

  /** Moves them towards the moments of a batch. */
  fold({ mean, spread }: Moments): void {
    this.#move(this.mean, floats(mean));
    this.#move(this.spread, floats(spread));
  }

  tensors(): Tensor[] {
    const shape = [this.mean.length];
    return [
      { name: this.#names.mean, shape, values: this.mean.slice() },
      { name: this.#names.spread, shape, values: this.spread.slice() },
    ];
  }

  #move(running: Float32Array, batch: Float32Array): void {
    const momentum = this.#momentum;
    for (let i = 0; i < running.length; i++) {
      running[i] = (1 - momentum) * (running[i] ?? 0) + momentum * (batch[i] ?? 0);
    }
  }
}
