/** When a coordinator polls for messages: when it is notified, every second, and often while messages come. */

/** Notifications may be lost with a connection: everything is polled this often anyway. */
const POLL_MS = 1000;

/** Workers at full speed call for the first message only; all that come in this time are read in one poll. */
const BUSY_POLL_MS = 50;

/** After a message: longer than workers take for one to be no more worth a call. */
const BUSY_MS = 2000;

export class Polls {
  readonly #hear: () => void;
  #timer: NodeJS.Timeout | undefined;
  #busy: NodeJS.Timeout | undefined;
  #busyUntil = 0;

  constructor(hear: () => void) {
    this.#hear = hear;
  }

  start(): void {
    this.#timer = setInterval(this.#hear, POLL_MS).unref();
  }

  /** Messages came: more will. */
  found(): void {
    this.#busyUntil = performance.now() + BUSY_MS;
    this.#busy ??= setInterval(() => this.#pollAgain(), BUSY_POLL_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearInterval(this.#busy);
  }

  #pollAgain(): void {
    if (performance.now() > this.#busyUntil) {
      clearInterval(this.#busy);
      this.#busy = undefined;
    }
    this.#hear();
  }
}
