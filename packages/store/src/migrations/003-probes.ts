/**
 * What probes measured. Numbers that come in rows are packed into blobs that plain SQL decodes:
 * probe-views.ts explains each.
 *
 * - `probe_layer` names a run's layers, in the order of the model.
 * - `probe.logits` has two float20 (pack.ts) for each example and token: logit, probability.
 * - `probe_tensor.kind` is an index into TENSOR_KINDS of kinds.ts. Of a histogram `counts` has the bins from
 *   `first_bin` to the last that is not empty, `digits` hexadecimal digits each; the three columns before
 *   say where its edges are. `flat` has one bit for each example and unit, example by example, highest bit
 *   first: where the nonlinearity is saturated.
 * - `probe_norm.kind` is an index into NORM_ROWS of kinds.ts; `pairs` has two float20 a unit. The table has rowids, so that
 *   a row of up to 800 units lies in one page; without them a row of 200 would take a page of its own.
 *
 * Since version 7 the same tables hold less; rows from before stay as they are, and the views read both.
 *
 * - `probe_tensor.digits` below 0: the counts have that many bits each, not hexadecimal digits, the highest first.
 * - `probe_tensor.first_bin` has the first bin in its lowest nine bits. The next nine say how many counts lie before a
 *   gap, those above how many empty bins it has, for which no counts are kept.
 * - `probe_norm.kind` 4 and 5: two of the others in one row, as NORM_ROWS of kinds.ts says; `pairs` has the
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
