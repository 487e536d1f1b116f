import type { StopMessage } from "../train/messages.ts";

type Reason = StopMessage["reason"];

/** Tells everything that works on a grid that it ends early, and how: after the current block, or at once. */
export class StopSignal {
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();

  /** Why no further run is begun. */
  get reason(): Reason | null {
    const { aborted, reason } = this.#stop.signal;
    return aborted ? reason : null;
  }

  stop(reason: Reason): void {
    this.#stop.abort(reason);
  }

  kill(): void {
    this.stop("user");
    this.#kill.abort();
  }

  /** Calls one of both when it happens, or at once where it has happened. Returns a function that unsubscribes. */
  listen(onStop: () => void, onKill: () => void): () => void {
    const listening = new AbortController();
    const both = [
      { signal: this.#stop.signal, listener: onStop },
      { signal: this.#kill.signal, listener: onKill },
    ];
    for (const { signal, listener } of both) {
      signal.addEventListener("abort", listener, { signal: listening.signal });
      if (signal.aborted) listener();
    }
    return () => listening.abort();
  }
}
