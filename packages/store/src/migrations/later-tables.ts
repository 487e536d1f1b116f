/** Tables that came after the first layout. */

/** What users say of runs and grids; the tags of a run are in `tag` since the first layout. */
export const annotations = `
create table run_note (
  run_id integer primary key references run on delete cascade,
  text text not null
) strict;

create table grid_note (
  grid_id integer primary key references grid on delete cascade,
  text text not null
) strict;

create table grid_tag (
  grid_id integer not null references grid on delete cascade,
  tag text not null,
  primary key (grid_id, tag)
) strict, without rowid;
`;

/**
 * What probes measured. Numbers that come in rows are packed into blobs that plain SQL decodes:
 * views/probes.ts explains each.
 *
 * - `probe_layer` names a run's layers, in the order of the model.
 * - `probe.logits` has two float20 (float20.ts) for each example and token: logit, probability.
 * - `probe_tensor.kind` is an index into TENSOR_KINDS of pack.ts. Of a histogram `counts` has the bins from
 *   `first_bin` to the last that is not empty, `digits` hexadecimal digits each; the three columns before
 *   say where its edges are. `flat` has one bit for each example and unit, example by example, highest bit
 *   first: where the nonlinearity is saturated.
 * - `probe_norm.kind` is an index into NORM_ROWS of pack.ts; `pairs` has two float20 a unit. The table has rowids, so that
 *   a row of up to 800 units lies in one page; without them a row of 200 would take a page of its own.
 *
 * Since version 7 the same tables hold less; rows from before stay as they are, and the views read both.
 *
 * - `probe_tensor.digits` below 0: the counts have that many bits each, not hexadecimal digits, the highest first.
 * - `probe_tensor.first_bin` has the first bin in its lowest nine bits. The next nine say how many counts lie before a
 *   gap, those above how many empty bins it has, for which no counts are kept.
 * - `probe_norm.kind` 4 and 5: two of the others in one row, as NORM_ROWS of pack.ts says; `pairs` has the
 *   units of the first, then those of the second.
 */
export const probes = `
create table probe_layer (
  run_id integer not null references run on delete cascade,
  idx integer not null,
  name text not null,
  units integer not null,
  primary key (run_id, idx)
) strict, without rowid;

create table probe (
  id integer primary key,
  run_id integer not null references run on delete cascade,
  step integer not null,
  examples integer not null,
  loss real,
  tokens integer not null,
  logits blob not null,
  unique (run_id, step)
) strict;

create table probe_tensor (
  probe_id integer not null references probe on delete cascade,
  layer integer not null,
  kind integer not null,
  mean real,
  std real,
  min real,
  max real,
  saturated real,
  dead integer,
  mantissa_bits integer,
  smallest integer,
  largest integer,
  first_bin integer,
  digits integer,
  counts blob,
  flat blob,
  primary key (probe_id, layer, kind)
) strict, without rowid;

create table probe_norm (
  probe_id integer not null references probe on delete cascade,
  layer integer not null,
  kind integer not null,
  pairs blob not null,
  primary key (probe_id, layer, kind)
) strict;
`;

/**
 * What the rules make of a run.
 *
 * - `finding.step` is since when it holds, 0 is initialisation; `value` is NULL where it is not finite.
 * - `diagnosis.thresholds` is JSON: by which thresholds its rules judge, from its first step to its last.
 */
export const findings = `
create table finding (
  run_id integer not null references run on delete cascade,
  idx integer not null,
  level text not null check (level in ('info', 'warning', 'error')),
  rule text not null,
  layer text,
  param text,
  step integer not null,
  value real,
  message text not null,
  primary key (run_id, idx)
) strict, without rowid;

create table diagnosis (
  run_id integer primary key references run on delete cascade,
  thresholds text not null
) strict;
`;

/**
 * What it takes to go on.
 *
 * - `checkpoint.sha256` is that of the weights followed by the state; without a state that of the weights.
 * - `checkpoint.train_seconds` is the time in the training loop until then.
 * - `run.family` is equal in runs that differ in their number of steps alone.
 * - Configs get the keys that are new with it, and say what runs were trained with before.
 */
export const recovery = `
alter table checkpoint add column train_seconds real;
alter table run add column family text;
create index run_by_family on run (family) where family is not null;
update run set config = json_set(config, '$.record.checkpoint', 'none', '$.train.stop',
  json('{"patience":"none","target":"none","budget":"none","every":1000}'));
`;

/** What the user has thrown away and not yet purged, and the view `effects`. Nothing else of a run or a grid changes. */
export const trash = `
create table trash_run (
  run_id integer primary key references run on delete cascade,
  at_ms integer not null
) strict;

create table trash_grid (
  grid_id integer primary key references grid on delete cascade,
  at_ms integer not null
) strict;
`;

/** SQL of the revisions of an older store: each of its runs that was ever begun was trained by the first one. */
export const FIRST_REVISIONS =
  "select id as run_id, 0 as step, 1 as revision from main.run where parameters is not null";

/**
 * Which revision of the engine made the updates of a run, from update `step` to the next row's. A run that was begun has
 * at least the row of update 0.
 */
export const revisions: string = `
create table revision (
  run_id integer not null references run on delete cascade,
  step integer not null,
  revision integer not null,
  primary key (run_id, step)
) strict, without rowid;

insert into revision ${FIRST_REVISIONS};
`;

/**
 * What the configs of a grid have now, and what renamed runs were called before.
 *
 * - `grid_plan.config` is the path of a config, `options` is JSON of what the command line changed in it, `{}` for
 *   nothing. An empty path stands for the runs that a grid had before its plans were stored.
 * - `grid_plan_run` has the hash of every run of a plan, stored or not.
 * - `former_name.name` is `grid/label`; the run that had the name last has its row.
 */
export const plans = `
create table grid_plan (
  id integer primary key,
  grid_id integer not null references grid on delete cascade,
  config text not null,
  options text not null,
  planned_at integer not null,
  unique (grid_id, config, options)
) strict;

create table grid_plan_run (
  plan_id integer not null references grid_plan on delete cascade,
  hash text not null,
  primary key (plan_id, hash)
) strict, without rowid;

create table former_name (
  name text primary key,
  run_id integer not null references run on delete cascade
) strict, without rowid;
create index former_name_by_run on former_name (run_id);
`;
