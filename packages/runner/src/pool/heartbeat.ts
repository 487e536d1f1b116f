import type { HeldRun, RetryingWriter } from "@ablate/store";

/** Others take a run over after 15 s without a sign of life: several beats may be late before. */
const BEAT_MS = 2000;

/** Tells the store, by time and not only when something is written, that this process is at its runs. */
export class Heartbeat {
  readonly #held = new Map<HeldRun, () => void>();
  readonly #timer: NodeJS.Timeout;
  #isBeating = false;

  constructor(writer: RetryingWriter, onError: (error: unknown) => void) {
    this.#timer = setInterval(() => {
      if (this.#held.size === 0 || this.#isBeating) return;
      this.#isBeating = true;
      this.#beat(writer)
        .catch(onError)
        .finally(() => {
          this.#isBeating = false;
        });
    }, BEAT_MS);
  }

  /** Holds a run until the returned function is called; calls `onLost` once another process has it. */
  hold(run: HeldRun, onLost: () => void): () => void {
    this.#held.set(run, onLost);
    return () => this.#held.delete(run);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(writer: RetryingWriter): Promise<void> {
    const beat = await writer.write((store) => {
      const held = [...this.#held.keys()];
      return held.length === 0 ? [] : store.beat(held);
    });
    for (const lost of beat) this.#held.get(lost)?.();
  }
}
