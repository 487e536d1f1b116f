/**
 * Version 19: the last lines that a run of another program has printed. `line` counts them from 0; `stream` is `out` or
 * `err`; `at_ms` is NULL where the log does not say when.
 */
export const consoleLines = `
create table console_line (
  run_id integer not null references run on delete cascade,
  line integer not null,
  at_ms integer,
  stream text not null check (stream in ('out', 'err')),
  text text not null,
  primary key (run_id, line)
) strict, without rowid;
`;
