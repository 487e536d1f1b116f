/** Who trains a run, and where it goes on. */
import { hostname } from "node:os";
import type { RunState, StoredRun } from "./plan.ts";
import { processExists, processFacts } from "./process.ts";
import type { Checkpoint, RunStart } from "./record.ts";

/** The process that takes a run; `token` is random and new whenever one takes it. */
export type Claim = {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Whether `reserveRun` came first. */
  readonly isReserved?: boolean;
  /** Of the engine that makes the updates; 1 unless given. */
  readonly revision?: number;
};

/** Which runs are to be had: those in one of `states`, and one that is still as it was. */
export type Takeable = {
  readonly states: readonly RunState[];
  readonly asItWas?: Pick<StoredRun, "state" | "endedAt">;
};

/** What came of asking for a run: it is in `state`, and held by another process that is alive or not. */
export type Reservation =
  | { readonly isTaken: true }
  | { readonly isTaken: false; readonly state: RunState; readonly isHeld: boolean };

/** A run under a claim. */
export type HeldRun = { readonly runId: number; readonly token: string };

/** Where a run can go on: at its own checkpoint, or at the end of one that made the same updates. */
export type ResumePoint = Checkpoint & {
  /** Whose checkpoint it is. */
  readonly runId: number;
  readonly run: string;
  /** What that run was trained on, if it says so. */
  readonly backend: string | null;
  /** Of that backend. */
  readonly backendVersion: string | null;
  /** Of the engine that made the last update before it. */
  readonly revision: number;
};

/** By which checkpoints a revision of an engine may go on: its own, or with `mixes` those of any. */
export type RevisionRule = { readonly revision: number; readonly mixes: boolean };

/** A run's own checkpoint that another revision of the engine has made, which keeps the run from being trained. */
export type OtherRevision = RunStart & { readonly revision: number };

/** What a finished run of fewer steps has recorded before its end. */
export type ShorterRun = {
  readonly run: string;
  /** Updates made. */
  readonly step: number;
  /** Resolved config as JSON. */
  readonly config: string;
  /** The thresholds by which it was judged, as JSON. */
  readonly thresholds: string | null;
  /** The revisions of the engine that made its updates, separated by commas. */
  readonly revisions: string | null;
  /** Steps of its probes and of its evaluations of the validation split. */
  readonly probes: readonly number[];
  readonly evaluations: readonly number[];
};

/** Which shorter run's history may become that of a run. */
export type Continuation = {
  readonly family: string;
  readonly steps: number;
  readonly accepts: (shorter: ShorterRun) => boolean;
};

/** A checkpoint that no run goes on from. */
export type PassedOver = RunStart & {
  /** What is wrong with its run, as the end of a sentence; null: the checkpoint itself is damaged. */
  readonly reason: string | null;
};

/** Where a run would go on, as far as that can be told without reading checkpoints. */
export type PlannedStart = {
  /** None: at its first step, unless there is `other`. */
  readonly start: RunStart | null;
  readonly other: OtherRevision | null;
};

/** A planned run whose start is asked for. */
export type AskedStart = {
  readonly hash: string;
  /** Which other run's history will do as well. */
  readonly continuation: Continuation | null;
  readonly rule: RevisionRule;
};

export type ResumeSearch = {
  /** None: the run starts at step 0, unless there is `other`. */
  readonly point: ResumePoint | null;
  readonly other: OtherRevision | null;
  /** Newer checkpoints that were passed over. */
  readonly damaged: readonly PassedOver[];
};

/** A run without a sign of life for longer than this has lost its process, which gives one every 2 s. */
const STALE_MS = 15_000;

export type Holder = {
  readonly host: string | null;
  readonly pid: number | null;
  /** What `processStart` says of the process; null where whoever took the run could not say. */
  readonly process_start: string | null;
  readonly heartbeat_at: number | null;
};

/**
 * Says whether the process that holds a run is still training it. Where a heartbeat is late, or ahead, the wall clock may
 * have jumped: a process of this host is asked for itself, and is at work unless it is stopped.
 */
export function isAlive(holder: Holder, now: number, here: string = hostname()): boolean {
  const silenceMs = now - (holder.heartbeat_at ?? 0);
  if (holder.host !== here) return silenceMs <= STALE_MS;
  const { pid, process_start: start } = holder;
  if (pid === null || !processExists(pid)) return false;
  if (silenceMs >= 0 && silenceMs <= STALE_MS) return true;
  const found = start === null ? null : processFacts(pid);
  if (found === null) return silenceMs <= STALE_MS;
  return found.start === start && found.isAtWork;
}

/** Says whether the process that holds a run is there, silent or not, as far as this host can tell. */
export function isThere({ host, pid }: Holder, here: string = hostname()): boolean {
  return host === here && pid !== null && processExists(pid);
}
