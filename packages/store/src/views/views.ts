/** The views: the stable interface of a store, for `ablate query` and for plain `sqlite3`. */

import { float32Sql, uint32Sql } from "../float32.ts";
import { probeViews } from "../probe/probe-views.ts";
import { SERIES_BYTES } from "../rollup.ts";
import { EFFECTS } from "./effects-view.ts";
import { keptViews, ofKept } from "./kept.ts";

export type View = { readonly name: string; readonly sql: string };

/** The statement that makes a view, in the file or for one connection. */
export function createView({ name, sql }: View, where: "" | "temp" = ""): string {
  return `create ${where}${where && " "}view "${name}" as ${sql}`;
}

/** Loss of the last evaluation of a split: with running statistics where there is batch norm. */
function lastLoss(split: string): string {
  const last = (statistics: string) =>
    `(select loss from eval where run_id = r.id and split = '${split}'` +
    ` and statistics = '${statistics}' order by step desc limit 1)`;
  return `coalesce(${last("running")}, ${last("none")})`;
}

/** `column` of the evaluation with the lowest validation loss, the earliest of equals. */
function bestValid(column: string): string {
  return (
    `(select ${column} from eval where run_id = r.id and split = 'valid'` +
    " and statistics in ('running', 'none') and loss is not null order by loss, step limit 1)"
  );
}

function isoTime(milliseconds: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;
}

/** One arm of `curve`: the series at `place` of the rollup's data. */
function curveArm(series: string, place: string, from: string): string {
  const at = (offset: number) => `${place} * ${SERIES_BYTES} + ${offset}`;
  return `
  select r.name as run, ${series} as series, b.level as level, b.bucket * b.level as step,
    ${uint32Sql("b.data", at(13))} as n,
    ${float32Sql("b.data", at(1))} as min,
    ${float32Sql("b.data", at(9))} as mean,
    ${float32Sql("b.data", at(5))} as max
  from ${from}`;
}

/** The grid that a run was planned in first. */
const FIRST_GRID = `
  left join grid_run gr on gr.id = (select min(id) from grid_run where run_id = r.id)
  left join grid g on g.id = gr.grid_id`;

const RUNS = `
  select r.name as run, g.name as "grid", gr.label as label, r.state as state,
    r.reason as reason, r.seed as seed, r.config as config, r.hash as hash, r.engine as engine,
    r.steps as steps, r.last_step as last_step, r.recent_loss as loss,
    ${lastLoss("train")} as train_loss,
    ${lastLoss("valid")} as valid_loss,
    ${lastLoss("test")} as test_loss,
    ${bestValid("loss")} as best_valid_loss,
    ${bestValid("step")} as best_valid_step,
    (r.last_step + 1) / nullif(r.train_seconds, 0) as steps_per_s,
    r.parameters as parameters,
    (select group_concat(tag, ',') from tag where run_id = r.id) as tags,
    ${isoTime("r.started_at")} as started_at,
    ${isoTime("r.ended_at")} as ended_at,
    r.error as error
  from run r ${FIRST_GRID}`;

const GRID_RUNS = `
  select g.name as "grid", r.name as run, gr.label as label
  from grid_run gr join grid g on g.id = gr.grid_id join run r on r.id = gr.run_id`;

const LOSS = `
  select r.name as run, s.step as step, s.loss as loss, s.lr as lr
  from run r join step s on s.run_id = r.id`;

const ratio: string = float32Sql("s.ratios", "p.idx * 4 + 1");

/** `log10_ratio` is rounded by the SQLite that reads: its last digit may differ between them. */
const UPDATE_RATIO = `
  select r.name as run, s.step as step, p.name as param, ${ratio} as ratio,
    case ${ratio} when 0 then -9e999 when 9e999 then 9e999 else log10(${ratio}) end as log10_ratio
  from run r join step s on s.run_id = r.id join param p on p.run_id = r.id`;

const ROLLUP = "run r join rollup b on b.run_id = r.id";

const CURVE: string = [
  curveArm("'loss'", "0", ROLLUP),
  curveArm("'lr'", "1", ROLLUP),
  curveArm("'log10_ratio:' || p.name", "(p.idx + 2)", `${ROLLUP} join param p on p.run_id = r.id`),
].join("\n  union all");

/** `log_scale` is 1 where the values are logarithms to base 10. */
const SERIES = `
  select name as run, 'loss' as series, 'nats' as unit, 0 as log_scale,
    null as guide, null as low, null as high
  from run
  union all
  select name, 'lr', null, 0, null, null, null from run
  union all
  select r.name, 'log10_ratio:' || p.name, 'log10', 1, -3,
    case when p.name glob 'hidden*.weight' then -4 end,
    case when p.name glob 'hidden*.weight' then -2 end
  from run r join param p on p.run_id = r.id`;

const EVALS = `
  select r.name as run, e.step as step, e.split as split, e.statistics as statistics,
    e.loss as loss
  from run r join eval e on e.run_id = r.id`;

const SAMPLES = `
  select r.name as run, s.step as step, s.i as i, s.text as text
  from run r join sample s on s.run_id = r.id`;

const FINDINGS = `
  select r.name as run, f.level as level, f.rule as rule, f.layer as layer, f.param as param,
    f.step as step, f.value as value, f.message as message, f.until as until
  from run r join finding f on f.run_id = r.id`;

const TAGS = `
  select g.name as "grid", null as run, t.tag as tag
  from grid_tag t join grid g on g.id = t.grid_id
  union all
  select g.name, r.name, t.tag from tag t join run r on r.id = t.run_id ${FIRST_GRID}`;

const NOTES = `
  select g.name as "grid", null as run, n.text as note
  from grid_note n join grid g on g.id = n.grid_id
  union all
  select g.name, r.name, n.text from run_note n join run r on r.id = n.run_id ${FIRST_GRID}`;

/** What readers may rely on. */
export const openViews: readonly View[] = [
  { name: "runs", sql: RUNS },
  { name: "grid_runs", sql: GRID_RUNS },
  { name: "loss", sql: LOSS },
  { name: "update_ratio", sql: UPDATE_RATIO },
  { name: "curve", sql: CURVE },
  { name: "series", sql: SERIES },
  { name: "evals", sql: EVALS },
  { name: "samples", sql: SAMPLES },
  { name: "tags", sql: TAGS },
  { name: "notes", sql: NOTES },
  { name: "effects", sql: EFFECTS },
  ...probeViews,
  { name: "findings", sql: FINDINGS },
];

/** In the order in which they can be made. */
export const views: readonly View[] = [
  ...keptViews,
  ...openViews.map(({ name, sql }) => ({ name, sql: ofKept(sql) })),
];
