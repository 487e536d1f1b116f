import type { HeldRun, StoreWriter } from "@ablate/store";

/** Others take a run over that has had no sign of life for 15 s. */
const BEAT_MS = 2000;

/** Tells the store, by time and not only when something is written, that this process is at its runs. */
export class Heartbeat {
  readonly #held = new Map<HeldRun, () => void>();
  readonly #timer: NodeJS.Timeout;

  constructor(store: StoreWriter, onError: (error: unknown) => void) {
    this.#timer = setInterval(() => {
      if (this.#held.size === 0) return;
      try {
        for (const lost of store.beat([...this.#held.keys()])) this.#held.get(lost)?.();
      } catch (error) {
        onError(error);
      }
    }, BEAT_MS);
  }

  /** Holds a run until the function that is returned is called; `onLost`: another process has it. */
  hold(run: HeldRun, onLost: () => void): () => void {
    this.#held.set(run, onLost);
    return () => this.#held.delete(run);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
