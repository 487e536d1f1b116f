/** Wakes whoever waits for something to have happened. */
export class Bell {
  #ring = Promise.withResolvers<void>();
  #hasRung = false;

  ring(): void {
    this.#hasRung = true;
    this.#ring.resolve();
    this.#ring = Promise.withResolvers();
  }

  /** Waits for a ring, which may have been since the wait before, and no longer than this. */
  async wait(ms: number): Promise<void> {
    if (!this.#hasRung) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      await Promise.race([this.#ring.promise, promise]);
      clearTimeout(timer);
    }
    this.#hasRung = false;
  }
}
