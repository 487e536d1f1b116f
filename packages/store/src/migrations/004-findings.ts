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
