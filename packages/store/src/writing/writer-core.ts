import type { Database } from "better-sqlite3";
import { LostClaimError, StoreError } from "../store-error.ts";
import { type HistoryStatements, prepareHistory, RunHistory } from "./run-history.ts";
import { Transactions } from "./transactions.ts";
import { type Owner, prepareWriter, type WriterStatements } from "./writer-statements.ts";

/** What taking runs and recording them have in common: one connection, its statements, open histories. */
export class WriterCore {
  readonly database: Database;
  readonly clock: () => number;
  readonly transactions: Transactions;
  readonly sql: WriterStatements;
  readonly #history: HistoryStatements;
  readonly #histories: Map<number, RunHistory> = new Map();

  constructor(database: Database, clock: () => number) {
    this.database = database;
    this.clock = clock;
    this.transactions = new Transactions(database);
    this.sql = prepareWriter(database);
    this.#history = prepareHistory(database);
  }

  /** What a run has recorded, to go on at step `next`; read from the store unless it is open there. */
  historyAt(runId: number, next: number): RunHistory {
    const open = this.#histories.get(runId);
    return open?.next === next ? open : this.openHistory(runId, next);
  }

  /** The same, read anew. */
  openHistory(runId: number, next: number): RunHistory {
    const history = new RunHistory(this.#history, runId, next);
    this.#histories.set(runId, history);
    return history;
  }

  forgetHistory(runId: number): void {
    this.#histories.delete(runId);
  }

  owner(runId: number): Owner {
    const run = this.sql.owner.get(runId);
    if (run === undefined) throw new StoreError(`there is no run with id ${runId}`);
    return run;
  }
}

export function lostClaim({ name }: Owner): LostClaimError {
  return new LostClaimError(
    `run ${name} is no longer held by this process: another one has taken or ended it; stop here and start again`,
  );
}
