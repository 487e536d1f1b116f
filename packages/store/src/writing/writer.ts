import type {
  Claim,
  Continuation,
  HeldRun,
  Reservation,
  ResumePoint,
  ResumeSearch,
  Takeable,
} from "../contract/claim.ts";
import type { GridPlan, StoredRun } from "../contract/plan.ts";
import type {
  Checkpoint,
  EvaluationsAt,
  Finding,
  ParameterRow,
  Provenance,
  RunEnd,
  RunEvent,
  StepBlock,
} from "../contract/record.ts";
import type { StoreWriter } from "../contract/writer.ts";
import type { OpenedDatabase } from "../file/open-database.ts";
import { storageTrouble } from "../file/storage-trouble.ts";
import type { Probe } from "../probe/probe.ts";
import { planGrid } from "./plan-grid.ts";
import { RunClaims } from "./run-claims.ts";
import { RunRecorder } from "./run-recorder.ts";
import { WriterCore } from "./writer-core.ts";

/** The writer: plans here, takes runs in `RunClaims`, records them in `RunRecorder`. */
export class SqliteWriter implements StoreWriter {
  readonly notice: string | null;
  readonly #closeDatabase: () => void;
  readonly #core: WriterCore;
  readonly #claims: RunClaims;
  readonly #recorder: RunRecorder;

  constructor({ database, notice, close }: OpenedDatabase, clock: () => number) {
    this.notice = notice;
    this.#closeDatabase = close;
    this.#core = new WriterCore(database, clock);
    this.#claims = new RunClaims(this.#core);
    this.#recorder = new RunRecorder(this.#core);
  }

  planGrid(plan: GridPlan): StoredRun[] {
    const { database, transactions, clock } = this.#core;
    return transactions.run(() => planGrid(database, plan, clock()));
  }

  reserveRun(runId: number, claim: Claim, takeable: Takeable): Reservation {
    return this.#claims.reserveRun(runId, claim, takeable);
  }

  releaseRun(held: HeldRun): void {
    this.#claims.releaseRun(held);
  }

  beat(held: readonly HeldRun[]): HeldRun[] {
    return this.#claims.beat(held);
  }

  claimRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    parameters: readonly ParameterRow[],
  ): void {
    this.#claims.claimRun(runId, claim, provenance, parameters);
  }

  findResumePoint(runId: number, continuation: Continuation | null): ResumeSearch {
    return this.#claims.findResumePoint(runId, continuation);
  }

  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void {
    this.#claims.resumeRun(runId, claim, provenance, at);
  }

  appendSteps(runId: number, token: string, block: StepBlock): void {
    this.#recorder.appendSteps(runId, token, block);
  }

  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: StepBlock): void {
    this.#recorder.appendCheckpoint(runId, token, checkpoint, block);
  }

  appendEvaluations(runId: number, token: string, evaluations: EvaluationsAt): void {
    this.#recorder.appendEvaluations(runId, token, evaluations);
  }

  appendEvent(runId: number, token: string, event: Omit<RunEvent, "atMs">): void {
    this.#recorder.appendEvent(runId, token, event);
  }

  appendProbe(runId: number, token: string, probe: Probe): void {
    this.#recorder.appendProbe(runId, token, probe);
  }

  setThresholds(runId: number, token: string, thresholds: string): void {
    this.#recorder.setThresholds(runId, token, thresholds);
  }

  setFindings(runId: number, token: string, findings: readonly Finding[]): void {
    this.#recorder.setFindings(runId, token, findings);
  }

  endRun(runId: number, token: string, end: RunEnd): void {
    this.#recorder.endRun(runId, token, end);
  }

  markInterrupted(): number {
    return this.#claims.markInterrupted();
  }

  close(): void {
    const { database } = this.#core;
    try {
      database.pragma("wal_checkpoint(TRUNCATE)");
    } catch (error) {
      // The log stays beside the file, whole; whoever opens the store next reads it.
      if (storageTrouble(database.name, error) === undefined) throw error;
    } finally {
      this.#closeDatabase();
    }
  }
}
