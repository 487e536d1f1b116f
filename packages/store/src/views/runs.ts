/** Views of whole runs, of grids, and of what is said of them. */
import { SEED_SQL } from "../seed.ts";
import type { RunState } from "../writing/plan.ts";
import { textIn } from "./valid-json.ts";
import type { Row, View } from "./view.ts";

/** SQL of the loss of the last evaluation of a split, with running statistics where there is batch norm. */
function lastLoss(split: string): string {
  const last = (statistics: string) =>
    `(select loss from eval where run_id = r.id and split = '${split}'` +
    ` and statistics = '${statistics}' order by step desc limit 1)`;
  return `coalesce(${last("running")}, ${last("none")}, ${ofRole(`${split}_loss`, "last")})`;
}

/** SQL of a column of the first metric of a role; only runs that are recorded from logs have some. */
function ofRole(role: string, column: string): string {
  return `(select ${column} from metric where run_id = r.id and role = '${role}' order by idx limit 1)`;
}

/** Declares the column of how many findings of a level a run has; information alone is no reason to look at it. */
function findingsOf(level: "error" | "warning"): FindingCount {
  const judged = "exists (select 1 from diagnosis where run_id = r.id)";
  const found = "from finding where run_id = r.id";
  const sql = `(select iif(count(*) > 0 or ${judged}, total(level = '${level}'), null) ${found})`;
  return [
    "integer",
    `findings of level ${level}, one for each rule and place`,
    { nulls: "no rule has judged it", sql: `cast(${sql} as integer)` },
  ];
}

type FindingCount = readonly ["integer", string, { readonly nulls: string; readonly sql: string }];

/** SQL of the last step: of a run without steps that of its metrics. */
const LAST_STEP = "coalesce(r.last_step, (select max(last_step) from metric where run_id = r.id))";

/** SQL of a column of the evaluation with the lowest validation loss, the earliest of equals. */
function bestValid(column: string): string {
  const measured =
    `(select ${column} from eval where run_id = r.id and split = 'valid'` +
    " and statistics in ('running', 'none') and loss is not null order by loss, step limit 1)";
  return `coalesce(${measured}, ${ofRole("valid_loss", column === "loss" ? "min" : "min_step")})`;
}

const NOT_EVALUATED = "not evaluated, or not finite";

type Evaluated = readonly [
  "real",
  string,
  { readonly unit: string; readonly nulls: string; readonly title: string; readonly sql: string },
];

/** Declares the column of a loss over a split. */
function evaluated(title: string, meaning: string, sql: string): Evaluated {
  return ["real", meaning, { unit: "nats", nulls: NOT_EVALUATED, title, sql }];
}

function isoTime(milliseconds: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;
}

/** Joins the grid that a run was planned in first. */
const FIRST_GRID = `
  left join kept_grid_run gr on gr.id = (select min(id) from kept_grid_run where run_id = r.id)
  left join kept_grid g on g.id = gr.grid_id`;

/**
 * SQL of whether the configs of a grid no longer have a run `r`; 0 where no plan of the grid is stored, and of a recorded
 * run, which no config has.
 */
export function isLeft(gridId: string): string {
  return `(r.source is null and exists (select 1 from grid_plan where grid_id = ${gridId} and config <> '' and options = '{}')
    and not exists (select 1 from grid_plan p join grid_plan_run h on h.plan_id = p.id
      where p.grid_id = ${gridId} and h.hash = r.hash))`;
}

/** SQL of whether no grid of a run has it any more. */
export const LEFT_EVERYWHERE: string = `ifnull((select min(${isLeft("m.grid_id")})
  from kept_grid_run m where m.run_id = r.id), 0)`;

/** SQL of the machine of a run; a damaged provenance names none. */
const HOST: string = textIn("r.provenance", "host");

/** SQL of the revisions that made updates of a run, in the order of its steps. */
export const TRAINED_BY: string = `(select group_concat(revision, ',') from revision
  where run_id = r.id and step <= ifnull(r.last_step, 0))`;

export const RUNS = {
  name: "runs",
  about: "a run, with its results",
  from: `kept_run r ${FIRST_GRID}` as string,
  own: "r",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    grid: ["text", "the first grid that it belongs to", { nulls: "in no grid", sql: "g.name" }],
    label: ["text", "its name in that grid", { nulls: "in no grid", sql: "gr.label" }],
    state: ["text", "pending, running, finished, failed, diverged, stopped, interrupted"],
    reason: ["text", "why it ended", { nulls: "not ended" }],
    seed: [
      "integer",
      "seed of its random numbers; beyond 2^53 as text",
      { hasDigits: true, nulls: "missing in the log", sql: SEED_SQL as string },
    ],
    config: ["text", "the resolved config", { unit: "JSON" }],
    hash: ["text", "the run's identity: everything that decides its numbers", { unit: "sha256" }],
    engine: ["text", "simd or tfjs; for a recorded run its framework"],
    steps: [
      "integer",
      "planned updates",
      { unit: "steps", nulls: "open-ended", sql: "nullif(r.steps, -1)" },
    ],
    last_step: [
      "integer",
      "the last recorded step, from 0; for a diverged run the first with a loss that is not finite",
      { unit: "steps", nulls: "none recorded yet", sql: LAST_STEP as string },
    ],
    loss: [
      "real",
      "mean of the last 100 recorded steps; for a log without steps its last loss",
      {
        unit: "nats",
        nulls: "one of them is not finite, or none recorded yet",
        sql: `iif(r.last_step is null, ${ofRole("loss", "last")}, r.recent_loss)` as string,
      },
    ],
    train_loss: evaluated(
      "train",
      "loss of the training split; with batch norm, using running statistics",
      lastLoss("train"),
    ) as Evaluated,
    valid_loss: evaluated(
      "valid",
      "loss of the validation split, likewise",
      lastLoss("valid"),
    ) as Evaluated,
    test_loss: evaluated("test", "loss of the test split, likewise", lastLoss("test")) as Evaluated,
    best_valid_loss: evaluated(
      "best valid",
      "the lowest validation loss of all evaluations",
      bestValid("loss"),
    ) as Evaluated,
    best_valid_step: [
      "integer",
      "updates made before the lowest validation loss",
      {
        unit: "steps",
        nulls: NOT_EVALUATED as string,
        title: "best at",
        sql: bestValid("step") as string,
      },
    ],
    steps_per_s: [
      "real",
      "speed of the training loop, including recording",
      {
        unit: "steps/s",
        title: "steps/s",
        nulls: "none recorded yet",
        sql: "(r.last_step + 1) / nullif(r.train_seconds, 0)",
      },
    ],
    parameters: ["integer", "number of trained parameters", { nulls: "never started" }],
    tags: [
      "text",
      "tags, separated by commas",
      { nulls: "none", sql: "(select group_concat(tag, ',') from tag where run_id = r.id)" },
    ],
    started_at: [
      "text",
      "when it was started",
      {
        unit: "ISO 8601, UTC",
        nulls: "never started",
        title: "started",
        sql: isoTime("r.started_at") as string,
      },
    ],
    ended_at: [
      "text",
      "when it ended",
      { unit: "ISO 8601, UTC", nulls: "not ended", sql: isoTime("r.ended_at") as string },
    ],
    error: ["text", "what went wrong", { nulls: "unless the run failed" }],
    plan: [
      "text",
      "current, or left (from earlier plans) in every grid of the run",
      { sql: `iif(${LEFT_EVERYWHERE}, 'left', 'current')` as string },
    ],
    revision: [
      "text",
      "revision of the engine that trained it; several, separated by commas, if another revision continued it",
      { nulls: "never started", sql: TRAINED_BY as string },
    ],
    source: ["text", "format of the log of a recorded run", { nulls: "it is trained here" }],
    host: [
      "text",
      "the machine that trains it, or trained it last",
      { nulls: "never started, or missing in the log", sql: HOST as string },
    ],
    errors: findingsOf("error") as FindingCount,
    warnings: findingsOf("warning") as FindingCount,
  },
} as const;

/** Whether the configs of a run's grids still have it. */
export type PlanState = "current" | "left";

export type RunRow = Omit<Row<typeof RUNS>, "state" | "plan"> & {
  readonly plan: PlanState;
  readonly state: RunState;
};

/** What a column of `runs` is called in TypeScript: `last_step` is `lastStep`, `run` is `name`. */
export type FieldOf<Column extends string> = Column extends "run" ? "name" : CamelCase<Column>;

type CamelCase<Text extends string> = Text extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Text;

export const GRID_RUNS: View = {
  name: "grid_runs",
  about: "a run in one of its grids",
  from: "kept_grid_run gr join kept_grid g on g.id = gr.grid_id join kept_run r on r.id = gr.run_id",
  columns: {
    grid: ["text", "the grid's name", { sql: "g.name" }],
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    label: ["text", "its name in this grid", { sql: "gr.label" }],
    plan: [
      "text",
      "current, or left (from earlier plans): its config no longer has it",
      { sql: `iif(${isLeft("gr.grid_id")}, 'left', 'current')` },
    ],
  },
};

/** Declares a view of texts that runs and grids are given, which have a table each. */
function annotation(
  name: "tags" | "notes",
  column: "tag" | "note",
  tables: { readonly about: string; readonly ofGrid: string; readonly ofRun: string },
): View {
  const { about, ofGrid, ofRun } = tables;
  return {
    name,
    about,
    columns: {
      grid: ["text", "the grid, or the first one of the run", { nulls: "the run is in no grid" }],
      run: ["text", "the run's name", { nulls: `the ${column} is the grid's own` }],
      [column]: ["text", "as given"],
    },
    sql: `
      select g.name as "grid", null as run, ${ofGrid} join kept_grid g on g.id = a.grid_id
      union all
      select g.name, r.name, ${ofRun} join kept_run r on r.id = a.run_id ${FIRST_GRID}`,
  };
}

export const TAGS: View = annotation("tags", "tag", {
  about: "a tag on a run, or on a grid",
  ofGrid: "a.tag as tag from grid_tag a",
  ofRun: "a.tag from tag a",
});

export const NOTES: View = annotation("notes", "note", {
  about: "a note on a run, or on a grid",
  ofGrid: "a.text as note from grid_note a",
  ofRun: "a.text from run_note a",
});

export const FINDINGS: View = {
  name: "findings",
  about: "a finding of a rule about a run, with its evidence",
  from: "kept_run r join finding f on f.run_id = r.id",
  own: "f",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    level: ["text", "info, warning or error"],
    rule: ["text", "the rule's name"],
    layer: ["text", "the layer it is about", { nulls: "about no single layer" }],
    param: ["text", "the parameter it is about", { nulls: "about no single parameter" }],
    step: ["integer", "since which step it holds; 0 is initialisation", { unit: "steps" }],
    value: ["real", "the number behind it", { nulls: "there is none, or it is not finite" }],
    message: ["text", "in words"],
    until: [
      "integer",
      "from which step on it no longer holds",
      { unit: "steps", nulls: "it still holds" },
    ],
  },
};

export const REVISIONS: View = {
  name: "revisions",
  about: "a revision of the engine, with the first of a run's updates that it made",
  from: "kept_run r join revision v on v.run_id = r.id and v.step <= ifnull(r.last_step, 0)",
  own: "v",
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "r.name" }],
    step: [
      "integer",
      "first update by this revision; 0 in the first row of a run",
      { unit: "steps" },
    ],
    revision: ["integer", "revision of the engine; runs of one revision are equal bit by bit"],
  },
};
