import type { HeldRun } from "@ablate/store";
import type { Storage } from "../train/retrying-writer.ts";

/** Others take a run over that has had no sign of life for 15 s. */
const BEAT_MS = 2000;

/** Tells the store, by time and not only when something is written, that this process is at its runs. */
export class Heartbeat {
  readonly #held = new Map<HeldRun, () => void>();
  readonly #timer: NodeJS.Timeout;
  #isBeating = false;

  constructor(storage: Storage, onError: (error: unknown) => void) {
    this.#timer = setInterval(() => {
      if (this.#held.size === 0 || this.#isBeating) return;
      this.#isBeating = true;
      this.#beat(storage)
        .catch(onError)
        .finally(() => {
          this.#isBeating = false;
        });
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

  async #beat(storage: Storage): Promise<void> {
    const beat = await storage.write((store) => {
      const held = [...this.#held.keys()];
      return held.length === 0 ? [] : store.beat(held);
    });
    for (const lost of beat) this.#held.get(lost)?.();
  }
}
