/** How long ago running runs made their last step. */
import type { ShownRun } from "./shown-run.ts";

/** Silence is told in such steps: a frame that says so is not drawn anew every second. */
const STEP_MS = 5000;

type Known = { readonly lastStep: number | null; readonly sinceMs: number };

export class Silence {
  #known: ReadonlyMap<string, Known> = new Map();

  /** Returns runs with the time since their last step, which counts from when it was first seen. */
  told(runs: readonly ShownRun[], now: number): ShownRun[] {
    const known = new Map(
      runs
        .filter(({ state }) => state === "running")
        .map(({ name, lastStep }): [string, Known] => {
          const before = this.#known.get(name);
          const isSame = before?.lastStep === lastStep;
          return [name, { lastStep, sinceMs: isSame ? before.sinceMs : now }];
        }),
    );
    this.#known = known;
    return runs.map((run) => {
      const { sinceMs = now } = known.get(run.name) ?? {};
      const silentMs = Math.max(0, Math.floor((now - sinceMs) / STEP_MS) * STEP_MS);
      return silentMs === run.silentMs ? run : { ...run, silentMs };
    });
  }
}
