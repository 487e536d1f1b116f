/** The views: the stable interface of a store, for `ablate query` and for plain `sqlite3`. */
import { EFFECTS } from "./effects.ts";
import { METRIC_SUMMARY, METRICS } from "./metrics.ts";
import { HISTOGRAMS, LAYER_STATS, LOGITS, NORM_STATS, SATURATION } from "./probes.ts";
import { FINDINGS, GRID_RUNS, NOTES, REVISIONS, RUNS, TAGS } from "./runs.ts";
import { CONSOLE, CURVE, EVALS, LOSS, SAMPLES, SERIES, UPDATE_RATIO } from "./series.ts";
import { SETTINGS } from "./settings.ts";
import { type SchemaView, schemaOf, selectOf, type View } from "./view.ts";

/** Every view that readers may rely on, in the order of the documents. */
export const VIEWS: readonly View[] = [
  RUNS,
  SETTINGS,
  GRID_RUNS,
  REVISIONS,
  TAGS,
  NOTES,
  EFFECTS,
  FINDINGS,
  LOSS,
  UPDATE_RATIO,
  CURVE,
  SERIES,
  EVALS,
  SAMPLES,
  CONSOLE,
  METRICS,
  METRIC_SUMMARY,
  LAYER_STATS,
  NORM_STATS,
  HISTOGRAMS,
  SATURATION,
  LOGITS,
];

/** Every view, documented. */
export const SCHEMA: readonly SchemaView[] = VIEWS.map(schemaOf);

type NamedSql = { readonly name: string; readonly sql: string };

const IS_DAMAGED = "in (select run_id from damaged_run)";

/** What is neither in the trash nor set aside as damaged: views beneath the others. */
const KEPT: readonly NamedSql[] = [
  {
    name: "kept_run",
    sql: `select * from run where id not in (select run_id from trash_run)
      and id not ${IS_DAMAGED}`,
  },
  { name: "kept_grid", sql: "select * from grid where id not in (select grid_id from trash_grid)" },
  {
    name: "kept_grid_run",
    sql: `select * from grid_run where grid_id not in (select grid_id from trash_grid)
      and run_id not in (select run_id from trash_run) and run_id not ${IS_DAMAGED}`,
  },
];

/** Those views of the runs that were set aside alone, for who asks for one of them by its name. */
export const damagedViews: readonly NamedSql[] = [
  { name: "kept_run", sql: `select * from run where id ${IS_DAMAGED}` },
  { name: "kept_grid_run", sql: `select * from grid_run where run_id ${IS_DAMAGED}` },
];

/** Every view of a file. */
export const views: readonly NamedSql[] = [
  ...KEPT,
  ...VIEWS.map((view) => ({ name: view.name, sql: selectOf(view) })),
];

/** Returns the statement that makes a view, in the file or for one connection. */
export function createView({ name, sql }: NamedSql, where: "" | "temp" = ""): string {
  return `create ${where}${where && " "}view "${name}" as ${sql}`;
}
