/**
 * The view `effects`, in step with the analysis in TypeScript: the same keys of the view `settings` are no factors
 * (factors.ts). A key that a run does not have is NULL.
 *
 * The standard deviation takes a second pass: the squares of numbers that are close to each other cancel.
 */
import { isLeft } from "./runs.ts";
import { SETTINGS_SQL, valueSql } from "./settings.ts";
import { validJson } from "./valid-json.ts";
import type { View } from "./view.ts";

const DATA: string = `${validJson("provenance")} ->> '$.data_sha256'`;

/** Every setting that may be a factor; and the hash of the data, as the key `data`. */
const SETTINGS = `
  setting(run_id, key, type, value) as materialized (
    select run_id, key, type, value from (${SETTINGS_SQL})
    where key not in ('seed', 'name', 'description', 'data.file', 'data.validation', 'data.test')
      and key not glob 'record.*' and key not glob 'thresholds.*'
    union all
    select id, 'data', 'text', ${DATA} from kept_run where ${DATA} is not null
  )`;

/** Every run in each of its grids that still has it, with its loss where that is finite and final, and whether it was lost (lost.ts). */
const MEMBERS = `
  member(grid_id, run_id, loss, is_lost) as materialized (
    select gr.grid_id, r.id, case when abs(v.valid_loss) < 9e999
      and r.state not in ('diverged', 'failed') then v.valid_loss end,
      r.state in ('diverged', 'failed') or r.state = 'finished'
      and coalesce(abs(v.valid_loss) < 9e999, 0) = 0
      and (${validJson("r.config")} ->> '$.record.evaluate') is not 'none'
    from kept_grid_run gr join kept_run r on r.id = gr.run_id join runs v on v.run = r.name
    where not ${isLeft("gr.grid_id")}
  )`;

/** Keys whose values are not the same in all runs of a grid. */
const FACTORS = `
  factor(grid_id, key) as (
    select m.grid_id, s.key
    from member m join setting s on s.run_id = m.run_id
    group by m.grid_id, s.key
    having count(distinct s.type || quote(s.value)) > 1 or s.key != 'data'
      and count(*) < (select count(*) from member other where other.grid_id = m.grid_id)
  )`;

const MEASURED = `
  measured(grid_id, key, type, value, loss, is_lost, mean) as (
    select f.grid_id, f.key, s.type, s.value, m.loss, m.is_lost,
      avg(m.loss) over (partition by f.grid_id, f.key, s.type, s.value)
    from factor f join member m on m.grid_id = f.grid_id
      left join setting s on s.run_id = m.run_id and s.key = f.key
    where f.key != 'data' or s.value is not null
  )`;

export const EFFECTS: View = {
  name: "effects",
  about:
    "a value of a factor, which is a key of the config (except the seed) that differs within the current runs of a grid",
  with: `with ${[SETTINGS, MEMBERS, FACTORS, MEASURED].join(",")}`,
  from: `measured e join kept_grid g on g.id = e.grid_id
    group by e.grid_id, e.key, e.type, e.value`,
  columns: {
    grid: ["text", "the grid's name", { sql: "g.name" }],
    factor: [
      "text",
      "dotted key of the config; data for the content of the names file",
      { sql: "e.key" },
    ],
    value: [
      "text",
      "as in the config; maps and lists, such as an init entry, as JSON",
      {
        nulls: "runs whose config has no such key",
        sql: valueSql("e.type", "e.value"),
      },
    ],
    runs: ["integer", "runs of the grid that have the value", { sql: "count(*)" }],
    lost: [
      "integer",
      "those of them that diverged, failed or finished with a loss that is not finite; the mean leaves them out",
      { sql: "sum(e.is_lost)" },
    ],
    n: [
      "integer",
      "runs of the grid that have the value and a validation loss",
      { sql: "count(e.loss)" },
    ],
    mean: [
      "real",
      "mean of their final validation losses",
      { unit: "nats", nulls: "there is no such run", sql: "max(e.mean)" },
    ],
    std: [
      "real",
      "standard deviation, the unbiased estimate",
      {
        unit: "nats",
        nulls: "there are fewer than two such runs",
        sql: `case when count(e.loss) > 1 then
          sqrt(sum((e.loss - e.mean) * (e.loss - e.mean)) / (count(e.loss) - 1)) end`,
      },
    ],
  },
};
