import { bySeriousness, type Finding, pastFinding, type Sign } from "./finding.ts";

/** A finding, and where its signs stopped: null while they go on. */
type Entry = { readonly topic: string; readonly finding: Sign; readonly over: number | null };

/** Plain JSON. */
export type LedgerState = readonly Entry[];

/** Turns signs, as they come and go, into findings: each once, with the step since which it holds. */
export class Ledger {
  readonly #entries: Map<string, Entry>;

  constructor(state: LedgerState = []) {
    this.#entries = new Map(state.map((entry) => [keyOf(entry.finding), entry]));
  }

  /** Takes all signs there are on a topic at `step`; those that were there and are not any more are over. */
  judge(topic: string, step: number, signs: readonly Sign[]): void {
    const seen = new Set(signs.map(keyOf));
    for (const [key, entry] of this.#entries) {
      if (entry.over === null && entry.topic === topic && !seen.has(key)) {
        this.#entries.set(key, { ...entry, over: step });
      }
    }
    for (const one of signs) {
      const key = keyOf(one);
      const known = this.#entries.get(key);
      const since = known?.over === null ? known.finding.step : one.step;
      this.#entries.set(key, { topic, finding: { ...one, step: since }, over: null });
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

  state(): LedgerState {
    return [...this.#entries.values()];
  }
}

function keyOf({ rule, layer, param }: Sign): string {
  return `${rule} ${layer ?? ""} ${param ?? ""}`;
}
