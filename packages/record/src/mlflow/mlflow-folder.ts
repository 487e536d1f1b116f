/** Runs in MLflow's file store: a folder for each, with a file for each metric, parameter and tag. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import type { FoundFile, FoundLog, LogFormat } from "../log.ts";
import { META, metaOf, textIn } from "./mlflow-files.ts";
import { MlflowFolderReader } from "./mlflow-folder-reader.ts";

/** A line of a metric: milliseconds, a number, a step. */
const METRIC_LINE = /^\d{10,} \S+( -?\d+)?\r?\n/;

export const mlflowFolder: LogFormat = {
  name: "mlflow",
  claims: ({ path, head }) => runFolder(path, head) !== undefined,
  logs: (files) => {
    const byFolder = Map.groupBy(files, ({ path, head }) => runFolder(path, head) ?? "");
    return [...byFolder].flatMap(([folder, found]) => logOf(folder, found));
  },
};

/** Returns the folder of the run that a file belongs to; undefined: to none. */
function runFolder(path: string, head: Buffer): string | undefined {
  const text = head.toString("latin1");
  if (basename(path) === META) return /^run_(id|uuid):/m.test(text) ? dirname(path) : undefined;
  const at = path.lastIndexOf(`${sep}metrics${sep}`);
  return at > 0 && METRIC_LINE.test(text) ? path.slice(0, at) : undefined;
}

function logOf(folder: string, files: readonly FoundFile[]): readonly FoundLog[] {
  const run = metaOf(folder);
  const experiment = metaOf(dirname(folder));
  if (run === undefined || run.lifecycle_stage === "deleted") return [];
  if (experiment?.lifecycle_stage === "deleted") return [];
  const real = realpathSync(folder);
  const id = String(run.run_id ?? run.run_uuid ?? basename(folder));
  const log: FoundLog = {
    format: "mlflow",
    identity: `mlflow:${id}`,
    grid: String(experiment?.name ?? basename(dirname(folder))),
    label: textIn(join(real, "tags", "mlflow.runName")) ?? String(run.run_name ?? id),
    paths: [join(real, META), ...files.map(({ path }) => path)],
    marksEnd: true,
    open: (positions) => {
      const at = positions.find(({ path }) => path === real);
      return new MlflowFolderReader(real, at);
    },
  };
  return [log];
}
