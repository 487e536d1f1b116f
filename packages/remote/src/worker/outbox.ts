/** Where messages go to their coordinator: waits while as much lies there as may. */

import type { WorkerWire } from "../wire/worker-wire.ts";
import type { Signal } from "./signal.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

/** A full outbox is tried again after so long, then after twice as long: every try carries the whole message. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3000;
/** An outbox that has room again within this time is nothing to tell of. */
const MOMENT_MS = 1000;

type OutboxOptions = {
  readonly wire: Pick<WorkerWire, "put">;
  /** Sent when there may be room. */
  readonly news: Signal;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
};

export class Outbox {
  readonly #options: OutboxOptions;
  #fullSince: number | null = null;
  #isTold = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#fullSince !== null;
  }

  /** Resolves once the message is committed; false: nobody waits for it any more. */
  async put(attempt: string, seq: number, body: Buffer, signal: AbortSignal): Promise<boolean> {
    const { wire, news } = this.#options;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs *= 2) {
      const outcome = await wire.put(attempt, seq, body);
      if (outcome !== "full") {
        this.#hasRoom();
        return outcome === "stored";
      }
      this.#isFullNow();
      await news.wait(Math.min(waitMs, LONGEST_WAIT_MS));
    }
    this.#hasRoom();
    return false;
  }

  #isFullNow(): void {
    const now = performance.now();
    this.#fullSince ??= now;
    const ms = now - this.#fullSince;
    if (this.#isTold || ms < MOMENT_MS) return;
    this.#isTold = true;
    this.#options.onEvent({ event: "outbox", state: "full", seconds: ms / 1000 });
  }

  #hasRoom(): void {
    const seconds = (performance.now() - (this.#fullSince ?? 0)) / 1000;
    this.#fullSince = null;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#options.onEvent({ event: "outbox", state: "over", seconds });
  }
}
