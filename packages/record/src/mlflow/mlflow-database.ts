/** Runs in MLflow's database. */
import type { LogPosition } from "@ablate/store";
import type { Database } from "better-sqlite3";
import { Columns } from "../columns.ts";
import type { FoundLog, LogEntry, LogReader } from "../log.ts";
import { momentOf } from "../moment.ts";
import { isStep } from "../number-text.ts";
import { runEntry } from "../run-entry.ts";
import type { ForeignDatabase } from "../sqlite/foreign-database.ts";
import { endOf, provenanceOf, settingOf, UncountedMetrics } from "./mlflow-run.ts";

/** Columns that are read: all that MLflow has had since 1.0, of 2019. */
export const MLFLOW_COLUMNS = {
  experiments: ["experiment_id", "name", "lifecycle_stage"],
  runs: [
    "run_uuid",
    "name",
    "status",
    "start_time",
    "end_time",
    "lifecycle_stage",
    "experiment_id",
  ],
  metrics: ["key", "value", "timestamp", "run_uuid", "step", "is_nan"],
  params: ["key", "value", "run_uuid"],
  tags: ["key", "value", "run_uuid"],
} as const;

const RUNS = `
  select r.run_uuid as id, coalesce(t.value, nullif(r.name, ''), r.run_uuid) as label, e.name as grid
  from runs r join experiments e using (experiment_id)
  left join tags t on t.run_uuid = r.run_uuid and t.key = 'mlflow.runName'
  where r.lifecycle_stage = 'active' and e.lifecycle_stage = 'active'
  order by r.start_time, r.rowid`;

/** Finds the runs of a database that are not deleted. */
export function mlflowLogs(database: Database, file: ForeignDatabase): FoundLog[] {
  const runs = database.prepare<[], { id: string; label: string; grid: string }>(RUNS);
  return runs.all().map(({ id, label, grid }) => ({
    format: "mlflow",
    identity: `mlflow:${id}`,
    grid,
    label,
    paths: file.paths,
    marksEnd: true,
    open: (positions) => {
      const at = positions.find(({ path }) => path === file.path);
      return new MlflowReader(file, id, at);
    },
  }));
}

/** What reading on needs beside the rowid; plain JSON. */
type State = {
  /** The row at the position, as JSON; "": none was read. */
  readonly witness: string;
  readonly uncounted: Readonly<Record<string, number>>;
  /** JSON of what was said of the run; null: nothing was. */
  readonly said: string | null;
  readonly status: string;
  readonly told: boolean;
};

const FIRST: State = { witness: "", uncounted: {}, said: null, status: "", told: false };

type MetricRow = {
  readonly rowid: number;
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly is_nan: number;
  readonly timestamp: number;
};

type RunRow = {
  readonly status: string;
  readonly start_time: number | null;
  readonly end_time: number | null;
};

type Text = { readonly key: string; readonly value: string };

/** About so many bytes are in a row. */
const ROW_BYTES = 64;

class MlflowReader implements LogReader {
  readonly #file: ForeignDatabase;
  readonly #id: string;
  #rowid: number;
  #state: State;
  #uncounted: UncountedMetrics;
  #trouble: string | null = null;

  constructor(file: ForeignDatabase, id: string, at: LogPosition | undefined) {
    this.#file = file;
    this.#id = id;
    this.#rowid = at?.position ?? 0;
    this.#state = at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#uncounted = new UncountedMetrics(this.#state.uncounted);
  }

  read(budget: number): readonly LogEntry[] {
    try {
      const entries = this.#file.read((database) => this.#readOn(database, budget));
      this.#trouble = null;
      return entries;
    } catch (error) {
      const message = `${this.#file.path}: ${error instanceof Error ? error.message : error}`;
      if (message === this.#trouble) return [];
      this.#trouble = message;
      return [{ type: "trouble", message }];
    }
  }

  positions(): readonly LogPosition[] {
    const state: State = { ...this.#state, uncounted: this.#uncounted.counts };
    const { path } = this.#file;
    return [{ path, format: "mlflow", position: this.#rowid, state: JSON.stringify(state) }];
  }

  close(): void {}

  #readOn(database: Database, budget: number): readonly LogEntry[] {
    const run = database
      .prepare<[string], RunRow>(
        "select status, start_time, end_time from runs where run_uuid = ? and lifecycle_stage = 'active'",
      )
      .get(this.#id);
    if (run === undefined) return [];
    const entries: LogEntry[] = [...this.#describe(database, run), ...this.#witnessed(database)];
    const rows = database
      .prepare<[string, number, number], MetricRow>(
        `select rowid, key, value, step, is_nan, timestamp from metrics
         where run_uuid = ? and rowid > ? order by rowid limit ?`,
      )
      .all(this.#id, this.#rowid, Math.max(1000, Math.ceil(budget / ROW_BYTES)));
    entries.push(...this.#numbers(rows));
    const end = endOf(run.status, run.start_time, run.end_time);
    const isNews = rows.length > 0 || run.status !== this.#state.status;
    this.#state = { ...this.#state, status: run.status };
    if (end !== null && isNews) entries.push(end);
    return entries;
  }

  #describe(database: Database, { start_time }: RunRow): LogEntry[] {
    const texts = (table: string): ReadonlyMap<string, string> => {
      const sql = `select key, value from ${table} where run_uuid = ? order by key`;
      const rows = database.prepare<[string], Text>(sql).all(this.#id);
      return new Map(rows.map(({ key, value }) => [key, String(value)]));
    };
    const params = [...texts("params")];
    const config = Object.fromEntries(params.map(([key, text]) => [key, settingOf(text)]));
    const provenance = provenanceOf(texts("tags"));
    const said = JSON.stringify([config, provenance]);
    const { said: before } = this.#state;
    if (said === before) return [];
    this.#state = { ...this.#state, said };
    if (before !== null) {
      const description = { config: JSON.stringify(config), provenance };
      return [{ type: "describe", description }];
    }
    return [runEntry({ config, provenance, startedAt: momentOf(start_time) })];
  }

  /** Begins anew where the rows are not those that were read: `vacuum` numbers them again. */
  #witnessed(database: Database): LogEntry[] {
    if (this.#rowid === 0) return [];
    const row = database
      .prepare<[number, string], MetricRow>(
        `select rowid, key, value, step, is_nan, timestamp from metrics
         where rowid = ? and run_uuid = ?`,
      )
      .get(this.#rowid, this.#id);
    if (row !== undefined && JSON.stringify(row) === this.#state.witness) return [];
    this.#rowid = 0;
    this.#uncounted = new UncountedMetrics({});
    return [{ type: "rewind", step: 0 }];
  }

  #numbers(rows: readonly MetricRow[]): LogEntry[] {
    const series = new Columns();
    const entries: LogEntry[] = [];
    for (const row of rows) {
      if (isStep(row.step))
        series.of(row.key).add(this.#uncounted.place(row.key, row.step), numberOf(row));
      else if (!this.#state.told) {
        this.#state = { ...this.#state, told: true };
        const message = `${this.#file.path}: metric ${row.key} has the step ${row.step}; steps count from 0, so such numbers are left out`;
        entries.push({ type: "trouble", message });
      }
    }
    const last = rows.at(-1);
    if (last === undefined) return entries;
    this.#rowid = last.rowid;
    this.#state = { ...this.#state, witness: JSON.stringify(last) };
    const taken = series.take();
    return taken.length === 0 ? entries : [...entries, { type: "metrics", series: taken }];
  }
}

/** MLflow stores NaN as 0 with a mark, and infinities as the largest numbers. */
function numberOf({ value, is_nan }: MetricRow): number {
  if (is_nan !== 0) return Number.NaN;
  if (Math.abs(value) < Number.MAX_VALUE) return value;
  return Math.sign(value) * Number.POSITIVE_INFINITY;
}
