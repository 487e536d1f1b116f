/** Versions 16 and 17: runs of other programs, recorded from their logs. */
import type { AddedColumn } from "./later-columns.ts";

/**
 * - `run.source` is the format of the log that a run is recorded from; NULL: it was trained here. `run.steps` is -1
 *   where the end is open, `run.config` is what the other program says of its settings.
 * - `metric.role` is the column of the view `runs` that a metric stands for where a run has no steps or evaluations.
 */
export const recordedRuns: readonly AddedColumn[] = [
  { table: "run", name: "source", definition: "text", fill: null },
  { table: "metric", name: "role", definition: "text", fill: null },
];

/**
 * How far the files of a log are read, each by its real path: `position` is where what is not recorded begins, in bytes
 * or in what else its format counts; `state` is JSON of what reading on needs beside it.
 */
export const logFiles = `
create table log_file (
  run_id integer not null references run on delete cascade,
  path text not null,
  format text not null,
  position integer not null,
  state text not null default '{}',
  primary key (run_id, path)
) strict, without rowid;
`;
