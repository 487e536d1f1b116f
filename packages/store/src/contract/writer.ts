/** The one connection that writes. */
import type { Probe } from "../probe/probe.ts";
import type {
  Claim,
  Continuation,
  HeldRun,
  Reservation,
  ResumePoint,
  ResumeSearch,
  Takeable,
} from "./claim.ts";
import type { GridPlan, StoredRun } from "./plan.ts";
import type {
  Checkpoint,
  EvaluationsAt,
  Finding,
  ParameterRow,
  Provenance,
  RunEnd,
  RunEvent,
  StepBlock,
} from "./record.ts";

export type WriterOptions = {
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly clock?: () => number;
};

export type WaitOptions = {
  /** How long to wait for a process that keeps the file locked; 5 s unless given. */
  readonly waitMs?: number;
};

/**
 * The one connection that writes. Every method is one transaction, which throws a StorageError where
 * the file does not take it: a full disk, a lock, a file that is gone. It may then be called again.
 */
export interface StoreWriter {
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  /**
   * Stores a grid and those of its runs that are new, and takes it and them out of the trash; the
   * result is in the order of the plan.
   */
  planGrid(plan: GridPlan): StoredRun[];
  /** Takes a run before anything is known of it, unless another process holds it or it is not takeable. */
  reserveRun(runId: number, claim: Claim, takeable: Takeable): Reservation;
  /** Gives a run back that was reserved and has not begun; nothing where the claim is gone. */
  releaseRun(held: HeldRun): void;
  /** Gives a sign of life for these runs; returns those whose claim is gone. */
  beat(held: readonly HeldRun[]): HeldRun[];
  /**
   * Takes a run before its step 0 and removes what an earlier attempt left.
   *
   * @throws LostClaimError - it was reserved, and another process has taken it since
   */
  claimRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    parameters: readonly ParameterRow[],
  ): void;
  /**
   * Finds the latest whole checkpoint that a run can go on from.
   *
   * @param continuation - which other run's history will do as well
   */
  findResumePoint(runId: number, continuation: Continuation | null): ResumeSearch;
  /**
   * Takes a run at a checkpoint. Steps from there on go, and all that was taken of the model at it or
   * later. If the checkpoint is another run's, so is the history, and what the run had goes.
   */
  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void;
  /** Appends the steps that follow the last stored one. */
  appendSteps(runId: number, token: string, block: StepBlock): void;
  /** Stores a checkpoint with the steps before it; of earlier ones only the last is kept. */
  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: StepBlock): void;
  appendEvaluations(runId: number, token: string, evaluations: EvaluationsAt): void;
  /** Notes something that happened to a run. */
  appendEvent(runId: number, token: string, event: Omit<RunEvent, "atMs">): void;
  /** Stores what was seen inside the network at a step, at most one probe a step. */
  appendProbe(runId: number, token: string, probe: Probe): void;
  /** Says by which thresholds, as JSON, a run is judged; those of an attempt stay what they are. */
  setThresholds(runId: number, token: string, thresholds: string): void;
  /** Stores what the rules say of a run so far, in place of what they said before. */
  setFindings(runId: number, token: string, findings: readonly Finding[]): void;
  /** Ends a run with what it leaves, durably and in one transaction, and releases its claim. */
  endRun(runId: number, token: string, end: RunEnd): void;
  /** Marks running runs whose process has died; returns how many. */
  markInterrupted(): number;
  /** Empties the write-ahead log into the file, where that can be written to, and closes it. */
  close(): void;
}
