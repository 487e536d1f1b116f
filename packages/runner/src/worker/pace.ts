/**
 * A glance at the clock, the messages and all that is due takes some 30 us where training has filled the caches: after
 * so long it costs a fraction of a percent, and a stop is still prompt.
 */
const CHUNK_MS = 20;
/** Steps of the first chunk, when nothing is known of their speed; a chunk has at most twice those of the one before. */
const FIRST_STEPS = 16;
/** Where steps take next to nothing. */
const MOST_STEPS = 1024;

/** A step that took longer than before counts for so much more: most often another program had the processor. */
const MOST_GROWTH = 1.05;

/** Decides how many steps are made at once. */
export class Pace {
  #steps = FIRST_STEPS;
  #stepMs = Number.POSITIVE_INFINITY;

  /** Steps of the next chunk. */
  get steps(): number {
    return this.#steps;
  }

  /** Learns that so many steps took so long. */
  made(steps: number, ms: number): void {
    if (steps === 0) return;
    this.#stepMs = Math.min(ms / steps, this.#stepMs * MOST_GROWTH);
    const fitting = Math.max(1, Math.floor(CHUNK_MS / this.#stepMs));
    this.#steps = Math.min(fitting, 2 * this.#steps, MOST_STEPS);
  }
}
