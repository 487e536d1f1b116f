import type { Statements } from "../file/statements.ts";
import { LostClaimError, StoreError } from "../file/store-error.ts";
import type { Holder } from "./claim.ts";
import type { RunState } from "./plan.ts";
import type { RunEvent } from "./record.ts";
import { RunHistory } from "./run-history.ts";
import { RunMetrics } from "./run-metrics.ts";
import { Transactions } from "./transactions.ts";

export type Owner = Holder & {
  readonly name: string;
  readonly state: RunState;
  readonly claim: string | null;
  readonly last_step: number | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
};

export type NewEvent = Pick<RunEvent, "kind" | "message">;

type FromColumns = { readonly from_run?: string | null; readonly from_step?: number };

/** Writes into runs whose claim its process holds, and knows what it has written of them. */
export class HeldWriter {
  protected readonly sql: Statements;
  protected readonly clock: () => number;
  protected readonly transactions: Transactions;
  readonly #histories: Map<number, RunHistory> = new Map();
  readonly #metrics: Map<number, RunMetrics> = new Map();

  constructor(sql: Statements, clock: () => number) {
    this.sql = sql;
    this.clock = clock;
    this.transactions = new Transactions(sql);
  }

  /** Runs the methods called in `work` as one transaction: all that they store, or nothing. */
  together<T>(work: () => T): T {
    try {
      return this.transactions.run(work);
    } catch (error) {
      // What is known of the runs may be of what was not stored.
      this.#histories.clear();
      this.#metrics.clear();
      throw error;
    }
  }

  /** Returns who has a run, and how far it is. */
  protected owner(runId: number): Owner {
    const run = this.sql.row<Owner>(
      `select name, state, claim, host, pid, process_start, heartbeat_at, last_step, started_at, ended_at
       from run where id = ?`,
      runId,
    );
    if (run === undefined) throw new StoreError(`there is no run with id ${runId}`);
    return run;
  }

  /** @param from - the run is named where it is another one */
  protected tell(runId: number, at_ms: number, event: NewEvent, from: FromColumns = {}): void {
    const { kind, message } = event;
    this.sql.insert("event", { run_id: runId, at_ms, kind, message, ...from });
  }

  /** Reads what a run has recorded before step `next`, to go on there. */
  protected openHistory(runId: number, next: number): RunHistory {
    const history = new RunHistory(this.sql, runId, next);
    this.#histories.set(runId, history);
    // What is known of its metrics may be of later steps.
    this.#metrics.delete(runId);
    return history;
  }

  /** Returns what is open of a run's history; undefined where nothing was written of it since it was taken. */
  protected historyOf(runId: number): RunHistory | undefined {
    return this.#histories.get(runId);
  }

  protected forgetHistory(runId: number): void {
    this.#histories.delete(runId);
    this.#metrics.delete(runId);
  }

  protected metricsOf(runId: number): RunMetrics {
    const known = this.#metrics.get(runId) ?? new RunMetrics(this.sql, runId);
    this.#metrics.set(runId, known);
    return known;
  }

  /** Runs one transaction of the holder of a run's claim; `write` is told the time and the next step. */
  protected writing(
    runId: number,
    token: string,
    write: (now: number, next: number) => void,
  ): void {
    try {
      this.transactions.run(() => {
        const run = this.owner(runId);
        if (run.claim !== token) throw lostClaim(run);
        const now = this.clock();
        write(now, (run.last_step ?? -1) + 1);
        this.sql.run("update run set heartbeat_at = ? where id = ?", now, runId);
      });
    } catch (error) {
      this.forgetHistory(runId);
      throw error;
    }
  }
}

export function lostClaim({ name }: Owner): LostClaimError {
  return new LostClaimError(
    `run ${name} is no longer held by this process: another one has taken or ended it; stop here and start again`,
  );
}
