/** A worker without a run: who is there to hand one out, and how long it waits. */

import type { WorkerWire } from "../wire/worker-wire.ts";
import { mismatch, type Queues } from "./queues.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

type WaitingOptions = {
  readonly wire: Pick<WorkerWire, "coordinators">;
  readonly queues: Queues;
  readonly exitWhenIdleMs?: number | undefined;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
};

export class Waiting {
  readonly #options: WaitingOptions;
  #since: number | null = performance.now();
  /** What was said last, so that it is said once. */
  #said = "";

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#since = performance.now();
  }

  end(): void {
    this.#since = null;
    this.#said = "";
  }

  /** How much longer it may wait. */
  get leftMs(): number {
    const { exitWhenIdleMs = Number.POSITIVE_INFINITY } = this.#options;
    return this.#since === null
      ? Number.POSITIVE_INFINITY
      : exitWhenIdleMs - (performance.now() - this.#since);
  }

  /** Asks which coordinators are there and what they offer; reports changes, unless there is a run to train. */
  async ask(): Promise<void> {
    const { wire, queues, onEvent } = this.#options;
    const there = await wire.coordinators();
    await queues.learn(there);
    if (this.#since === null) return;
    const message = mismatch(there);
    const coordinators = there.map(({ host, grid }) => ({ host, grid }));
    const event: RemoteWorkerEvent =
      message === null ? { event: "waiting", coordinators } : { event: "mismatch", message };
    const text = JSON.stringify(event);
    if (text !== this.#said) onEvent(event);
    this.#said = text;
  }
}
