/** Words about runs and grids that several views show: states with sign and colour, tags and notes of a grid. */

import type { RunState } from "@ablate/store";
import { clean, count, duration } from "@ablate/text";
import { type ShownRun, secondsLeft, updates } from "../data/shown-run.ts";
import { type Line, piece, type Tone } from "../text/line.ts";
import type { Canvas } from "./view.ts";

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

/** Describes the state of a run: progress and time left while it is running, else how it ended. */
export function stateLine(run: ShownRun): Line {
  const { tone } = STATE_SIGNS[run.state];
  if (run.state === "running") {
    const full = Math.round((updates(run) / Math.max(1, run.steps)) * BAR);
    const bar = `${"▓".repeat(Math.min(BAR, full))}${"░".repeat(Math.max(0, BAR - full))}`;
    const left = secondsLeft(run);
    return [piece(bar, tone), piece(left === null ? " starting" : ` ${duration(left)} left`, tone)];
  }
  if (run.state === "diverged") return [piece(`diverged at ${count(run.lastStep)}`, tone)];
  if (run.state === "finished" && run.reason !== null && run.reason !== "steps") {
    return [piece(`finished: ${run.reason}`, tone)];
  }
  return [piece(run.state, tone)];
}

/** Counts the runs in each state, in words. */
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

/** Shows tags and note of a grid; an empty line where it has none. */
export function gridLine({ scene }: Pick<Canvas, "scene">, grid: string | null): Line {
  const said = grid === null ? undefined : scene.snapshot.grids.get(grid);
  if (grid === null || said === undefined) return [];
  const { tags, note } = said;
  return [
    piece(`grid ${clean(grid)}`, "muted"),
    ...(tags.length > 0 ? [piece(`  ${tags.join(", ")}`, "accent")] : []),
    ...(note === null ? [] : [piece(`  ${clean(note)}`)]),
  ];
}
