import { hostname } from "node:os";
import { isAlive } from "../claim.ts";
import type {
  Claim,
  Continuation,
  HeldRun,
  Reservation,
  ResumePoint,
  ResumeSearch,
  Takeable,
} from "../contract/claim.ts";
import type { ParameterRow, Provenance } from "../contract/record.ts";
import { HistoryCopier } from "../recovery/copy-history.ts";
import { HistoryCutter } from "../recovery/cut-history.ts";
import { findResumePoint } from "../recovery/find-resume-point.ts";
import { StoreError } from "../store-error.ts";
import { lostClaim, type WriterCore } from "./writer-core.ts";
import type { WriterStatements } from "./writer-statements.ts";

/** Who trains which run, and from where on. */
export class RunClaims {
  readonly #core: WriterCore;
  readonly #sql: WriterStatements;
  readonly #cutter: HistoryCutter;
  readonly #copier: HistoryCopier;

  constructor(core: WriterCore) {
    this.#core = core;
    this.#sql = core.sql;
    this.#cutter = new HistoryCutter(core.database);
    this.#copier = new HistoryCopier(core.database);
  }

  reserveRun(runId: number, claim: Claim, { states, asItWas }: Takeable): Reservation {
    return this.#core.transactions.run(() => {
      const now = this.#core.clock();
      const run = this.#core.owner(runId);
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
    this.#core.transactions.run(() => this.#sql.release.run(runId, token));
  }

  beat(held: readonly HeldRun[]): HeldRun[] {
    return this.#core.transactions.run(() => {
      const now = this.#core.clock();
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
    this.#core.transactions.run(() => {
      const now = this.#core.clock();
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
      this.#core.forgetHistory(runId);
    });
  }

  findResumePoint(runId: number, continuation: Continuation | null): ResumeSearch {
    return this.#core.transactions.run(() =>
      findResumePoint(this.#core.database, runId, continuation),
    );
  }

  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void {
    this.#core.transactions.run(() => {
      const now = this.#core.clock();
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
      const history = this.#core.openHistory(runId, step);
      history.writeOpen();
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

  markInterrupted(): number {
    return this.#core.transactions.run(() => {
      const now = this.#core.clock();
      const dead = this.#sql.running.all().filter((run) => !isAlive(run, hostname(), now));
      for (const { id } of dead) this.#interrupt(id, now);
      return dead.length;
    });
  }

  #interrupt(runId: number, now: number): void {
    this.#sql.interrupt.run(runId);
    this.#sql.insertEvent.run(runId, now, "interrupted", null);
    this.#core.forgetHistory(runId);
  }

  #refuseIfHeld(runId: number, { token, host, isReserved }: Claim, now: number): void {
    const run = this.#core.owner(runId);
    if (run.claim === token) return;
    if (isReserved) throw lostClaim(run);
    if (run.claim !== null && isAlive(run, host, now)) {
      throw new StoreError(
        `run ${run.name} is being trained by process ${run.pid} on ${run.host}; wait for it or stop it first`,
      );
    }
  }
}

/** What of a claim SQLite is told. */
function reserving({ token, pid, host }: Claim): Claim {
  return { token, pid, host };
}
