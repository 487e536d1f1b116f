import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { isAlive } from "../writing/claim.ts";
import type { RunState } from "../writing/plan.ts";
import { freeName } from "../writing/plan-grid.ts";
import type { Files, Row } from "./copy-rows.ts";

/** A row of `run` on its way into another file, where nobody trains it. */
export type RunRow = Row & {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly state: RunState;
  readonly claim: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly heartbeat_at: number | null;
  readonly last_step: number | null;
};

/** The claim stays behind, and with it what was running. */
export function asInterrupted(run: RunRow): RunRow {
  const still = { ...run, claim: null };
  if (run.state !== "running") return still;
  return { ...still, state: "interrupted", reason: "copied while it ran" };
}

/** What became of a run: `training` is kept because this machine is at it, `trashed` is in its trash. */
export type RunChange = "added" | "replaced" | "kept" | "training" | "trashed";

export type ImportedRun = {
  /** Its name here. */
  readonly run: string;
  /** Its name there. */
  readonly source: string;
  readonly hash: string;
  readonly change: RunChange;
  /** Its state here, after the import. */
  readonly state: string;
  /** Steps recorded here, after the import. */
  readonly steps: number;
};

export type ComparedRun = {
  readonly theirs: RunRow;
  readonly ours: RunRow | undefined;
  readonly name: string;
  readonly change: RunChange;
};

/** Makes what compares a run there with the same one here. */
export function runComparer({ to }: Files, now: () => number): (theirs: RunRow) => ComparedRun {
  const here: (hash: string) => RunRow | undefined = finder(to);
  const nameFor = freeName(to);
  const trashed = to.prepare<[number]>("select 1 from trash_run where run_id = ?");
  return (there) => {
    const theirs = asInterrupted(there);
    const ours = here(theirs.hash);
    if (ours === undefined) return { theirs, ours, name: nameFor(theirs), change: "added" };
    const isTrashed = trashed.get(ours.id) !== undefined;
    const change = isTrashed ? "trashed" : changeOf(theirs, ours, now());
    return { theirs, ours, name: ours.name, change };
  };
}

function finder(database: Database): (hash: string) => RunRow | undefined {
  const find = database.prepare<[string], RunRow>("select * from run where hash = ?");
  return (hash) => find.get(hash);
}

function changeOf(theirs: RunRow, ours: RunRow, now: number): RunChange {
  if (ours.claim !== null && isAlive(ours, hostname(), now)) return "training";
  if (isFinished(theirs) !== isFinished(ours)) return isFinished(theirs) ? "replaced" : "kept";
  return stepsOf(theirs) > stepsOf(ours) ? "replaced" : "kept";
}

function isFinished({ state }: RunRow): boolean {
  return state === "finished";
}

function stepsOf({ last_step }: RunRow): number {
  return (last_step ?? -1) + 1;
}

/** What the user is told of it. */
export function importedRun({ theirs, ours, name, change }: ComparedRun): ImportedRun {
  const stays = change !== "added" && change !== "replaced";
  const { state, ...run } = stays && ours !== undefined ? ours : theirs;
  return {
    run: name,
    source: theirs.name,
    hash: theirs.hash,
    change,
    state,
    steps: stepsOf({ state, ...run }),
  };
}
