/** Caches of what was read from the store. */
import { attemptOf, type ShownRun } from "./shown-run.ts";

/** Keeps the values that were used last, up to a total weight. */
export class LruCache<T> {
  readonly #limit: number;
  readonly #weigh: (value: T) => number;
  readonly #entries: Map<string, T> = new Map();
  #weight = 0;

  constructor(limit: number, weigh: (value: T) => number = () => 1) {
    this.#limit = limit;
    this.#weigh = weigh;
  }

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Keeps a value and drops those that were not used for the longest time. */
  set(key: string, value: T): void {
    this.#drop(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#limit || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(value);
  }
}

/** Keeps what was read of each run until the run changes, or until it is started anew. */
export class RunCache<T> {
  readonly #kept: LruCache<{ readonly stamp: string; readonly value: T }>;

  constructor(limit: number, weigh: (value: T) => number = () => 1) {
    this.#kept = new LruCache(limit, ({ value }) => weigh(value));
  }

  /** Tells whether what was read of a run is still there, and the run as it was. */
  has(run: ShownRun): boolean {
    return this.#kept.get(run.name)?.stamp === run.stamp;
  }

  read(run: ShownRun, load: () => T, until: "changed" | "restarted" = "changed"): T {
    const stamp = until === "changed" ? run.stamp : attemptOf(run);
    const kept = this.#kept.get(run.name);
    if (kept?.stamp === stamp) return kept.value;
    const value = load();
    this.#kept.set(run.name, { stamp, value });
    return value;
  }
}
