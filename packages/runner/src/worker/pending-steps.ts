import type { StepBlock, StepBuffer, Trainer } from "@ablate/core";

/** Steps that one message can hold, 200 kB to 2 MB of them: what the fastest nets make until the next one is due. */
const CAPACITY = 8192;

/** Collects the steps of a run until they are sent. */
export class PendingSteps {
  readonly #trainer: Trainer;
  readonly #buffer: Required<StepBuffer>;
  #count = 0;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
    this.#buffer = {
      loss: new Float64Array(CAPACITY),
      lr: new Float64Array(CAPACITY),
      ratios: new Float32Array(CAPACITY * trainer.parameters.length),
      metrics: new Float64Array(CAPACITY * trainer.metrics.length),
    };
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === CAPACITY;
  }

  /** Makes up to `count` steps, as many as there is room for; returns how many. */
  advance(count: number): number {
    const room = Math.min(count, CAPACITY - this.#count);
    const made = this.#trainer.advance(this.#buffer, room, this.#count);
    this.#count += made;
    return made;
  }

  /** The steps so far, which are valid until the next one is made. */
  take(): StepBlock {
    const count = this.#count;
    this.#count = 0;
    const { parameters, metrics: names } = this.#trainer;
    const { loss, lr, ratios, metrics } = this.#buffer;
    return {
      first: this.#trainer.step - count,
      count,
      loss: loss.subarray(0, count),
      lr: lr.subarray(0, count),
      ratios: ratios.subarray(0, count * parameters.length),
      ...(names.length === 0 ? {} : { metrics: metrics.subarray(0, count * names.length) }),
    };
  }
}
