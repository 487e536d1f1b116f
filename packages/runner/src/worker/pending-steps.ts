import type { StepBlock, StepBuffer, Trainer } from "@ablate/core";

/** Steps that one message can hold. */
const CAPACITY = 4096;

/** Collects the steps of a run until they are sent. */
export class PendingSteps {
  readonly #trainer: Trainer;
  readonly #buffer: StepBuffer;
  #count = 0;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
    this.#buffer = {
      loss: new Float64Array(CAPACITY),
      lr: new Float64Array(CAPACITY),
      ratios: new Float32Array(CAPACITY * trainer.parameters.length),
    };
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === CAPACITY;
  }

  /** Makes up to `count` steps, as many as there is room for. */
  advance(count: number): void {
    const room = Math.min(count, CAPACITY - this.#count);
    this.#count += this.#trainer.advance(this.#buffer, room, this.#count);
  }

  /** The steps so far, which are valid until the next one is made. */
  take(): StepBlock {
    const count = this.#count;
    this.#count = 0;
    const { loss, lr, ratios } = this.#buffer;
    return {
      first: this.#trainer.step - count,
      count,
      loss: loss.subarray(0, count),
      lr: lr.subarray(0, count),
      ratios: ratios.subarray(0, count * this.#trainer.parameters.length),
    };
  }
}
