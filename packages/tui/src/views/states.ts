/** How the states of runs are shown: a sign, a colour and words. */
import type { RunState } from "@ablate/store";
import type { ShownRun } from "../data/shown-run.ts";
import { secondsLeft, updates } from "../data/shown-run.ts";
import { type Line, piece, type Tone } from "../text/line.ts";
import { count, duration } from "../text/number.ts";

export const STATE_SIGNS: Readonly<
  Record<RunState, { readonly sign: string; readonly tone: Tone }>
> = {
  pending: { sign: "○", tone: "muted" },
  running: { sign: "●", tone: "accent" },
  finished: { sign: "✓", tone: "good" },
  failed: { sign: "✗", tone: "bad" },
  diverged: { sign: "✗", tone: "bad" },
  stopped: { sign: "■", tone: "warn" },
  interrupted: { sign: "■", tone: "warn" },
};

const BAR = 8;

/** The state of one run in words: progress and time left of a running one, where another ended. */
export function stateLine(run: ShownRun): Line {
  const { tone } = STATE_SIGNS[run.state];
  if (run.state === "running") {
    const full = Math.round((updates(run) / Math.max(1, run.steps)) * BAR);
    const bar = `${"▓".repeat(Math.min(BAR, full))}${"░".repeat(Math.max(0, BAR - full))}`;
    const left = secondsLeft(run);
    return [piece(bar, tone), piece(left === null ? " starting" : ` ${duration(left)} left`, tone)];
  }
  if (run.state === "diverged") return [piece(`diverged at ${count(run.last_step)}`, tone)];
  if (run.state === "finished" && run.reason !== null && run.reason !== "steps") {
    return [piece(`finished: ${run.reason}`, tone)];
  }
  return [piece(run.state, tone)];
}

/** The states of several runs, each with how many have it. */
export function statesLine(runs: readonly ShownRun[]): Line {
  const counts = countStates(runs);
  const [first] = counts;
  if (counts.length === 1 && first !== undefined)
    return [piece(first[0], STATE_SIGNS[first[0]].tone)];
  return counts.flatMap(([state, n], i) => [
    ...(i === 0 ? [] : [piece(" ")]),
    piece(`${n} ${state}`, STATE_SIGNS[state].tone),
  ]);
}

export function countStates(runs: readonly ShownRun[]): [RunState, number][] {
  const counts = new Map<RunState, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts];
}
