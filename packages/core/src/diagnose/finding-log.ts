/** Turns observations, as they come and go, into findings. */
import {
  bySeriousness,
  type Finding,
  type Level,
  type Observation,
  pastFinding,
  SEVERITY,
} from "./finding.ts";

/** The step since which an observation has been at least of a level, without a break. */
type Since = Readonly<Partial<Record<Level, number>>>;

/** A finding, and where its observations stopped: null while they go on. */
type Entry = {
  readonly topic: string;
  readonly finding: Observation;
  /** Missing in checkpoints of older versions. */
  readonly since?: Since;
  readonly over: number | null;
};

/** Plain JSON. */
export type FindingLogState = readonly Entry[];

/** Keeps each finding once, with the step since which it holds at the level that it has. */
export class FindingLog {
  readonly #entries: Map<string, Entry>;

  constructor(state: FindingLogState = []) {
    this.#entries = new Map(state.map((entry) => [keyOf(entry.finding), entry]));
  }

  /** Takes all observations there are on a topic at `step`; those that were there and are not any more are over. */
  judge(topic: string, step: number, observations: readonly Observation[]): void {
    const seen = new Set(observations.map(keyOf));
    for (const [key, entry] of this.#entries) {
      if (entry.over === null && entry.topic === topic && !seen.has(key)) {
        this.#entries.set(key, { ...entry, over: step });
      }
    }
    for (const one of observations) {
      const key = keyOf(one);
      const since = sinceOf(one, this.#entries.get(key));
      const finding = { ...one, step: since[one.level] ?? one.step };
      this.#entries.set(key, { topic, finding, since, over: null });
    }
  }

  /** What holds now, the most serious first; what was more than information and is over is information. */
  findings(): Finding[] {
    return [...this.#entries.values()]
      .flatMap(({ finding, over }) => {
        if (over === null) return [{ ...finding, until: null }];
        return finding.level === "info" ? [] : [pastFinding(finding, over)];
      })
      .sort(bySeriousness);
  }

  state(): FindingLogState {
    return [...this.#entries.values()];
  }
}

const LEVELS: readonly Level[] = ["info", "warning", "error"];

/** An observation counts for its own level and for those below; those above begin anew after it. */
function sinceOf({ level, step }: Observation, known: Entry | undefined): Since {
  const before = known?.over === null ? known : undefined;
  const earlier = before?.since ?? (before && sinceOf(before.finding, undefined)) ?? {};
  const reached = LEVELS.filter((one) => SEVERITY[one] <= SEVERITY[level]);
  return Object.fromEntries(reached.map((one) => [one, earlier[one] ?? step]));
}

function keyOf({ rule, layer, param }: Observation): string {
  return `${rule} ${layer ?? ""} ${param ?? ""}`;
}
