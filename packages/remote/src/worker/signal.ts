/** Wakes a task that waits, or the next one that will. */
export class Signal {
  #next = Promise.withResolvers<void>();
  #isSent = false;

  send(): void {
    this.#isSent = true;
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Waits for a signal, or returns at once if one was sent since the last wait; waits no longer than `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#isSent) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      await Promise.race([this.#next.promise, promise]);
      clearTimeout(timer);
    }
    this.#isSent = false;
  }
}
