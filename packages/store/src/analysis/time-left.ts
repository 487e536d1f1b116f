/** How fast runs train, and how long a grid will still take: one estimate for `run`, `watch` and lists of grids. */

/** Milliseconds that the present speed is measured over. */
const WINDOW_MS = 10_000;
/** Without news for this long, time goes on without steps. */
const SILENT_MS = 2000;

/** Measures how fast a run is now: by the clock, so that what it does beside training counts. */
export class Speed {
  #samples: { readonly atMs: number; readonly step: number }[] = [];

  add(step: number, atMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && step < last.step) this.#samples = [];
    const since = atMs - WINDOW_MS;
    const first = this.#samples.findIndex((sample) => sample.atMs >= since);
    // One from before the window stays, so that rare news spans it.
    if (first > 1) this.#samples.splice(0, first - 1);
    this.#samples.push({ atMs, step });
  }

  /** Returns steps per second; null until there are two samples. */
  at(now: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    const end = now - last.atMs > SILENT_MS ? now : last.atMs;
    return ((last.step - first.step) / (end - first.atMs)) * 1000;
  }
}

/** What is left to do of a grid. */
export type Work = {
  readonly active: readonly { readonly steps: number; readonly speed: number | null }[];
  /** Runs that no worker has begun, and their steps. */
  readonly waiting: { readonly runs: number; readonly steps: number };
  /** Steps per second of one worker, where none is measured now. */
  readonly usualSpeed: number | null;
  /** Most runs that were trained at once. */
  readonly workers: number;
  /** Seconds that a run takes before its first and after its last step, as measured so far. */
  readonly opening: number;
  readonly closing: number;
};

/**
 * Returns the seconds until all of the work is done at the present speed, evaluation included; null
 * while nothing is measured. They are no fewer than the longest run at work takes.
 */
export function timeLeft(work: Work): number | null {
  const { active, waiting, opening, closing } = work;
  if (active.length === 0 && waiting.runs === 0) return 0;
  const usual = mean(active.flatMap(({ speed }) => speed ?? []));
  const each = usual > 0 ? usual : work.usualSpeed;
  if (each === null || each <= 0) return null;
  const own = active.map(({ steps, speed }) => {
    const pace = speed !== null && speed > 0 ? speed : each;
    return steps / pace + closing;
  });
  const later = waiting.steps / each + waiting.runs * (opening + closing);
  const hands = Math.max(1, Math.min(work.workers, active.length + waiting.runs));
  return Math.max((later + sum(own)) / hands, ...own);
}

/** Returns 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
