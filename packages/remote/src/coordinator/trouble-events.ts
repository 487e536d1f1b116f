/** Tells what happens between a coordinator and its workers: each thing once, and when it is over. */
import type { Database } from "../database/database.ts";
import type { WorkforceOptions } from "./workforce-options.ts";

export class TroubleEvents {
  readonly #options: WorkforceOptions;
  #troubleSince: number | null = null;
  #isFull = false;
  #there: string | null = null;
  #isEnding = false;
  #isClosed = false;

  constructor(database: Database, options: WorkforceOptions) {
    this.#options = options;
    this.#database("connected", null, 0);
    database.onTrouble((trouble) => this.#trouble(trouble));
  }

  /** Nothing is handed out any more: who is there says nothing to anybody. */
  end(): void {
    this.#isEnding = true;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** @param bytes - sent by workers, and not in the store yet */
  outbox(bytes: number): void {
    if (this.#isEnding) return;
    const { onEvent, facts } = this.#options;
    const { maxOutbox: limit } = facts;
    // A message that would go beyond the limit waits: full is where the next one hardly fits. It stays so until much
    // of it is stored, so that what is as fast as the store is told of once.
    const isFull = bytes >= (this.#isFull ? 0.5 : 0.95) * limit;
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    onEvent({ event: "outbox", state: isFull ? "full" : "over", bytes, limit });
  }

  workers(workers: number, slots: number): void {
    if (this.#isEnding) return;
    const there = `${workers}/${slots}`;
    if (there === this.#there) return;
    this.#there = there;
    const { onEvent, address } = this.#options;
    onEvent({ event: "workers", workers, slots, database: address.shown });
  }

  #trouble(trouble: string | null): void {
    if (this.#isClosed) return;
    const now = performance.now();
    if (trouble === null) {
      const seconds = (now - (this.#troubleSince ?? now)) / 1000;
      this.#troubleSince = null;
      this.#database("over", null, seconds);
    } else if (this.#troubleSince === null) {
      this.#troubleSince = now;
      this.#database("waiting", trouble, 0);
    }
  }

  #database(state: "connected" | "waiting" | "over", error: string | null, seconds: number): void {
    const { onEvent, address } = this.#options;
    onEvent({ event: "database", state, database: address.shown, error, seconds });
  }
}
