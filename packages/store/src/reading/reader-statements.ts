/** What a reader asks SQLite, prepared once. */
import type { Database, Statement } from "better-sqlite3";
import type { Holder } from "../claim.ts";
import type {
  GridSummary,
  RunSummary,
  SeriesInfo,
  StepLoss,
  StoredEvaluation,
  StoredSample,
} from "../contract/history.ts";
import type { RecordedRun, RunState, StoredRun, TrainedKind } from "../contract/plan.ts";
import type { Finding, RunEvent } from "../contract/record.ts";
import type { CheckpointRow } from "../recovery/intact-weights.ts";

export type RunOfGrid = RunSummary & { readonly asked_grid: string; readonly asked_label: string };

type StoredRecord = Omit<RecordedRun, "isTrashed"> & { readonly isTrashed: number };
type StoredParameter = { readonly name: string; readonly shape: string; readonly size: number };
type StoredRatios = { readonly step: number; readonly ratios: Buffer };
type Stamped = Holder & {
  readonly run: string;
  readonly stamp: string;
  readonly state: RunState;
};
type AtStep = { readonly run: string; readonly step: number | null };

export type ReaderStatements = {
  readonly runs: Statement<[], RunSummary>;
  readonly runsOfGrid: Statement<[string], RunOfGrid>;
  readonly run: Statement<[string], RunSummary>;
  readonly byHash: Statement<[string], StoredRun>;
  /** By a JSON array of hashes. */
  readonly recorded: Statement<[string], StoredRecord>;
  readonly trainedKinds: Statement<[], TrainedKind>;
  readonly grids: Statement<[], GridSummary>;
  readonly members: Statement<[string], string>;
  readonly evaluations: Statement<[string], StoredEvaluation>;
  readonly samples: Statement<[string], StoredSample>;
  readonly findings: Statement<[string], Finding>;
  readonly thresholds: Statement<[string], string>;
  readonly parameters: Statement<[string], StoredParameter>;
  readonly provenance: Statement<[string], string>;
  readonly dataHashes: Statement<[], { readonly run: string; readonly hash: string }>;
  readonly weights: Statement<[string], CheckpointRow>;
  readonly runId: Statement<[string], number>;
  /** Names of the parameters, in the order of their ratios. */
  readonly parameterNames: Statement<[number], string>;
  readonly series: Statement<[string], SeriesInfo>;
  readonly ticks: Statement<[string], { readonly step: number; readonly atMs: number }>;
  readonly events: Statement<[string], RunEvent>;
  readonly stamps: Statement<[], Stamped>;
  readonly lossAt: Statement<[AtStep], StepLoss>;
  readonly ratiosAt: Statement<[AtStep], StoredRatios>;
};

const RUNS_OF_GRID = `
  select v.*, g.name as asked_grid, gr.label as asked_label
  from kept_grid g join kept_grid_run gr on gr.grid_id = g.id join run r on r.id = gr.run_id
    join runs v on v.run = r.name
  where g.name = ? order by gr.position, gr.id`;

const GRIDS = `
  select g.name as name, g.description as description,
    (select count(*) from kept_grid_run where grid_id = g.id) as runs
  from kept_grid g order by g.id`;

const RECORDED = `
  select id, name, hash, state,
    (select count(*) from eval where run_id = run.id) as evaluations,
    (select count(*) from probe where run_id = run.id) as probes,
    (select count(*) from sample where run_id = run.id) as samples,
    id in (select run_id from trash_run) as isTrashed
  from run where hash in (select value from json_each(?))`;

const TRAINED_KINDS = `
  select min(config) as config, parameters, count(*) as runs,
    sum(last_step + 1) as steps, sum(train_seconds) as seconds
  from run where train_seconds > 0 and last_step is not null and parameters is not null
  group by config ->> '$.model', config ->> '$.data.context', config ->> '$.train.batch_size',
    engine, parameters`;

/** Everything that moves when a run does; tags and names move without a step. */
const STAMPS = `
  select name as run, state, host, pid, heartbeat_at, concat_ws('|', state, reason, started_at,
    heartbeat_at, ended_at, last_step,
    (select group_concat(tag) from tag where run_id = run.id)) as stamp
  from kept_run run order by id`;

const SERIOUS_FIRST = "case level when 'error' then 0 when 'warning' then 1 else 2 end";

const RUN_ID = "(select id from run where name = @run)";
const LAST_OR_ASKED = `
  from step where run_id = ${RUN_ID} and step =
    coalesce(@step, (select last_step from run where name = @run))`;

/** Prepares every statement of a reader. */
export function prepareReader(database: Database): ReaderStatements {
  const ofRun = (columns: string, rest: string) =>
    `select ${columns} from ${rest.replace("RUN", "(select id from run where name = ?)")}`;
  return {
    runs: database.prepare<[], RunSummary>(
      "select v.* from kept_run r join runs v on v.run = r.name order by r.id",
    ),
    runsOfGrid: database.prepare<[string], RunOfGrid>(RUNS_OF_GRID),
    run: database.prepare<[string], RunSummary>("select * from runs where run = ?"),
    byHash: database.prepare<[string], StoredRun>(
      "select id, name, hash, state from run where hash = ?",
    ),
    recorded: database.prepare<[string], StoredRecord>(RECORDED),
    trainedKinds: database.prepare<[], TrainedKind>(TRAINED_KINDS),
    grids: database.prepare<[], GridSummary>(GRIDS),
    members: database
      .prepare<[string], string>('select run from grid_runs where "grid" = ?')
      .pluck(),
    evaluations: database.prepare<[string], StoredEvaluation>(
      ofRun(
        "step, split, statistics, loss",
        "eval where run_id = RUN order by step, split, statistics",
      ),
    ),
    samples: database.prepare<[string], StoredSample>(
      ofRun("step, i, text", "sample where run_id = RUN order by step, i"),
    ),
    findings: database.prepare<[string], Finding>(
      ofRun(
        "level, rule, layer, param, step, value, message",
        `finding where run_id = RUN order by ${SERIOUS_FIRST}, step, idx`,
      ),
    ),
    thresholds: database
      .prepare<[string], string>(ofRun("thresholds", "diagnosis where run_id = RUN"))
      .pluck(),
    parameters: database.prepare<[string], StoredParameter>(
      ofRun("name, shape, size", "param where run_id = RUN order by idx"),
    ),
    provenance: database
      .prepare<[string], string>("select provenance from run where name = ?")
      .pluck(),
    dataHashes: database.prepare<[], { readonly run: string; readonly hash: string }>(
      `select name as run, provenance ->> '$.data_sha256' as hash from run
       where provenance ->> '$.data_sha256' is not null`,
    ),
    weights: database.prepare<[string], CheckpointRow>(
      ofRun(
        "step, weights, state, sha256",
        "checkpoint where run_id = RUN order by step desc limit 1",
      ),
    ),
    runId: database.prepare<[string], number>("select id from run where name = ?").pluck(),
    parameterNames: database
      .prepare<[number], string>("select name from param where run_id = ? order by idx")
      .pluck(),
    series: database.prepare<[string], SeriesInfo>(
      "select series, unit, guide, low, high from series where run = ?",
    ),
    ticks: database.prepare<[string], { readonly step: number; readonly atMs: number }>(
      ofRun("step, at_ms as atMs", "tick where run_id = RUN order by step"),
    ),
    events: database.prepare<[string], RunEvent>(
      ofRun("at_ms as atMs, kind, message", "event where run_id = RUN order by id"),
    ),
    stamps: database.prepare<[], Stamped>(STAMPS),
    lossAt: database.prepare<[AtStep], StepLoss>(`select step, loss, lr ${LAST_OR_ASKED}`),
    ratiosAt: database.prepare<[AtStep], StoredRatios>(`select step, ratios ${LAST_OR_ASKED}`),
  };
}
