/** Words about runs and grids that several views show: states with sign and colour, tags and notes of a grid. */
import {
  areOnSeveralHosts,
  hostsText,
  isLost,
  type RunState,
  secondsLeft,
  VALID_LOSS,
} from "@ablate/store";
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

/** How bad it is what rules say of runs: the worst of it. */
export type Health = "error" | "warning" | "fine";

export const HEALTH_SIGNS: Readonly<Record<Exclude<Health, "fine">, Sign>> = {
  error: { sign: "✗", tone: "bad" },
  warning: { sign: "▲", tone: "warn" },
};

/** Returns the worst that rules say of runs. */
export function healthOf(runs: readonly Pick<ShownRun, "errors" | "warnings">[]): Health {
  if (runs.some(({ errors }) => (errors ?? 0) > 0)) return "error";
  return runs.some(({ warnings }) => (warnings ?? 0) > 0) ? "warning" : "fine";
}

/** Returns the sign of a run: that of its state; one that ended well and is sick has the sign of what it has. */
export function signOfRun(run: ShownRun): Sign {
  const health = healthOf([run]);
  const own = STATE_SIGNS[run.state];
  if (health === "fine") return own;
  const { sign, tone } = HEALTH_SIGNS[health];
  return run.state === "finished"
    ? { sign, tone }
    : { ...own, tone: own.tone === "bad" ? "bad" : tone };
}

/** Returns the tone of the name of runs; plain where nothing is wrong with them. */
export function toneOfRuns(runs: readonly ShownRun[]): Tone {
  const health = healthOf(runs);
  return health === "fine" ? "plain" : HEALTH_SIGNS[health].tone;
}

/** How many errors and warnings there are, or how many runs have some. */
type Troubles = { readonly errors: number; readonly warnings: number };

/** Writes errors and warnings behind their signs; nothing where there are none. */
export function troublesLine({ errors, warnings }: Troubles): Line {
  const counts = [
    [HEALTH_SIGNS.error, errors],
    [HEALTH_SIGNS.warning, warnings],
  ] as const;
  return counts.flatMap(([{ sign, tone }, n]) => (n === 0 ? [] : [piece(`${sign}${n}`, tone)]));
}

/** Counts errors and warnings, of several runs the most that one of them has; nothing where there are none. */
export function findingsLine(runs: readonly ShownRun[]): Line {
  const most = (of: (run: ShownRun) => number | null): number =>
    Math.max(0, ...runs.map((run) => of(run) ?? 0));
  return troublesLine({
    errors: most((run) => run.errors),
    warnings: most((run) => run.warnings),
  });
}

const SICK = new WeakMap<readonly ShownRun[], Troubles>();

/** Counts the runs of which rules say that something is wrong, by the worst of it; once for each list of runs. */
export function sickRuns(runs: readonly ShownRun[]): Troubles {
  const known = SICK.get(runs);
  if (known !== undefined) return known;
  const found = { errors: 0, warnings: 0 };
  for (const run of runs) {
    const health = healthOf([run]);
    if (health === "error") found.errors += 1;
    else if (health === "warning") found.warnings += 1;
  }
  SICK.set(runs, found);
  return found;
}

const BAR = 8;

/** A run of which nothing came for so long says so: a recorder gives a sign of life every 5 s. */
const SILENT_MS = 10_000;

/** Describes the state of a run: progress and time left while it is running, else how it ended. */
export function stateLine(run: ShownRun): Line {
  const { tone } = signOfRun(run);
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

/** Says in a few cells what is not over: how far a run is, or how many runs are in each state; nothing of what has ended well. */
export function briefStates(runs: readonly ShownRun[]): Line {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  if (others.length === 0) return first.state === "running" ? briefProgress(first) : [];
  const counts = countStates(runs);
  if (counts.every(([state]) => state === "finished")) return [];
  return counts.flatMap(([state, n], i) => [
    ...(i === 0 ? [] : [piece(" ")]),
    piece(`${STATE_SIGNS[state].sign}${n}`, STATE_SIGNS[state].tone),
  ]);
}

function briefProgress(run: ShownRun): Line {
  if (run.steps === null) return [];
  const left = secondsLeft(run);
  const share = Math.floor((100 * updates(run)) / Math.max(1, run.steps));
  return [
    piece(`${share} %${left === null ? "" : ` ${duration(left)}`}`, STATE_SIGNS.running.tone),
  ];
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

/** Says on which machines runs train or were trained; nothing where all of the store are of this one. */
export function placeOf({ scene }: Pick<Canvas, "scene">, runs: readonly ShownRun[]): string {
  return hostsText(runs, areOnSeveralHosts(scene.snapshot.runs));
}
