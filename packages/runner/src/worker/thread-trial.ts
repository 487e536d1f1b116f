/** A number of threads is tried for so long at a time, so often, and its middle time counts. */
const SLOT_MS = 10;
const ROUNDS = 5;
/** More threads must gain so much: what gains less may be chance, and takes a core. */
const LEAST_GAIN = 0.05;

/** Makes steps by one thread, by all of them and by powers of two in between, in turn, and finds what is fastest. */
export class ThreadTrial {
  /** Numbers of threads, and milliseconds a step of each by round. */
  readonly #candidates: readonly { readonly threads: number; readonly times: number[] }[];
  #stepMs: number;
  #slot = 0;
  #takenMs = 0;
  #best: number | null = null;

  /** @param stepMs - about the time of a step */
  constructor(most: number, stepMs: number) {
    this.#stepMs = stepMs;
    const counts = [most];
    for (let threads = 1; threads < most; threads *= 2) counts.push(threads);
    const ascending = counts.sort((a, b) => a - b);
    this.#candidates = ascending.map((threads) => ({ threads, times: [] }));
  }

  /** The fewest threads of those that are fastest; null: the trial goes on. */
  get best(): number | null {
    return this.#best;
  }

  /** Milliseconds that it took. */
  get takenMs(): number {
    return this.#takenMs;
  }

  /** Threads to make the next steps by. */
  get threads(): number {
    return this.#current?.threads ?? 1;
  }

  /** Returns how many of `most` steps to make by them. */
  steps(most: number): number {
    return Math.max(1, Math.min(most, Math.round(SLOT_MS / this.#stepMs)));
  }

  /** Learns that so many steps took so long. */
  made(steps: number, ms: number): void {
    this.#stepMs = Math.max(ms / steps, SLOT_MS / 1000);
    this.#current?.times.push(this.#stepMs);
    this.#takenMs += ms;
    this.#slot += 1;
    if (this.#slot === ROUNDS * this.#candidates.length) this.#best = this.#fastest();
  }

  get #current(): { readonly threads: number; readonly times: number[] } | undefined {
    return this.#candidates[this.#slot % this.#candidates.length];
  }

  #fastest(): number {
    let [best, least] = [1, Number.POSITIVE_INFINITY];
    for (const { threads, times } of this.#candidates) {
      const middle = [...times].sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.POSITIVE_INFINITY;
      if (middle < least * (1 - LEAST_GAIN)) [best, least] = [threads, middle];
    }
    return best;
  }
}
