/**
 * What the digests of a run are over: values by the names that they have since format 1, so that tables and columns which
 * come later leave them valid. A change of what is listed here is a new format; the old one stays for runs that have it.
 * Format 2 has the revisions among the results.
 */

/** Columns of the rows of one table that belong to a run or a grid, in an order that the values decide. */
export type Rows = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly order: string;
  /** SQL of which run or grid. */
  readonly owner: string;
  /** SQL of the rows that belong to @part of the run @id; left out where a section is one part. */
  readonly part?: string;
};

/** Sections that are one part each. */
export type WholeSection =
  | "config"
  | "results"
  | "record"
  | "checkpoints"
  | "findings"
  | "rollup"
  | OptionalSection;

/** Sections that a run has only where it has rows for them: they came later, and older digests stay valid. */
export type OptionalSection =
  | "best"
  | "metrics"
  | "metric_ends"
  | "metric_rollup"
  | "recorded"
  | "console";

export type SectionName = WholeSection | "steps" | "probes";

/** The format that new digests have. */
export const FORMAT = 2;

/** Steps of one part of the section `steps`. */
export const STEPS_PER_PART = 4096;

export const RUN_CONFIG: readonly string[] = ["hash", "seed", "engine", "steps", "config"];

export const RUN_RESULTS: readonly string[] = [
  ...["state", "reason", "error", "started_at", "ended_at", "last_step", "last_loss"],
  ...["recent_loss", "train_seconds", "parameters", "provenance"],
];

export const EVALUATION: readonly string[] = ["split", "statistics", "step", "loss"];

function ofRun(table: string, columns: string, order: string): Rows {
  return { table, columns: columns.split(" "), order, owner: "run_id" };
}

function ofProbe(table: string, columns: string): Rows {
  const part = "probe_id = (select id from probe where run_id = @id and step = @part)";
  return { table, columns: columns.split(" "), order: "layer, kind", owner: "probe_id", part };
}

const REVISION: Rows = ofRun("revision", "step revision", "step");

const RUN = { table: "run", order: "id", owner: "id" } as const;

export const WHOLE_SECTIONS: Readonly<Record<WholeSection, readonly Rows[]>> = {
  config: [{ ...RUN, columns: RUN_CONFIG }],
  results: [
    { ...RUN, columns: RUN_RESULTS },
    { ...ofRun("eval", "", "split, statistics, step"), columns: EVALUATION },
    REVISION,
  ],
  record: [
    ofRun("param", "idx name shape size layer layer_kind role", "idx"),
    ofRun("probe_layer", "idx name kind units", "idx"),
    ofRun("sample", "step i text", "step, i"),
    ofRun("event", "at_ms kind message from_run from_step", "id"),
    ofRun("tick", "step at_ms", "step"),
  ],
  checkpoints: [ofRun("checkpoint", "step final sha256 train_seconds", "step")],
  findings: [
    ofRun("finding", "idx level rule layer param step value message until", "idx"),
    ofRun("diagnosis", "thresholds", "run_id"),
  ],
  rollup: [ofRun("rollup", "level bucket n data", "level, bucket")],
  best: [
    {
      ...ofRun("checkpoint", "step best_loss", "step"),
      part: "run_id = @id and best_loss is not null",
    },
  ],
  metrics: [
    ofRun("metric", "idx name unit goal log_scale guide", "idx"),
    ofRun("metric_point", "metric step steps numbers", "metric, step"),
  ],
  metric_ends: [
    ofRun("metric", "idx name unit goal log_scale guide points", "idx"),
    ofRun("metric", "last_step last min_step min max_step max", "idx"),
  ],
  metric_rollup: [ofRun("metric_rollup", "metric level bucket data", "metric, level, bucket")],
  recorded: [{ ...RUN, columns: ["source"] }, ofRun("metric", "idx role", "idx")],
  console: [ofRun("console_line", "line at_ms stream text", "line")],
};

/** SQL of whether the run @id has such a section. */
export const OPTIONAL: Readonly<Record<OptionalSection, string>> = {
  best: "select 1 from checkpoint where run_id = @id and best_loss is not null",
  metrics: `select 1 from metric where run_id = @id union all select 1 from metric_point where run_id = @id`,
  metric_ends: "select 1 from metric where run_id = @id",
  metric_rollup: "select 1 from metric_rollup where run_id = @id",
  recorded: `select 1 from run where id = @id and (source is not null
    or exists (select 1 from metric where run_id = @id and role is not null))`,
  console: "select 1 from console_line where run_id = @id",
};

/** Says whether digests of a format can be compared with what a run has. */
export function isKnownFormat(format: number): boolean {
  return format === FORMAT || format === FIRST_FORMAT;
}

/** Returns what the digest of a section is over in a format that is known. */
export function rowsOf(section: WholeSection, format: number): readonly Rows[] {
  const rows = WHOLE_SECTIONS[section];
  return format === FIRST_FORMAT ? rows.filter((one) => one !== REVISION) : rows;
}

/** A format without revisions: a run that has it was trained by the first one, as the migration says. */
const FIRST_FORMAT = 1;

/** SELECT of the runs whose digests of format 1 do not allow for the revisions that they have. */
export const OTHER_REVISIONS: string = `
  select run_id from revision join seal using (run_id)
  where format = ${FIRST_FORMAT} and made <> 'refused' and (step <> 0 or revision <> 1)`;

/** A probe is a part by itself. */
export const PROBE: readonly Rows[] = [
  {
    ...ofRun("probe", "step examples loss tokens logits", "step"),
    part: "run_id = @id and step = @part",
  },
  ofProbe(
    "probe_tensor",
    "layer kind mean std min max saturated dead mantissa_bits smallest largest first_bin digits counts flat",
  ),
  ofProbe("probe_norm", "layer kind pairs"),
];

/** What users call a run and say of it. */
export const NAMES: readonly Rows[] = [
  { ...RUN, columns: ["name"] },
  ofRun("grid_run", "grid_id label position", "grid_id"),
  ofRun("tag", "tag", "tag"),
  ofRun("run_note", "text", "run_id"),
  ofRun("former_name", "name", "name"),
];

/** The same of a grid. */
export const GRID_NAMES: readonly Rows[] = [
  {
    table: "grid",
    columns: ["name", "description", "spec", "planned_at"],
    order: "id",
    owner: "id",
  },
  { table: "grid_tag", columns: ["tag"], order: "tag", owner: "grid_id" },
  { table: "grid_note", columns: ["text"], order: "grid_id", owner: "grid_id" },
  {
    table: "grid_plan",
    columns: ["config", "options", "planned_at"],
    order: "config, options",
    owner: "grid_id",
  },
  {
    table: "grid_plan_run",
    columns: ["hash"],
    order: "hash",
    owner: "(select grid_id from grid_plan where id = plan_id)",
  },
];

/** Returns the SELECT of the rows of one run or grid, @id, and of its @part. */
export function selectionOf({ table, columns, owner, part, order }: Rows): string {
  const where = part ?? `${owner} = @id`;
  return `select ${quoted(columns)} from "${table}" where ${where} order by ${order}`;
}

/** Returns the SELECT of the rows of all runs or grids, each with its owner before its columns. */
export function selectionOfAll({ table, columns, owner, order }: Rows): string {
  return `select ${owner}, ${quoted(columns)} from "${table}" order by 1, ${order}`;
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(", ");
}
