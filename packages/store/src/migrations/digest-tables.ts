/** Version 11: digests of what runs have, and runs that were set aside. */

/**
 * - `digest.sha256` is over the values of a part of a run, as digest/sections.ts names them. `part` is the block of 4,096
 *   steps, or the step of a probe; of the other sections 0.
 * - `seal` says that a run has all of its digests. `format` is what they are over, `made` is when: `plan`, `end`,
 *   `migration`, `import` or `repair`; `refused`: it has none, since it did not pass the checks of a migration.
 *   `sha256` is over the digests: it tells a damaged digest from a damaged run.
 * - `name_digest` and `grid_digest` are over names, labels, tags and notes, which change when a user wants it.
 * - `damaged_run` has the runs that `doctor --repair` or a new training has set aside. `name` and `hash` are what they were
 *   called before: both are free for a run that is trained anew.
 */
export const digests = `
create table digest (
  run_id integer not null references run on delete cascade,
  section text not null,
  part integer not null,
  sha256 blob not null,
  primary key (run_id, section, part)
) strict, without rowid;

create table seal (
  run_id integer primary key references run on delete cascade,
  format integer not null,
  made text not null,
  at_ms integer not null,
  sha256 blob not null
) strict;

create table name_digest (
  run_id integer primary key references run on delete cascade,
  sha256 blob not null
) strict;

create table grid_digest (
  grid_id integer primary key references grid on delete cascade,
  sha256 blob not null
) strict;

create table damaged_run (
  run_id integer primary key references run on delete cascade,
  at_ms integer not null,
  name text not null,
  hash text not null,
  reason text not null
) strict;
`;
