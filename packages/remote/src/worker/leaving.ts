/** How a worker goes: runs make a checkpoint and are handed on, or are given back as they are. */
import type { HeldAttempt } from "./held-attempt.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

type LeavingOptions = {
  readonly graceMs: number;
  readonly held: ReadonlySet<HeldAttempt>;
  readonly signal?: AbortSignal | undefined;
  readonly killSignal?: AbortSignal | undefined;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
  readonly onLeave: () => void;
};

/** So long a database may take to be told that a run is given back, and a last run to be taken. */
const LAST_WORDS_MS = 3000;

export class Leaving {
  readonly #options: LeavingOptions;
  readonly #listening = new AbortController();
  readonly #gone = new AbortController();
  readonly #givenUp = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #why: "evicted" | "killed" | null = null;

  constructor(options: LeavingOptions) {
    this.#options = options;
  }

  listen(): void {
    const { signal, killSignal } = this.#options;
    const listening = { signal: this.#listening.signal };
    signal?.addEventListener("abort", () => this.#evict(), listening);
    killSignal?.addEventListener("abort", () => this.#kill("it was ended at once"), listening);
    if (signal?.aborted) this.#evict();
    if (killSignal?.aborted) this.#kill("it was ended at once");
  }

  get why(): "evicted" | "killed" | null {
    return this.#why;
  }

  /** Waits for what the database is asked as long as this worker has a use for it, at most so long; undefined: no more. */
  unlessGone<T>(
    asked: Promise<T>,
    mostMs: number = Number.POSITIVE_INFINITY,
  ): Promise<T | undefined> {
    return unless(this.#gone.signal, asked, mostMs);
  }

  /** Waits until the database has been told, or is not going to be. */
  async unlessGivenUp(told: Promise<void>): Promise<void> {
    await unless(this.#givenUp.signal, told);
  }

  close(): void {
    this.#listening.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #evict(): void {
    if (this.#why !== null) return;
    this.#why = "evicted";
    const { held, graceMs, onEvent, onLeave } = this.#options;
    const runs = [...held].map(({ taken }) => taken.run);
    onEvent({ event: "leaving", runs, graceSeconds: graceMs / 1000 });
    for (const one of held) one.stop("evicted");
    const why = `it had to go, and the run had no checkpoint within ${graceMs / 1000} s`;
    this.#later(graceMs, () => this.#kill(why));
    this.#later(LAST_WORDS_MS, () => this.#gone.abort());
    onLeave();
  }

  #kill(why: string): void {
    if (this.#why === "killed") return;
    this.#why = "killed";
    this.#gone.abort();
    this.#later(LAST_WORDS_MS, () => this.#givenUp.abort());
    const { held, onLeave } = this.#options;
    for (const one of held) one.abandon({ kind: "lost", cause: `worker died: ${why}` });
    onLeave();
  }

  #later(ms: number, work: () => void): void {
    this.#timers.push(setTimeout(work, ms));
  }
}

/** Waits for a promise until it is told not to, and at most so long. */
async function unless<T>(
  signal: AbortSignal,
  asked: Promise<T>,
  mostMs: number = Number.POSITIVE_INFINITY,
): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  const timer = Number.isFinite(mostMs) ? setTimeout(stop, Math.max(0, mostMs)) : undefined;
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
