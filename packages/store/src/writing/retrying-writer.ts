/**
 * Writes to the store and tries again, with longer and longer waits, what it does not take. Meanwhile
 * nothing else is written: workers pause by themselves, since nothing they send is acknowledged, and logs wait as files.
 */
import { setTimeout as delay } from "node:timers/promises";
import { StorageError } from "../file/store-error.ts";
import type { StoreWriter } from "./writer.ts";

/** A lock is often gone after so long. */
const FIRST_WAIT_MS = 100;
/** The user sees within so long that there is room on the disk again. */
const LONGEST_WAIT_MS = 5000;
/** A try may take so long in SQLite; more has passed while this process or the machine slept. */
const LONGEST_TRY_MS = 6000;

/** The store does not take what is written, takes it again, or was given up. */
export type StorageEvent = {
  readonly event: "storage";
  readonly state: "waiting" | "over" | "given up";
  /** What keeps it from being written to. */
  readonly error: string | null;
  /** Waited so far. */
  readonly seconds: number;
  /** After which it is given up. */
  readonly limit: number;
};

export type RetryOptions = {
  readonly store: StoreWriter;
  /** Writing is given up after so long. */
  readonly limitMs: number;
  /** Aborting it gives up at once where the store is in trouble. */
  readonly killSignal: AbortSignal | undefined;
  readonly onEvent: (event: StorageEvent) => void;
};

export class RetryingWriter {
  readonly #options: RetryOptions;
  readonly #onGivenUp = new Set<(error: StorageError) => void>();
  /** Resolves when the store can be written again. */
  #trouble: Promise<void> | null = null;
  #givenUp: StorageError | null = null;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Tells whether everything that writes has to wait. */
  get isInTrouble(): boolean {
    return this.#trouble !== null;
  }

  /** Why nothing is written any more. */
  get givenUp(): StorageError | null {
    return this.#givenUp;
  }

  /**
   * Runs `work`, which may be called several times, until the store has taken it.
   *
   * @throws StorageError - the store was given up
   */
  async write<T>(work: (store: StoreWriter) => T): Promise<T> {
    while (this.#trouble !== null) await this.#trouble;
    if (this.#givenUp !== null) throw this.#givenUp;
    try {
      return work(this.#options.store);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return this.#insist(work, error);
    }
  }

  /** Tries `work` once. Returns whether it was written. */
  attempt(work: (store: StoreWriter) => void): boolean {
    try {
      work(this.#options.store);
      return true;
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  }

  /** Calls when the store is given up, also where nothing is being written. Returns a function that unsubscribes. */
  onGivenUp(listener: (error: StorageError) => void): () => void {
    this.#onGivenUp.add(listener);
    return () => this.#onGivenUp.delete(listener);
  }

  async #insist<T>(work: (store: StoreWriter) => T, first: StorageError): Promise<T> {
    const { store, limitMs, killSignal, onEvent } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#trouble = promise;
    const over = (): void => {
      this.#trouble = null;
      resolve();
    };
    const event = (state: StorageEvent["state"], error: string | null, ms: number): void =>
      onEvent({ event: "storage", state, error, seconds: ms / 1000, limit: limitMs / 1000 });
    event("waiting", first.message, 0);
    let last = first;
    let passed = 0;
    let wait = FIRST_WAIT_MS;
    while (passed < limitMs && !last.isLasting) {
      const began = performance.now();
      const planned = Math.min(wait, limitMs - passed);
      const paused = await delay(planned, true, { signal: killSignal }).catch(() => false);
      if (!paused) break;
      try {
        const result = work(store);
        over();
        passed += performance.now() - began;
        event("over", null, passed);
        return result;
      } catch (error) {
        if (!(error instanceof StorageError)) {
          over();
          event("over", null, passed);
          throw error;
        }
        last = error;
      }
      passed += Math.min(performance.now() - began, planned + LONGEST_TRY_MS);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
    this.#givenUp = last;
    over();
    event("given up", last.message, passed);
    for (const listener of [...this.#onGivenUp]) listener(last);
    throw last;
  }
}
