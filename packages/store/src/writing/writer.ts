import { randomUUID } from "node:crypto";
import { type OpenedStore, openForWriting } from "../file/open-database.ts";
import { storageTrouble } from "../file/trouble.ts";
import { RecordReader } from "../reading/record-reader.ts";
import { findResumePoint, findStart } from "../recovery/resume-point.ts";
import { forgetOthers } from "../trash/forget-others.ts";
import { TRAINED_BY } from "../views/runs.ts";
import type { Continuation, OtherRevision, ResumeSearch, RevisionRule } from "./claim.ts";
import { ClaimWriter } from "./claim-writer.ts";
import type { GridPlan, PlannedRun, StoredRun } from "./plan.ts";
import { planGrid } from "./plan-grid.ts";
import { planRecorded } from "./plan-recorded.ts";

export type WriterOptions = {
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly clock?: () => number;
};

/**
 * Opens a store for writing; makes the file when there is none and migrates an older one.
 *
 * @throws StoreError - if it cannot be opened, is no store, or a newer ablate wrote it
 */
export function openWriter(path: string, { clock = Date.now }: WriterOptions = {}): StoreWriter {
  return new StoreWriter(openForWriting(path), clock);
}

/** What the store has of a recorded run. */
export type KnownRun = Pick<StoredRun, "id" | "name" | "state"> & {
  readonly isTrashed: boolean;
  /** Steps that are known of, by whatever is recorded of them. */
  readonly step: number;
  /** The loss of the last step. */
  readonly loss: number | null;
};

const KNOWN = `
  select id, hash, name, state, last_loss as loss, id in (select run_id from trash_run) as isTrashed,
    1 + max(coalesce(last_step, -1),
      coalesce((select max(last_step) from metric m where m.run_id = run.id), -1)) as step
  from run where hash in (select value from json_each(?))`;

const REVISIONS_OF = `select hash, ${TRAINED_BY} as revision from run r where hash in (select value from json_each(?))`;

/**
 * The one connection that writes. Every method is one transaction, which throws a StorageError where
 * the file does not take it: a full disk, a lock, a file that is gone. It may then be called again.
 */
export class StoreWriter extends ClaimWriter {
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  readonly #closeDatabase: () => void;
  #records: RecordReader | null = null;

  constructor({ sql, notice, close }: OpenedStore, clock: () => number) {
    super(sql, clock);
    this.notice = notice;
    this.#closeDatabase = close;
  }

  /** Returns what tells this store from every other; a copy of the file has the same. */
  storeId(): string {
    return this.transactions.run(() => {
      this.sql.run(
        "insert into store_id select ? where not exists (select 1 from store_id)",
        randomUUID(),
      );
      return this.sql.value<string>("select id from store_id") ?? "";
    });
  }

  /** Returns what a run is called by now; it may be renamed while it is written. */
  nameOf(runId: number): string {
    return this.sql.value<string>("select name from run where id = ?", runId) ?? "";
  }

  /** Reads what is recorded, with what an open transaction has written. */
  get records(): RecordReader {
    this.#records ??= new RecordReader(this.sql);
    return this.#records;
  }

  /**
   * Stores a grid and those of its runs that are new, and takes it and them out of the trash; the
   * result is in the order of the plan.
   */
  planGrid(plan: GridPlan): StoredRun[] {
    return this.transactions.run(() => planGrid(this.sql, plan, this.clock()));
  }

  /** Stores a run of a log, which the store must not know, as the last one of its grid. */
  planRecorded(grid: string, run: PlannedRun): Pick<StoredRun, "id" | "name"> {
    return this.transactions.run(() => planRecorded(this.sql, { grid, run }, this.clock()));
  }

  /**
   * Finds the latest whole checkpoint that a run can go on from.
   *
   * @param continuation - which other run's history will do as well
   */
  findResumePoint(
    runId: number,
    continuation: Continuation | null,
    rule: RevisionRule = { revision: 1, mixes: false },
  ): ResumeSearch {
    return this.transactions.run(() => findResumePoint(this.sql, runId, { continuation, rule }));
  }

  /** Finds the runs that a checkpoint of another revision keeps from being trained, without reading it. */
  otherRevisions(
    runs: readonly { readonly hash: string; readonly revision: number }[],
  ): ReadonlyMap<string, OtherRevision> {
    return this.transactions.run(() => {
      const found = runs.flatMap(({ hash, revision }) => {
        const search = { continuation: null, rule: { revision, mixes: false } };
        const { other } = findStart(this.sql, hash, search);
        return other === null ? [] : [[hash, other] as const];
      });
      return new Map(found);
    });
  }

  /** Returns the revisions that trained each of these runs, as the view `runs` has them, by hash. */
  trainedBy(hashes: readonly string[]): ReadonlyMap<string, string | null> {
    type Row = { readonly hash: string; readonly revision: string | null };
    const asked = JSON.stringify(hashes);
    const rows = this.transactions.run(() => this.sql.rows<Row>(REVISIONS_OF, asked));
    return new Map(rows.map(({ hash, revision }) => [hash, revision]));
  }

  /** Returns what the store has of the runs with these hashes, by hash. */
  recordedRuns(hashes: readonly string[]): ReadonlyMap<string, KnownRun> {
    type Row = Omit<KnownRun, "isTrashed"> & { readonly hash: string; readonly isTrashed: number };
    const rows = this.transactions.run(() => this.sql.rows<Row>(KNOWN, JSON.stringify(hashes)));
    return new Map(
      rows.map(({ hash, ...run }) => [hash, { ...run, isTrashed: run.isTrashed === 1 }]),
    );
  }

  /** Removes all runs but those with these hashes, and grids that have no run then; a run that a process writes stays. */
  forgetOthers(hashes: readonly string[]): void {
    this.transactions.run(() => forgetOthers(this.sql, hashes, this.clock()));
  }

  /**
   * The files that SQLite has open here. A process that opens one of them by itself and closes it again gives back all locks
   * that SQLite holds on it.
   */
  get files(): readonly string[] {
    const { name } = this.sql.database;
    return ["", "-wal", "-shm", "-journal"].map((end) => `${name}${end}`);
  }

  /** Empties the write-ahead log into the file, where that can be written to, and closes it. */
  close(): void {
    try {
      this.sql.database.pragma("wal_checkpoint(TRUNCATE)");
    } catch (error) {
      // The log stays beside the file, whole; whoever opens the store next reads it.
      if (storageTrouble(this.sql.database.name, error) === undefined) throw error;
    } finally {
      this.#closeDatabase();
    }
  }
}
