/** Version 15: numbers of a run by names of their own, and which checkpoint was the best. */

/**
 * - `metric` has a row for each name that a run records numbers by. `goal` is which numbers are better, `log_scale` 1
 *   where a chart has a logarithmic axis unless asked otherwise, `guide` where a line helps the eye. `points` counts the
 *   numbers; `last`, `min` and `max` are NULL where they are not a number or there is none: the last two are of the
 *   finite numbers.
 * - `metric_point.numbers` has little-endian float64: a number not there was not recorded, one that is NaN was. The first
 *   is that of `step`; `steps` has for each of them a little-endian uint32, how much later it is, or is NULL where the
 *   numbers are of consecutive steps. Steps rise within a row and from row to row.
 * - `metric_rollup.data` sums up the numbers of `level` steps, as writing/metric-rollup.ts explains.
 * - `checkpoint.best_loss` is a validation loss that was the lowest of the run when the checkpoint was taken for it; the
 *   last such checkpoint is the best. NULL: it was not.
 */
export const metrics = `
create table metric (
  run_id integer not null references run on delete cascade,
  idx integer not null,
  name text not null,
  unit text,
  goal text check (goal in ('min', 'max')),
  log_scale integer not null,
  guide real,
  points integer not null,
  last_step integer,
  last real,
  min_step integer,
  min real,
  max_step integer,
  max real,
  primary key (run_id, idx),
  unique (run_id, name)
) strict, without rowid;

create table metric_point (
  run_id integer not null references run on delete cascade,
  metric integer not null,
  step integer not null,
  steps blob,
  numbers blob not null,
  primary key (run_id, metric, step)
) strict;

create table metric_rollup (
  run_id integer not null references run on delete cascade,
  metric integer not null,
  level integer not null,
  bucket integer not null,
  data blob not null,
  primary key (run_id, metric, level, bucket)
) strict, without rowid;

alter table checkpoint add column best_loss real;
`;
