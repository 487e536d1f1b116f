/** Milliseconds that the present speed is measured over. */
const WINDOW_MS = 10_000;
/** Without news for this long, time goes on without steps. */
const SILENT_MS = 2000;

type Sample = { readonly atMs: number; readonly step: number };

/** How fast a run is now: by the clock, so that what it does beside training counts. */
export class Speed {
  #samples: Sample[] = [];

  add(step: number, atMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && step < last.step) this.#samples = [];
    const since = atMs - WINDOW_MS;
    const first = this.#samples.findIndex((sample) => sample.atMs >= since);
    // One from before the window stays, so that rare news spans it.
    if (first > 1) this.#samples.splice(0, first - 1);
    this.#samples.push({ atMs, step });
  }

  /** Steps per second; null until there are two samples. */
  at(now: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    const end = now - last.atMs > SILENT_MS ? now : last.atMs;
    return ((last.step - first.step) / (end - first.atMs)) * 1000;
  }
}
