/** Counts the seconds spent in the training loop, recording included. */
export class LoopClock {
  #startedAt: number | null = null;
  #total: number;

  /** @param seconds - spent before */
  constructor(seconds: number) {
    this.#total = seconds;
  }

  get seconds(): number {
    const running = this.#startedAt === null ? 0 : performance.now() - this.#startedAt;
    return this.#total + running / 1000;
  }

  start(): void {
    this.#startedAt = performance.now();
  }

  stop(): void {
    this.#total = this.seconds;
    this.#startedAt = null;
  }
}
