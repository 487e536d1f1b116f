/** When a coordinator looks whether something came: when it is called, every second, and often while messages come. */

/** News may be lost with a connection: so often all is looked at anyway. */
const LOOK_MS = 1000;

/** Workers at full speed call for the first message only; all that come in this time are one look. */
const BUSY_LOOK_MS = 50;

/** After a message: longer than workers take for one to be no more worth a call. */
const BUSY_MS = 2000;

export class Looks {
  readonly #hear: () => void;
  #timer: NodeJS.Timeout | undefined;
  #busy: NodeJS.Timeout | undefined;
  #busyUntil = 0;

  constructor(hear: () => void) {
    this.#hear = hear;
  }

  start(): void {
    this.#timer = setInterval(this.#hear, LOOK_MS).unref();
  }

  /** Messages came: more will. */
  found(): void {
    this.#busyUntil = performance.now() + BUSY_MS;
    this.#busy ??= setInterval(() => this.#lookAgain(), BUSY_LOOK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearInterval(this.#busy);
  }

  #lookAgain(): void {
    if (performance.now() > this.#busyUntil) {
      clearInterval(this.#busy);
      this.#busy = undefined;
    }
    this.#hear();
  }
}
