/**
 * The first layout. Two things hold everywhere: SQLite stores NaN as NULL, so a NULL loss is one
 * that is not finite; times are milliseconds since 1970.
 *
 * - `run.recent_loss` is the mean of the last 100 steps, so that a list never reads `step`.
 * - `step.ratios` has one little-endian float32 for each row of `param`, in the order of `idx`.
 * - `rollup.n` counts the steps of a bucket; rollup.ts explains `data`.
 */
export const initial = `
create table grid (
  id integer primary key,
  name text not null unique,
  description text not null,
  spec text not null,
  planned_at integer not null
) strict;

create table run (
  id integer primary key,
  name text not null unique,
  hash text not null unique,
  state text not null default 'pending' check (state in
    ('pending', 'running', 'finished', 'failed', 'diverged', 'stopped', 'interrupted')),
  reason text,
  error text,
  config text not null,
  seed integer not null,
  engine text not null,
  steps integer not null,
  planned_at integer not null,
  started_at integer,
  ended_at integer,
  heartbeat_at integer,
  host text,
  pid integer,
  claim text,
  last_step integer,
  last_loss real,
  recent_loss real,
  train_seconds real,
  parameters integer,
  provenance text not null default '{}'
) strict;

create table grid_run (
  id integer primary key,
  grid_id integer not null references grid on delete cascade,
  run_id integer not null references run on delete cascade,
  label text not null,
  position integer not null,
  unique (grid_id, run_id)
) strict;
create index grid_run_by_run on grid_run (run_id);

create table param (
  run_id integer not null references run on delete cascade,
  idx integer not null,
  name text not null,
  shape text not null,
  size integer not null,
  primary key (run_id, idx)
) strict, without rowid;

create table step (
  run_id integer not null references run on delete cascade,
  step integer not null,
  loss real,
  lr real,
  ratios blob not null,
  primary key (run_id, step)
) strict, without rowid;

create table rollup (
  run_id integer not null references run on delete cascade,
  level integer not null,
  bucket integer not null,
  n integer not null,
  data blob not null,
  primary key (run_id, level, bucket)
) strict, without rowid;

create table tick (
  run_id integer not null references run on delete cascade,
  step integer not null,
  at_ms integer not null,
  primary key (run_id, step)
) strict, without rowid;

create table eval (
  run_id integer not null references run on delete cascade,
  split text not null,
  statistics text not null,
  step integer not null,
  loss real,
  primary key (run_id, split, statistics, step)
) strict, without rowid;

create table sample (
  run_id integer not null references run on delete cascade,
  step integer not null,
  i integer not null,
  text text not null,
  primary key (run_id, step, i)
) strict, without rowid;

create table checkpoint (
  id integer primary key,
  run_id integer not null references run on delete cascade,
  step integer not null,
  final integer not null,
  sha256 text not null,
  weights blob not null,
  state blob,
  unique (run_id, step)
) strict;

create table event (
  id integer primary key,
  run_id integer not null references run on delete cascade,
  at_ms integer not null,
  kind text not null,
  message text
) strict;
create index event_by_run on event (run_id);

create table tag (
  run_id integer not null references run on delete cascade,
  tag text not null,
  primary key (run_id, tag)
) strict, without rowid;
`;
