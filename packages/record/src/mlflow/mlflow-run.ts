/** What MLflow keeps of a run, in a database or in files alike. */
import type { Provenance } from "@ablate/store";
import type { EndEntry } from "../log.ts";
import { momentOf } from "../moment.ts";

/** MLflow has texts only: those that are numbers, truth values or nothing are taken for these. */
export function settingOf(text: string): unknown {
  if (text === "True" || text === "true") return true;
  if (text === "False" || text === "false") return false;
  if (text === "None") return null;
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) && /^[-+\d.e]+$/i.test(text) ? number : text;
}

const NAME_TAG = "mlflow.runName";

/** Longer tags are documents of MLflow's own. */
const MOST_TAG = 500;

export function provenanceOf(tags: ReadonlyMap<string, string>): Provenance {
  const said = [...tags].filter(([name, text]) => name !== NAME_TAG && text.length <= MOST_TAG);
  return Object.fromEntries(said.map(([name, text]) => [name.replace(/^mlflow\./, ""), text]));
}

/** How a run is: a word in a database, a number in a file. */
const STATES: ReadonlyMap<string, EndEntry["state"]> = new Map([
  ["FINISHED", "finished"],
  ["3", "finished"],
  ["FAILED", "failed"],
  ["4", "failed"],
  ["KILLED", "stopped"],
  ["5", "stopped"],
]);

/** Returns how a run has ended; null: it has not. */
export function endOf(
  status: string,
  startMs: number | null,
  endMs: number | null,
): EndEntry | null {
  const state = STATES.get(status);
  if (state === undefined) return null;
  const isTimed = startMs !== null && endMs !== null && endMs >= startMs;
  return {
    type: "end",
    state,
    reason: `MLflow says ${state === "stopped" ? "killed" : state}`,
    error: null,
    trainSeconds: isTimed ? (endMs - startMs) / 1000 : null,
    endedAt: momentOf(endMs),
  };
}

/**
 * Counts the numbers of metrics that are logged without a step: MLflow keeps them all at step 0.
 */
export class UncountedMetrics {
  readonly #counts: Map<string, number>;

  constructor(counts: Readonly<Record<string, number>>) {
    this.#counts = new Map(Object.entries(counts));
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Begins a metric anew. */
  forget(name: string): void {
    this.#counts.delete(name);
  }

  /** Returns the step of the next number of a metric. */
  place(name: string, step: number): number {
    const count = this.#counts.get(name) ?? 0;
    if (step !== 0 || count < 0) {
      this.#counts.set(name, -1);
      return step;
    }
    this.#counts.set(name, count + 1);
    return count;
  }
}
