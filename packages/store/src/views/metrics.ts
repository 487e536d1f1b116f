/** Views of the numbers that runs record by names of their own. */
import { float64Sql, hexSql, uint32Sql } from "./float32.ts";
import type { View } from "./view.ts";

const METRICS_OF = "kept_run r join metric m on m.run_id = r.id";
const POINTS_OF = "p.run_id = r.id and p.metric = m.idx";

export const METRICS: View = {
  name: "metrics",
  about: "a value of a metric that a run records; query one run and one name",
  with: `with recursive number(i) as (select 0 union all select i + 1 from number
    where i + 1 < (select max(length(numbers)) from metric_point) / 8)`,
  from: `(
    select r.name as run, m.name as name, p.step as first, n.i as i,
      iif(p.steps is null, '', ${hexSql("p.steps", "n.i * 4 + 1", 4)}) as later,
      ${hexSql("p.numbers", "n.i * 8 + 1", 8)} as hex
    from ${METRICS_OF} join metric_point p on ${POINTS_OF} cross join number n
    where n.i < length(p.numbers) / 8)`,
  columns: {
    run: ["text", "the run's name, grid/label"],
    name: ["text", "name of the metric: gradient_norm, clip_factor, ..."],
    step: [
      "integer",
      "step of the value",
      { unit: "steps", sql: `first + iif(later = '', i, ${uint32Sql("later")})` },
    ],
    value: [
      "real",
      "the value as recorded, a float64; a step without a number has no row",
      { unit: "the metric's", nulls: "not a number", sql: float64Sql("hex") },
    ],
  },
};

export const METRIC_SUMMARY = {
  name: "metric_summary",
  about: "a metric of a run, with a summary of its values",
  from: METRICS_OF as string,
  own: "m",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    name: ["text", "name of the metric: gradient_norm, clip_factor, ..."],
    unit: ["text", "unit of its values", { nulls: "it has none" }],
    goal: ["text", "min or max: which values are better", { nulls: "neither" }],
    log_axis: ["integer", "1 if it is best drawn on a logarithmic axis", { sql: "m.log_scale" }],
    guide: ["real", "value of a guide line in charts", { nulls: "there is none" }],
    points: ["integer", "number of its values"],
    last_step: ["integer", "step of the last value", { unit: "steps", nulls: "there is none" }],
    last: [
      "real",
      "the last value",
      { unit: "the metric's", nulls: "there is none, or not a number" },
    ],
    min_step: ["integer", "step of the smallest value", { unit: "steps", nulls: "none is finite" }],
    min: ["real", "the smallest finite value", { unit: "the metric's", nulls: "none is finite" }],
    max_step: ["integer", "step of the largest value", { unit: "steps", nulls: "none is finite" }],
    max: ["real", "the largest finite value", { unit: "the metric's", nulls: "none is finite" }],
    role: [
      "text",
      "the column of the view runs for which it is used: loss, lr, train_loss, valid_loss, test_loss",
      { nulls: "none" },
    ],
  },
} as const;
