import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { isAlive } from "./claim.ts";
import type {
  Claim,
  Continuation,
  HeldRun,
  Reservation,
  ResumePoint,
  ResumeSearch,
  Takeable,
} from "./contract/claim.ts";
import type { GridPlan, StoredRun } from "./contract/plan.ts";
import type {
  Checkpoint,
  EvaluationsAt,
  Finding,
  ParameterRow,
  Provenance,
  RunEnd,
  RunEvent,
  Snapshot,
  StepBlock,
} from "./contract/record.ts";
import type { StoreWriter } from "./contract/writer.ts";
import type { OpenedDatabase } from "./open-database.ts";
import { planGrid } from "./plan-grid.ts";
import type { Probe } from "./probe/probe.ts";
import { ProbeInserter } from "./probe/probe-inserter.ts";
import { Checkpoints } from "./recovery/checkpoints.ts";
import { HistoryCopier } from "./recovery/copy-history.ts";
import { HistoryCutter } from "./recovery/cut-history.ts";
import { findResumePoint } from "./recovery/find-resume-point.ts";
import { type HistoryStatements, prepareHistory, RunHistory } from "./run-history.ts";
import { storageTrouble } from "./storage-trouble.ts";
import { LostClaimError, StoreError } from "./store-error.ts";
import { Transactions } from "./transactions.ts";
import { type Owner, prepareWriter, type WriterStatements } from "./writer-statements.ts";

export class SqliteWriter implements StoreWriter {
  readonly notice: string | null;
  readonly #database: Database;
  readonly #closeDatabase: () => void;
  readonly #clock: () => number;
  readonly #transactions: Transactions;
  readonly #sql: WriterStatements;
  readonly #history: HistoryStatements;
  readonly #probes: ProbeInserter;
  readonly #checkpoints: Checkpoints;
  readonly #cutter: HistoryCutter;
  readonly #copier: HistoryCopier;
  readonly #histories: Map<number, RunHistory> = new Map();

  constructor({ database, notice, close }: OpenedDatabase, clock: () => number) {
    this.notice = notice;
    this.#database = database;
    this.#closeDatabase = close;
    this.#clock = clock;
    this.#transactions = new Transactions(database);
    this.#sql = prepareWriter(database);
    this.#history = prepareHistory(database);
    this.#probes = new ProbeInserter(database);
    this.#checkpoints = new Checkpoints(database);
    this.#cutter = new HistoryCutter(database);
    this.#copier = new HistoryCopier(database);
  }

  planGrid(plan: GridPlan): StoredRun[] {
    return this.#transactions.run(() => planGrid(this.#database, plan, this.#clock()));
  }

  reserveRun(runId: number, claim: Claim, { states, asItWas }: Takeable): Reservation {
    return this.#transactions.run(() => {
      const now = this.#clock();
      const run = this.#owner(runId);
      if (run.claim !== null && isAlive(run, claim.host, now)) {
        return { isTaken: false, state: run.state, isHeld: true };
      }
      if (run.state === "running") this.#interrupt(runId, now);
      const state = run.state === "running" ? "interrupted" : run.state;
      const isAsItWas = asItWas?.state === state && asItWas.endedAt === run.ended_at;
      if (!states.includes(state) && !isAsItWas) return { isTaken: false, state, isHeld: false };
      this.#sql.reserve.run({ ...reserving(claim), id: runId, now });
      return { isTaken: true };
    });
  }

  releaseRun({ runId, token }: HeldRun): void {
    this.#transactions.run(() => this.#sql.release.run(runId, token));
  }

  beat(held: readonly HeldRun[]): HeldRun[] {
    return this.#transactions.run(() => {
      const now = this.#clock();
      return held.filter(
        ({ runId, token }) => this.#sql.beatHeld.run(now, runId, token).changes === 0,
      );
    });
  }

  claimRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    parameters: readonly ParameterRow[],
  ): void {
    this.#transactions.run(() => {
      const now = this.#clock();
      this.#refuseIfHeld(runId, claim, now);
      for (const statement of this.#sql.clearAttempt) statement.run(runId);
      const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
      this.#sql.claim.run({
        ...reserving(claim),
        id: runId,
        now,
        size,
        provenance: JSON.stringify(provenance),
      });
      for (const [idx, { name, shape, size }] of parameters.entries()) {
        this.#sql.insertParam.run(runId, idx, name, JSON.stringify(shape), size);
      }
      this.#sql.insertEvent.run(runId, now, "started", null);
      this.#histories.delete(runId);
    });
  }

  findResumePoint(runId: number, continuation: Continuation | null): ResumeSearch {
    return this.#transactions.run(() => findResumePoint(this.#database, runId, continuation));
  }

  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void {
    this.#transactions.run(() => {
      const now = this.#clock();
      const { step } = at;
      this.#refuseIfHeld(runId, claim, now);
      const isOwn = at.runId === runId;
      const trainSeconds = this.#sql.trainSeconds.get(at.runId, step);
      if (trainSeconds === undefined) {
        throw new StoreError(`${at.run} has no checkpoint at step ${step} any more; start again`);
      }
      if (isOwn) this.#cutter.cut(runId, step);
      else {
        for (const statement of this.#sql.clearAttempt) statement.run(runId);
        this.#copier.copy({ from: at.runId, to: runId, step });
      }
      const history = new RunHistory(this.#history, runId, step);
      history.writeOpen();
      this.#histories.set(runId, history);
      this.#sql.resume.run({
        ...reserving(claim),
        id: runId,
        now,
        startedAt: isOwn ? null : now,
        lastStep: step === 0 ? null : step - 1,
        lastLoss: history.lastLoss(),
        recentLoss: history.recentLoss(),
        trainSeconds,
        provenance: JSON.stringify(provenance),
      });
      const from = isOwn ? `at step ${step}` : `from ${at.run} at step ${step}`;
      this.#sql.insertEvent.run(runId, now, "resumed", from);
    });
  }

  appendSteps(runId: number, token: string, block: StepBlock): void {
    if (block.count === 0) return;
    this.#writing(runId, token, (now, next) => this.#append(runId, block, { now, next }));
  }

  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: StepBlock): void {
    this.#writing(runId, token, (now, next) => {
      const end = next + block.count;
      if (checkpoint.step !== end) {
        throw new RangeError(`a checkpoint at step ${checkpoint.step} of a run at ${end}`);
      }
      if (block.count > 0) this.#append(runId, block, { now, next });
      this.#checkpoints.add(runId, checkpoint);
    });
  }

  appendEvaluations(runId: number, token: string, { step, evaluations }: EvaluationsAt): void {
    this.#writing(runId, token, () => this.#evaluate(runId, { step, evaluations }));
  }

  appendEvent(runId: number, token: string, { kind, message }: Omit<RunEvent, "atMs">): void {
    this.#writing(runId, token, (now) => this.#sql.insertEvent.run(runId, now, kind, message));
  }

  appendProbe(runId: number, token: string, probe: Probe): void {
    this.#writing(runId, token, () => this.#probes.insert(runId, probe));
  }

  setThresholds(runId: number, token: string, thresholds: string): void {
    this.#writing(runId, token, () => this.#sql.insertThresholds.run(runId, thresholds));
  }

  setFindings(runId: number, token: string, findings: readonly Finding[]): void {
    this.#writing(runId, token, () => {
      this.#sql.clearFindings.run(runId);
      for (const [idx, finding] of findings.entries()) {
        const { level, rule, layer, param, step, value, message } = finding;
        this.#sql.insertFinding.run(runId, idx, level, rule, layer, param, step, value, message);
      }
    });
  }

  endRun(runId: number, token: string, end: RunEnd): void {
    const { state, reason, error, detail, trainSeconds, snapshot } = end;
    this.#database.pragma("synchronous = FULL");
    try {
      this.#writing(runId, token, (now) => {
        if (snapshot !== null) this.#keep(runId, snapshot, end);
        if (state === "diverged") this.#checkpoints.clear(runId);
        this.#sql.insertEvent.run(runId, now, state, error ?? detail ?? reason);
        this.#sql.end.run({ id: runId, now, state, reason, error, trainSeconds });
      });
      this.#histories.delete(runId);
    } finally {
      this.#database.pragma("synchronous = NORMAL");
    }
  }

  markInterrupted(): number {
    return this.#transactions.run(() => {
      const now = this.#clock();
      const dead = this.#sql.running.all().filter((run) => !isAlive(run, hostname(), now));
      for (const { id } of dead) this.#interrupt(id, now);
      return dead.length;
    });
  }

  close(): void {
    try {
      this.#database.pragma("wal_checkpoint(TRUNCATE)");
    } catch (error) {
      // The log stays beside the file, whole; whoever opens the store next reads it.
      if (storageTrouble(this.#database.name, error) === undefined) throw error;
    } finally {
      this.#closeDatabase();
    }
  }

  #append(
    runId: number,
    block: StepBlock,
    { now, next }: { readonly now: number; readonly next: number },
  ): void {
    let history = this.#histories.get(runId);
    if (history?.next !== next) {
      history = new RunHistory(this.#history, runId, next);
      this.#histories.set(runId, history);
    }
    history.append(block);
    const step = history.next - 1;
    this.#sql.insertTick.run(runId, step, now);
    const losses = [history.lastLoss(), history.recentLoss()];
    this.#sql.advance.run(step, ...losses, block.trainSeconds ?? null, runId);
  }

  #evaluate(runId: number, { step, evaluations }: EvaluationsAt): void {
    for (const { split, statistics, loss } of evaluations) {
      this.#sql.insertEval.run(runId, split, statistics, step, loss);
    }
  }

  #keep(runId: number, snapshot: Snapshot, { trainSeconds }: RunEnd): void {
    const { step, samples } = snapshot;
    this.#evaluate(runId, snapshot);
    for (const [i, text] of samples.entries()) this.#sql.insertSample.run(runId, step, i, text);
    this.#checkpoints.addFinal(runId, snapshot, trainSeconds);
  }

  #interrupt(runId: number, now: number): void {
    this.#sql.interrupt.run(runId);
    this.#sql.insertEvent.run(runId, now, "interrupted", null);
    this.#histories.delete(runId);
  }

  /** One transaction by the holder of a run's claim; knows the time and the next step. */
  #writing(runId: number, token: string, write: (now: number, next: number) => void): void {
    try {
      this.#transactions.run(() => {
        const run = this.#owner(runId);
        if (run.claim !== token) throw lostClaim(run);
        const now = this.#clock();
        write(now, (run.last_step ?? -1) + 1);
        this.#sql.beat.run(now, runId);
      });
    } catch (error) {
      this.#histories.delete(runId);
      throw error;
    }
  }

  #refuseIfHeld(runId: number, { token, host, isReserved }: Claim, now: number): void {
    const run = this.#owner(runId);
    if (run.claim === token) return;
    if (isReserved) throw lostClaim(run);
    if (run.claim !== null && isAlive(run, host, now)) {
      throw new StoreError(
        `run ${run.name} is being trained by process ${run.pid} on ${run.host}; wait for it or stop it first`,
      );
    }
  }

  #owner(runId: number): Owner {
    const run = this.#sql.owner.get(runId);
    if (run === undefined) throw new StoreError(`there is no run with id ${runId}`);
    return run;
  }
}

/** What of a claim SQLite is told. */
function reserving({ token, pid, host }: Claim): Claim {
  return { token, pid, host };
}

function lostClaim({ name }: Owner): LostClaimError {
  return new LostClaimError(
    `run ${name} is no longer held by this process: another one has taken or ended it; stop here and start again`,
  );
}
