import type { Parameter } from "@ablate/core";
import { HeldRunError, StoreError } from "../file/store-error.ts";
import { clearAttempt, copyHistory, cutHistory, interruptRun } from "../recovery/run-tables.ts";
import { textIn } from "../views/valid-json.ts";
import {
  type Claim,
  type HeldRun,
  type Holder,
  isAlive,
  type Reservation,
  type ResumePoint,
  type Takeable,
} from "./claim.ts";
import { lostClaim } from "./held-writer.ts";
import { processStart } from "./process.ts";
import type { Provenance } from "./record.ts";
import { RecordWriter } from "./record-writer.ts";

const CLAIM = `
  update run set state = 'running', reason = null, error = null, started_at = @startedAt,
    ended_at = null, heartbeat_at = @now, host = @host, pid = @pid, process_start = @start,
    claim = @token, last_step = null, last_loss = null, recent_loss = null, train_seconds = null,
    parameters = @size, provenance = @provenance
  where id = @id`;

const REOPEN = `
  update run set state = 'running', reason = null, error = null, started_at = coalesce(started_at, @now),
    ended_at = null, heartbeat_at = @now, host = @host, pid = @pid, process_start = @start, claim = @token
  where id = @id`;

/** Deletes the last event of a run, where it says that the run has ended. */
const FORGET_END = `
  delete from event where run_id = @runId and id = (select max(id) from event where run_id = @runId)
    and kind in ('finished', 'failed', 'diverged', 'stopped', 'interrupted')`;

/** Later than any: nothing of a history is cut but the digests of what may change. */
const EVERY_STEP = Number.MAX_SAFE_INTEGER;

const RESUME = `
  update run set state = 'running', reason = null, error = null,
    started_at = coalesce(@startedAt, started_at, @now), ended_at = null, heartbeat_at = @now,
    host = @host, pid = @pid, process_start = @start, claim = @token, last_step = @lastStep,
    last_loss = @lastLoss, recent_loss = @recentLoss, train_seconds = @trainSeconds, provenance = @provenance
  where id = @id`;

/** Takes runs for a process, and gives them back; each method is one transaction. */
export class ClaimWriter extends RecordWriter {
  /** Takes a run before anything is known of it, unless another process holds it or it is not takeable. */
  reserveRun(runId: number, claim: Claim, { states, asItWas }: Takeable): Reservation {
    return this.transactions.run(() => {
      const now = this.clock();
      const run = this.owner(runId);
      if (run.claim !== null && isAlive(run, now, claim.host)) {
        return { isTaken: false, state: run.state, isHeld: true };
      }
      if (run.state === "running") this.#interrupt(runId, now);
      const state = run.state === "running" ? "interrupted" : run.state;
      const isAsItWas = asItWas?.state === state && asItWas.endedAt === run.ended_at;
      if (!states.includes(state) && !isAsItWas) return { isTaken: false, state, isHeld: false };
      const { host, pid, token } = claim;
      const process_start = processStart(pid);
      this.sql.update("run", runId, { heartbeat_at: now, host, pid, process_start, claim: token });
      return { isTaken: true };
    });
  }

  /**
   * Takes over a run from an earlier process with the claim that this one had: whatever trains it goes on.
   *
   * @returns whether the run is still under that claim
   */
  adoptRun(runId: number, { token, pid, host }: Claim): boolean {
    return this.transactions.run(() => {
      if (this.owner(runId).claim !== token) return false;
      const held = { heartbeat_at: this.clock(), host, pid, process_start: processStart(pid) };
      this.sql.update("run", runId, held);
      return true;
    });
  }

  /** Gives a run back that was reserved and has not begun; does nothing where the claim is gone. */
  releaseRun({ runId, token }: HeldRun): void {
    this.transactions.run(() =>
      this.sql.run(
        `update run set heartbeat_at = null, host = null, pid = null, process_start = null, claim = null
         where id = ? and claim = ?`,
        runId,
        token,
      ),
    );
  }

  /** Gives a sign of life for these runs; returns those whose claim is gone. */
  beat(held: readonly HeldRun[]): HeldRun[] {
    const beat = "update run set heartbeat_at = ? where id = ? and claim = ?";
    return this.transactions.run(() => {
      const now = this.clock();
      return held.filter(({ runId, token }) => this.sql.run(beat, now, runId, token).changes === 0);
    });
  }

  /**
   * Takes a run before its step 0 and removes what an earlier attempt left.
   *
   * @param startedAt - when it was started, in milliseconds since 1970, as its log says; null: now
   * @throws LostClaimError - it was reserved, and another process has taken it since
   */
  claimRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    parameters: readonly Parameter[],
    startedAt: number | null = null,
  ): void {
    this.#taking(runId, claim, (now) => {
      clearAttempt(this.sql, runId);
      const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
      const taken = { ...reserving(claim), id: runId, now, startedAt: startedAt ?? now };
      this.sql.run(CLAIM, { ...taken, size, provenance: JSON.stringify(provenance) });
      for (const [idx, parameter] of parameters.entries()) {
        const { name, size, layer, layerKind: layer_kind, role } = parameter;
        const shape = JSON.stringify(parameter.shape);
        const columns = { name, shape, size, layer, layer_kind, role };
        this.sql.insert("param", { run_id: runId, idx, ...columns });
      }
      this.#setRevision(runId, claim, 0);
      this.tell(runId, startedAt ?? now, { kind: "started", message: null });
      this.forgetHistory(runId);
    });
  }

  /**
   * Takes a run at a checkpoint. Steps from there on go, and all that was taken of the model at it or
   * later. If the checkpoint is another run's, so is the history, and what the run had goes.
   */
  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void {
    const { run, step } = at;
    const isOwn = at.runId === runId;
    this.#taking(runId, claim, (now) => {
      const trainSeconds = this.sql.value<number | null>(
        "select train_seconds from checkpoint where run_id = ? and step = ?",
        at.runId,
        step,
      );
      if (trainSeconds === undefined) {
        throw new StoreError(`${run} has no checkpoint at step ${step} any more; start again`);
      }
      const hostBefore = this.sql.value<string | null>(HOST, at.runId);
      if (isOwn) cutHistory(this.sql, runId, step);
      else {
        clearAttempt(this.sql, runId);
        copyHistory(this.sql, { from: at.runId, to: runId, step });
      }
      const history = this.openHistory(runId, step);
      history.writeOpen();
      this.sql.run(RESUME, {
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
      const place = isOwn ? `at step ${step}` : `from ${run} at step ${step}`;
      const before = this.#setRevision(runId, claim, step);
      const message = [
        place,
        ...(before === null ? [] : [changeText(before, claim)]),
        ...moveText(hostBefore, provenance),
      ].join(", ");
      const from = { from_run: isOwn ? null : run, from_step: step };
      this.tell(runId, now, { kind: "resumed", message }, from);
    });
  }

  /** Takes a run whose log goes on, with all that is recorded of it but its end, which was none. */
  reopenRun(runId: number, claim: Claim): void {
    this.#taking(runId, claim, (now) => {
      cutHistory(this.sql, runId, EVERY_STEP);
      if (this.owner(runId).state !== "running") this.sql.run(FORGET_END, { runId });
      this.sql.run(REOPEN, { ...reserving(claim), id: runId, now });
      this.forgetHistory(runId);
    });
  }

  /** Marks running runs whose process has died; returns how many. */
  markInterrupted(): number {
    return this.transactions.run(() => {
      const now = this.clock();
      const running = this.sql.rows<Holder & { readonly id: number }>(
        "select id, host, pid, process_start, heartbeat_at from run where state = 'running'",
      );
      const dead = running.filter((run) => !isAlive(run, now));
      for (const { id } of dead) this.#interrupt(id, now);
      return dead.length;
    });
  }

  /**
   * Records which revision makes the updates from `step` on; returns the one before where it is another. Engines of other
   * programs have none.
   */
  #setRevision(runId: number, claim: Claim, step: number): number | null {
    const source = this.sql.value<string | null>("select source from run where id = ?", runId);
    if (source !== null) return null;
    const before = this.sql.value<number>(REVISION_BEFORE, runId);
    const revision = revisionOf(claim);
    if (before === revision) return null;
    this.sql.insert("revision", { run_id: runId, step, revision });
    return before ?? null;
  }

  #interrupt(runId: number, now: number): void {
    interruptRun(this.sql, runId, now);
    this.forgetHistory(runId);
  }

  /** Runs one transaction that takes a run, unless another process holds it. */
  #taking(runId: number, { token, host, isReserved }: Claim, take: (now: number) => void): void {
    this.transactions.run(() => {
      const now = this.clock();
      const run = this.owner(runId);
      if (run.claim !== token && isReserved) throw lostClaim(run);
      if (run.claim !== token && run.claim !== null && isAlive(run, now, host)) {
        throw new HeldRunError(run.name, run);
      }
      take(now);
    });
  }
}

const REVISION_BEFORE = "select revision from revision where run_id = ? order by step desc limit 1";

function revisionOf({ revision = 1 }: Claim): number {
  return revision;
}

/** The machine that trained a run last. */
const HOST = `select ${textIn("provenance", "host")} from run where id = ?`;

/** Says on which machine a run goes on; nothing where that is the one before, or one of them is not known. */
function moveText(before: string | null | undefined, { host }: Provenance): string[] {
  const isElsewhere = before && typeof host === "string" && host !== "" && host !== before;
  return isElsewhere ? [`on ${host} after ${before}`] : [];
}

function changeText(before: number, claim: Claim): string {
  return `by revision ${revisionOf(claim)} after ${before}`;
}

/** Returns what of a claim SQLite is told. */
function reserving({ token, pid, host }: Claim): Claim & { readonly start: string | null } {
  return { token, pid, host, start: processStart(pid) };
}
