import type { Finding } from "@ablate/core";
import { readAnnotations } from "../annotate/annotate.ts";
import { emptyStore } from "../exchange/open-source.ts";
import { openTable } from "../export/open-table.ts";
import type { ExportScope, ExportTable } from "../export/table.ts";
import { layDamaged } from "../file/current-layout.ts";
import { type OpenedStore, openForReading, type WaitOptions } from "../file/open-database.ts";
import { runQuery } from "../query/statement.ts";
import { findStart } from "../recovery/resume-point.ts";
import { type Meaning, type ResolveOptions, resolve } from "../resolve/resolve.ts";
import { type TrashEntry, trashEntries } from "../trash/entries.ts";
import { isLeft } from "../views/runs.ts";
import { validJson } from "../views/valid-json.ts";
import { type AskedStart, type Holder, isAlive, type PlannedStart } from "../writing/claim.ts";
import {
  type PlannedGrid,
  type PlanPreview,
  previewPlan,
  readGrid,
} from "../writing/grid-plans.ts";
import type { GridPlan, RecordedRun, RunState, StoredRun, TrainedKind } from "../writing/plan.ts";
import { allFindings, judgedRuns } from "./all-findings.ts";
import { isAttended } from "./attendance.ts";
import type {
  Annotations,
  GridSummary,
  QueryResult,
  RunFilter,
  RunStamp,
  RunSummary,
} from "./history.ts";
import { type NameListener, tellOf } from "./name-listener.ts";
import { RecordReader } from "./record-reader.ts";
import { RunChecks } from "./run-checks.ts";
import { withMetrics, withOwnMetrics } from "./run-metrics.ts";
import {
  inGrid,
  type RunOfGrid,
  type SelectedSummary,
  SUMMARY_COLUMNS,
  summaryOf,
} from "./run-summary.ts";

type ReaderOptions = WaitOptions & { readonly listener?: NameListener };

/**
 * Opens a store for reading only.
 *
 * @throws StoreError - if there is none, it is no store, or a newer ablate wrote it
 */
export function openReader(path: string, { waitMs, listener }: ReaderOptions = {}): StoreReader {
  return new StoreReader(openForReading(path, waitMs), listener);
}

/** Opens an empty store in memory, to be read until there is a file. */
export function openNothing(): StoreReader {
  return new StoreReader(emptyStore());
}

const RUNS: string = `
  select ${SUMMARY_COLUMNS} from kept_run r join runs v on v.run = r.name order by r.id`;

const RUN: string = `select ${SUMMARY_COLUMNS} from runs v where v.run = ?`;

const SOME_RUNS = `
  select ${SUMMARY_COLUMNS} from runs v where v.run in (select value from json_each(?))`;

const RUNS_OF_GRID: string = `
  select ${SUMMARY_COLUMNS}, g.name as askedGrid, gr.label as askedLabel,
    iif(${isLeft("g.id")}, 'left', 'current') as askedPlan
  from kept_grid g join kept_grid_run gr on gr.grid_id = g.id join run r on r.id = gr.run_id
    join runs v on v.run = r.name
  where g.name = ? order by askedPlan, gr.position, gr.id`;

const RECORDED = `
  select id, name, hash, state,
    (select count(*) from eval where run_id = run.id) as evaluations,
    (select count(*) from probe where run_id = run.id) as probes,
    (select count(*) from sample where run_id = run.id) as samples,
    id in (select run_id from trash_run) as isTrashed
  from run where hash in (select value from json_each(?))`;

const TRAINED_KINDS = `
  select min(config) as config, parameters, count(*) as runs,
    sum(last_step + 1) as steps, sum(train_seconds) as seconds,
    (select group_concat(revision) from revision where run_id = run.id) as revision
  from run where source is null and train_seconds > 0 and last_step is not null and parameters is not null
    and json_valid(config) and id not in (select run_id from damaged_run)
  group by config ->> '$.model', config ->> '$.data.context', config ->> '$.train.batch_size',
    engine, parameters, revision`;

/** Everything that moves when a run does; tags, notes, names and plans move without a step. */
const STAMPS = `
  select name as run, state, host, pid, process_start, heartbeat_at, concat_ws('|', state, reason, started_at,
    heartbeat_at, ended_at, last_step,
    (select concat(count(*), '-', total(planned_at)) from grid_plan),
    (select group_concat(tag) from tag where run_id = r.id),
    (select text from run_note where run_id = r.id)) as stamp
  from kept_run r order by id`;

const GRIDS = `
  select g.name as name, g.description as description,
    (select count(*) from kept_grid_run where grid_id = g.id) as runs
  from kept_grid g order by g.id`;

const DATA_HASH: string = `${validJson("provenance")} ->> '$.data_sha256'`;
const DATA_HASHES = `
  select name as run, ${DATA_HASH} as hash from run where ${DATA_HASH} is not null`;

const KNOWN = "select name, hash from run where hash in (select value from json_each(?))";

type Known = { readonly name: string; readonly hash: string };
type RunHash = { readonly run: string; readonly hash: string };
type StoredRecord = Omit<RecordedRun, "isTrashed"> & { readonly isTrashed: number };
type Stamped = Holder & {
  readonly run: string;
  readonly stamp: string;
  readonly state: RunState;
};

/** A connection that only reads; it sees what the writer commits while it is open. */
export class StoreReader extends RecordReader {
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  readonly close: () => void;
  /** Which runs are damaged, and what is left out for it. */
  readonly checks: RunChecks;
  readonly #listener: NameListener;

  constructor({ sql, notice, close }: OpenedStore, listener: NameListener = {}) {
    super(sql);
    this.checks = new RunChecks(sql);
    this.#listener = listener;
    this.notice = notice;
    this.close = close;
  }

  /**
   * Returns rows of the view `runs`; with a grid as they are in it and in its order, after its current runs those
   * that are left from earlier plans. Runs whose row is damaged are left out.
   */
  runs({ grid, states, isCurrent = false }: RunFilter = {}): RunSummary[] {
    const runs =
      grid === undefined
        ? this.sql.rows<SelectedSummary>(RUNS).map(summaryOf)
        : this.sql.rows<RunOfGrid>(RUNS_OF_GRID, grid).map(inGrid);
    const wanted = this.checks.inTable(runs).filter(({ state, plan }) => {
      const isWanted = states?.includes(state) ?? true;
      return isWanted && (!isCurrent || plan === "current");
    });
    return withMetrics(this.sql, wanted);
  }

  /**
   * Finds the one run that a word means, by the rules of docs/filter.md.
   *
   * @throws DamageError - if its row is damaged
   */
  run(word: string): RunSummary | undefined {
    const [name] = resolve(this.sql, word)?.runs ?? [];
    if (name === undefined) return undefined;
    if (!this.checks.isWholeRow(name)) this.checks.refuse(name);
    return this.#row(name);
  }

  /** Returns the row of a run by its name; undefined where there is none or it is damaged. */
  row(name: string): RunSummary | undefined {
    if (!this.checks.isWholeRow(name)) return undefined;
    return this.#row(name);
  }

  /** Returns the rows of these runs, not compared with their digests: very many are read in parts, and checked then. */
  unchecked(names: readonly string[]): RunSummary[] {
    const found = this.sql.rows<SelectedSummary>(SOME_RUNS, JSON.stringify(names));
    return withOwnMetrics(this.sql, found.map(summaryOf));
  }

  #row(name: string): RunSummary | undefined {
    const found = this.sql.row<SelectedSummary>(RUN, name);
    return found && withMetrics(this.sql, [summaryOf(found)])[0];
  }

  /**
   * Finds the grid or the runs that a word means, by the rules of docs/filter.md.
   *
   * @throws StoreError - if it means several runs where one is wanted, or is a filter that none matches
   */
  resolve(word: string, options?: ResolveOptions): Meaning | undefined {
    const meaning = resolve(this.sql, word, options);
    if (meaning !== undefined) tellOf(this.sql, this.#listener, { word, ...meaning });
    if (meaning !== undefined || !this.checks.isSetAside(word)) return meaning;
    layDamaged(this.sql.database);
    return resolve(this.sql, word, options);
  }

  /** Returns the names that a run had before it was renamed. */
  formerNames(run: string): readonly string[] {
    return this.sql.values(
      "select name from former_name where run_id = (select id from run where name = ?) order by name",
      run,
    );
  }

  findByHash(hash: string): StoredRun | undefined {
    return this.sql.row("select id, name, hash, state from run where hash = ?", hash);
  }

  /** Returns those of these hashes that the store knows, by hash, in one query; a damaged run is left out. */
  recorded(hashes: readonly string[]): ReadonlyMap<string, RecordedRun> {
    const runs = this.sql.rows<StoredRecord>(RECORDED, JSON.stringify(hashes));
    const whole = this.checks.inTable(runs);
    return new Map(whole.map((run) => [run.hash, { ...run, isTrashed: run.isTrashed === 1 }]));
  }

  /** Says where runs would go on, were they trained now; does not notice a damaged checkpoint. */
  starts(runs: readonly AskedStart[]): PlannedStart[] {
    const hashes = JSON.stringify(runs.map(({ hash }) => hash));
    const known = this.sql.rows<Known>(KNOWN, hashes);
    const whole = new Set(this.checks.inTable(known).map(({ hash }) => hash));
    return runs.map(({ hash, ...search }) =>
      findStart(this.sql, whole.has(hash) ? hash : null, search),
    );
  }

  /** Returns what was trained, by model, context, batch size, engine, its revision and number of parameters. */
  trainedKinds(): TrainedKind[] {
    return this.sql.rows(TRAINED_KINDS);
  }

  grids(): GridSummary[] {
    return this.sql.rows(GRIDS);
  }

  /** Returns the names of the runs of a grid. */
  members(
    grid: string,
    { isCurrent = false }: Pick<RunFilter, "isCurrent"> = {},
  ): ReadonlySet<string> {
    const select = `select run from grid_runs where "grid" = ?${isCurrent ? " and plan = 'current'" : ""}`;
    return new Set(this.sql.values<string>(select, grid));
  }

  /** Returns a grid with what is stored of its configs and the runs that they have. */
  plannedGrid(grid: string): PlannedGrid {
    return readGrid(this.sql, grid);
  }

  /** Says what storing a plan would do. */
  preview(plan: GridPlan): PlanPreview {
    return previewPlan(this.sql, plan);
  }

  /** Says whether a process is training a grid, or about to, as far as this host can tell. */
  isAttended(grid: string, now: number): boolean {
    return isAttended(this.sql, grid, now);
  }

  /** Returns what was thrown away, which no other method shows. */
  trash(): TrashEntry[] {
    return trashEntries(this.sql);
  }

  /** Returns tags and notes of runs and grids, and colours. */
  annotations(): Annotations {
    return readAnnotations(this.sql);
  }

  /** Returns every run in the order of `runs()`, for a fraction of its cost. */
  stamps(now: number): RunStamp[] {
    return this.sql.rows<Stamped>(STAMPS).map(({ run, stamp, state, ...holder }) => {
      const isRunning = state === "running";
      const isLive = isRunning && isAlive(holder, now);
      return { run, stamp, isLive, isLost: isRunning && !isLive };
    });
  }

  /** Returns the sha256 of each run's data in hex, by its name; without runs that never started. */
  dataHashes(): ReadonlyMap<string, string> {
    return new Map(this.sql.rows<RunHash>(DATA_HASHES).map(({ run, hash }) => [run, hash]));
  }

  /** Returns the findings of every run that has any. */
  allFindings(): ReadonlyMap<string, readonly Finding[]> {
    return allFindings(this.sql);
  }

  /** Returns the names of the runs that rules have judged. */
  judgedRuns(): ReadonlySet<string> {
    return judgedRuns(this.sql);
  }

  /** Opens one of EXPORT_TABLES, for other programs. */
  table(name: string, scope: ExportScope): ExportTable {
    return openTable(this.sql, name, scope);
  }

  /** Runs one SELECT or WITH statement. */
  query(sql: string, params: readonly unknown[] = []): QueryResult {
    return runQuery(this.sql.database, sql, params);
  }

  /** Returns a number that changes whenever another connection has committed. */
  dataVersion(): number {
    return Number(this.sql.database.pragma("data_version", { simple: true }));
  }
}
