/** Where messages go to their coordinator: waits while as much lies there as may. */
import type { Bell } from "./bell.ts";
import type { RelayWire } from "./relay-wire.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

/** A full outbox is tried again after so long: its coordinator may be slow, or away. */
const TRY_AGAIN_MS = 500;

type OutboxOptions = {
  readonly wire: Pick<RelayWire, "put">;
  /** Rings when there may be room. */
  readonly news: Bell;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
};

export class Outbox {
  readonly #options: OutboxOptions;
  #fullSince: number | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#fullSince !== null;
  }

  /** Resolves once the message is committed; false: nobody waits for it any more. */
  async put(attempt: string, seq: number, body: Buffer, signal: AbortSignal): Promise<boolean> {
    const { wire, news } = this.#options;
    while (!signal.aborted) {
      const outcome = await wire.put(attempt, seq, body);
      if (outcome === "stored") this.#hasRoom();
      if (outcome !== "full") return outcome === "stored";
      this.#isFullNow();
      await news.wait(TRY_AGAIN_MS);
    }
    return false;
  }

  #isFullNow(): void {
    if (this.isFull) return;
    this.#fullSince = performance.now();
    this.#options.onEvent({ event: "outbox", state: "full", seconds: 0 });
  }

  #hasRoom(): void {
    if (this.#fullSince === null) return;
    const seconds = (performance.now() - this.#fullSince) / 1000;
    this.#fullSince = null;
    this.#options.onEvent({ event: "outbox", state: "over", seconds });
  }
}
