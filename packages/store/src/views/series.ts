/** Views of a run's steps, evaluations and samples. */
import type { THRESHOLDS } from "@ablate/core";
import { SERIES_BYTES } from "../writing/rollup.ts";
import { float32Sql, float64Sql, hexSql, uint32Sql } from "./float32.ts";
import type { View } from "./view.ts";

export const LOSS = {
  name: "loss",
  about: "a step of training",
  from: "kept_run r join step s on s.run_id = r.id",
  own: "s",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    step: ["integer", "number of the update, from 0", { unit: "steps" }],
    loss: [
      "real",
      "loss of the mini-batch, before the update",
      { unit: "nats", nulls: "not finite" },
    ],
    lr: ["real", "the learning rate", { nulls: "missing in the log" }],
  },
} as const;

export const UPDATE_RATIO: View = {
  name: "update_ratio",
  about:
    "the ratio of a parameter at a step of training; the view is large, so query one run and a few steps",
  from: `(
    select run, step, param, ${float32Sql("hex")} as ratio from (
      select r.name as run, s.step as step, p.name as param,
        ${hexSql("s.ratios", "p.idx * 4 + 1", 4)} as hex
      from kept_run r join step s on s.run_id = r.id join param p on p.run_id = r.id))`,
  columns: {
    run: ["text", "the run's name, grid/label"],
    step: ["integer", "number of the update, from 0", { unit: "steps" }],
    param: ["text", "embedding, hidden1.weight, ..., output.bias"],
    ratio: [
      "real",
      "std of the update divided by std of the parameter, the float32 as computed",
      { nulls: "not a number, as for one element", isFloat32: true },
    ],
    // Rounded by the SQLite that reads: the last digit may differ between them.
    log10_ratio: [
      "real",
      "its logarithm; -Inf for a ratio of 0",
      {
        unit: "log10",
        nulls: "not a number",
        sql: "case ratio when 0 then -9e999 when 9e999 then 9e999 else log10(ratio) end",
      },
    ],
  },
};

/** Selects the series at `place` of the rollup's data, its numbers as digits. */
function curveArm(series: string, place: string, parameters = ""): string {
  const at = (offset: number) => hexSql("b.data", `${place} * ${SERIES_BYTES} + ${offset}`, 4);
  return `
    select r.name as run, ${series} as series, b.level as level, b.bucket * b.level as step,
      ${at(13)} as n, ${at(1)} as min, ${at(9)} as mean, ${at(5)} as max
    from kept_run r join rollup b on b.run_id = r.id ${parameters}`;
}

/** Selects the metrics of all runs, whose rollups are of float64: these have digits enough to be told apart. */
function metricArm(): string {
  const at = (offset: number) => hexSql("b.data", String(offset), 8);
  return `
    select r.name, 'metric.' || m.name, b.level, b.bucket * b.level,
      ${hexSql("b.data", "41", 4)}, ${at(1)}, ${at(17)}, ${at(9)}
    from kept_run r join metric m on m.run_id = r.id
      join metric_rollup b on b.run_id = r.id and b.metric = m.idx`;
}

/** SQL of a number of either kind. */
function floatSql(hex: string): string {
  return `iif(length(${hex}) = 16, ${float64Sql(hex)}, ${float32Sql(hex)})`;
}

/** Selects the metric that stands for a series of steps in each run without steps. */
function standsForArm(series: "loss" | "lr"): string {
  const at = (offset: number) => hexSql("b.data", String(offset), 8);
  return `
    select r.name, '${series}', b.level, b.bucket * b.level,
      ${hexSql("b.data", "41", 4)}, ${at(1)}, ${at(17)}, ${at(9)}
    from kept_run r join metric m on m.run_id = r.id and ${standsIn("m", series)}
      join metric_rollup b on b.run_id = r.id and b.metric = m.idx`;
}

/** SQL of whether a metric is the one that stands for a series of steps of its run `r`, which has none. */
function standsIn(metric: string, series: "loss" | "lr"): string {
  return `r.last_step is null and ${metric}.role = '${series}' and ${metric}.idx =
      (select min(idx) from metric where run_id = r.id and role = '${series}')`;
}

const SERIES_NAME: string = "loss, lr, log10_ratio:PARAM or metric.NAME";

export const CURVE = {
  name: "curve",
  about: "a summary of some consecutive steps of a series; extrema are exact",
  columns: {
    run: ["text", "the run's name, grid/label"],
    series: ["text", SERIES_NAME as string],
    level: [
      "integer",
      "number of consecutive steps: 16 (not for metrics), 256, 4096 or 65536",
      { unit: "steps" },
    ],
    step: ["integer", "the first of these steps", { unit: "steps" }],
    n: ["integer", "number of finite values", { sql: uint32Sql("n") as string }],
    min: [
      "real",
      "smallest of the finite values",
      { unit: "the series'", nulls: "none is finite", sql: floatSql("min") as string },
    ],
    mean: [
      "real",
      "mean of the finite values",
      { unit: "the series'", nulls: "none is finite", sql: floatSql("mean") as string },
    ],
    max: [
      "real",
      "largest of the finite values",
      { unit: "the series'", nulls: "none is finite", sql: floatSql("max") as string },
    ],
  },
  from: `(${[
    curveArm("'loss'", "0"),
    curveArm("'lr'", "1"),
    curveArm("'log10_ratio:' || p.name", "(p.idx + 2)", "join param p on p.run_id = r.id"),
    metricArm(),
    standsForArm("loss"),
    standsForArm("lr"),
  ].join(" union all ")})` as string,
} as const;

const HIDDEN_WEIGHT = "p.layer_kind = 'hidden' and p.role = 'weight'";

/** Core's usual thresholds, whose type is their value: the compiler compares the two. */
const BAND: Pick<typeof THRESHOLDS, "slow_updates" | "fast_updates"> = {
  slow_updates: 1e-4,
  fast_updates: 1e-2,
};

/** SQL of the runs that have a series of steps; one that is trained here will have steps. */
function withSeries(series: "loss" | "lr"): string {
  return `from kept_run r
    where r.source is null or r.last_step is not null or ${ofStanding(series, "idx")} is not null`;
}

/** SQL of a column of the metric that stands for a series of steps; NULL where a run has steps. */
function ofStanding(series: "loss" | "lr", column: string): string {
  return `(select m.${column} from metric m where m.run_id = r.id and ${standsIn("m", series)})`;
}

export const SERIES = {
  name: "series",
  about: "a series of a run, and how to draw it",
  columns: {
    run: ["text", "the run's name, grid/label"],
    series: ["text", SERIES_NAME as string],
    unit: ["text", "unit of its values", { nulls: "it has none" }],
    log_scale: ["integer", "1 if the values are logarithms to base 10"],
    guide: ["real", "value of a guide line in charts", { nulls: "there is none" }],
    low: ["real", "lower end of the healthy band", { nulls: "no rule has a band for it" }],
    high: ["real", "upper end of the healthy band", { nulls: "no rule has a band for it" }],
    goal: ["text", "min or max: which values are better", { nulls: "neither" }],
    log_axis: ["integer", "1 if it is best drawn on a logarithmic axis"],
  },
  sql: `
  select r.name as run, 'loss' as series, iif(r.source is null, 'nats', ${ofStanding("loss", "unit")}) as unit,
    0 as log_scale, ${ofStanding("loss", "guide")} as guide, null as low, null as high, 'min' as goal,
    ifnull(${ofStanding("loss", "log_scale")}, 0) as log_axis
  ${withSeries("loss")}
  union all
  select r.name, 'lr', ${ofStanding("lr", "unit")}, 0, ${ofStanding("lr", "guide")}, null, null, null,
    ifnull(${ofStanding("lr", "log_scale")}, 0)
  ${withSeries("lr")}
  union all
  select r.name, 'log10_ratio:' || p.name, 'log10', 1, -3,
    case when ${HIDDEN_WEIGHT} then ${Math.log10(BAND.slow_updates)} end,
    case when ${HIDDEN_WEIGHT} then ${Math.log10(BAND.fast_updates)} end, null, 0
  from kept_run r join param p on p.run_id = r.id
  union all
  select r.name, 'metric.' || m.name, m.unit, 0, m.guide, null, null, m.goal, m.log_scale
  from kept_run r join metric m on m.run_id = r.id` as string,
} as const;

export const EVALS = {
  name: "evals",
  about: "an evaluation of a split",
  from: "kept_run r join eval e on e.run_id = r.id",
  own: "e",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    step: ["integer", "number of updates made before; 0 is initialisation", { unit: "steps" }],
    split: ["text", "train, valid or test"],
    statistics: ["text", "statistics of batch norm: none, batch, trainset or running"],
    loss: ["real", "mean over the split", { unit: "nats", nulls: "not finite" }],
  },
} as const;

export const CONSOLE: View = {
  name: "console",
  about: "one of the last 1,000 lines that a recorded run printed",
  from: "kept_run r join console_line c on c.run_id = r.id",
  own: "c",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    line: ["integer", "counted from 0"],
    at: [
      "text",
      "when it was printed",
      {
        unit: "ISO 8601, UTC",
        nulls: "the log does not say",
        sql: "strftime('%Y-%m-%dT%H:%M:%fZ', c.at_ms / 1000.0, 'unixepoch')",
      },
    ],
    stream: ["text", "out or err"],
    text: ["text", "as printed, without colours; what a progress bar wrote over is gone"],
  },
};

export const SAMPLES = {
  name: "samples",
  about: "a name that the model made up",
  from: "kept_run r join sample s on s.run_id = r.id",
  own: "s",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    step: ["integer", "number of updates made before; 0 is initialisation", { unit: "steps" }],
    i: ["integer", "from 0"],
    text: ["text", "the name, without its end mark"],
  },
} as const;
