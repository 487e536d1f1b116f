/** Words about runs and grids that several views show: states with sign and colour, tags and notes of a grid. */
import { isLost, type RunState, secondsLeft, VALID_LOSS } from "@ablate/store";
import { count, duration } from "@ablate/text";
import { isRecorded, type ShownRun, updates } from "../data/shown-run.ts";
import { type Line, piece, type Tone } from "../text/line.ts";
import type { Canvas } from "./view.ts";

export type Sign = { readonly sign: string; readonly tone: Tone };

export const STATE_SIGNS: Readonly<Record<RunState, Sign>> = {
  pending: { sign: "○", tone: "muted" },
  running: { sign: "●", tone: "accent" },
  finished: { sign: "✓", tone: "good" },
  failed: { sign: "✗", tone: "bad" },
  diverged: { sign: "✗", tone: "bad" },
  stopped: { sign: "■", tone: "warn" },
  interrupted: { sign: "■", tone: "warn" },
};

const BAR = 8;

/** A run of which nothing came for so long says so: a recorder gives a sign of life every 5 s. */
const SILENT_MS = 10_000;

/** Describes the state of a run: progress and time left while it is running, else how it ended. */
export function stateLine(run: ShownRun): Line {
  const { tone } = STATE_SIGNS[run.state];
  if (run.state === "running" && run.silentMs >= SILENT_MS)
    return [piece(`silent ${duration(run.silentMs / 1000)}`, "warn")];
  if (run.state === "running" && run.steps === null) return [piece("recording", tone)];
  if (run.state === "running") {
    const full = Math.min(BAR, Math.round((updates(run) / Math.max(1, run.steps ?? 0)) * BAR));
    const bar = `${"▓".repeat(full)}${"░".repeat(BAR - full)}`;
    const left = secondsLeft(run);
    return [piece(bar, tone), piece(left === null ? " starting" : ` ${duration(left)} left`, tone)];
  }
  if (run.state === "diverged") return [piece(`diverged at ${count(run.lastStep)}`, tone)];
  const isEarly =
    run.state === "finished" && !isRecorded(run) && run.reason !== null && run.reason !== "steps";
  return [piece(isEarly ? `finished: ${run.reason}` : run.state, tone)];
}

/** Counts the runs in each state, in words; where all are in one, names it. */
export function statesLine(runs: readonly ShownRun[]): Line {
  const counts = countStates(runs);
  return counts.flatMap(([state, n], i) => [
    ...(i === 0 ? [] : [piece(" ")]),
    piece(counts.length === 1 ? state : `${n} ${state}`, STATE_SIGNS[state].tone),
  ]);
}

/** Counts the runs that came to no result. */
export function lostCount(runs: readonly ShownRun[]): number {
  return runs.filter((run) => isLost(run, VALID_LOSS)).length;
}

/** Writes that count before a mean, which is that of the others; nothing where no run was lost. */
export function lostPieces(runs: readonly ShownRun[]): Line {
  const lost = lostCount(runs);
  return lost === 0 ? [] : [piece(`✗${lost} `, "bad")];
}

export function countStates(runs: readonly ShownRun[]): [RunState, number][] {
  const groups = Map.groupBy(runs, ({ state }) => state);
  return [...groups].map(([state, some]) => [state, some.length]);
}

/** Shows tags and note of a grid; an empty line where it has none. */
export function gridLine({ scene }: Pick<Canvas, "scene">, grid: string | null): Line {
  const said = grid === null ? undefined : scene.snapshot.grids.get(grid);
  if (grid === null || said === undefined) return [];
  const { tags, note } = said;
  return [
    piece(`grid ${grid}`, "muted"),
    ...(tags.length > 0 ? [piece(`  ${tags.join(", ")}`, "accent")] : []),
    ...(note === null ? [] : [piece(`  ${note}`)]),
  ];
}
