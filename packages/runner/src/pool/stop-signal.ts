import type { StopMessage } from "../train/messages.ts";

type Reason = StopMessage["reason"];

/** Tells everything that works on a grid that it ends early, and how: after the current block, or at once. */
export class StopSignal {
  readonly #onStop = new Set<() => void>();
  readonly #onKill = new Set<() => void>();
  #reason: Reason | null = null;
  #isKilled = false;

  /** Why no further run is begun. */
  get reason(): Reason | null {
    return this.#reason;
  }

  stop(reason: Reason): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    for (const listener of [...this.#onStop]) listener();
  }

  kill(): void {
    this.stop("user");
    if (this.#isKilled) return;
    this.#isKilled = true;
    for (const listener of [...this.#onKill]) listener();
  }

  /** Calls one of both when it happens, or at once where it has happened. Returns a function that unsubscribes. */
  listen({
    onStop,
    onKill,
  }: {
    readonly onStop: () => void;
    readonly onKill: () => void;
  }): () => void {
    this.#onStop.add(onStop);
    this.#onKill.add(onKill);
    if (this.#reason !== null) onStop();
    if (this.#isKilled) onKill();
    return () => {
      this.#onStop.delete(onStop);
      this.#onKill.delete(onKill);
    };
  }
}
