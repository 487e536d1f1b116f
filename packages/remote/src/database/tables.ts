/** Tables of our own, beside those of pg-boss, in the schema `ablate`. */
export const SCHEMA = "ablate";

/** Seconds without a sign of life after which a coordinator or a worker counts as gone. */
export const PRESENT_SECONDS = 15;

/** Bodies are compressed by nobody: `external` keeps them as they are, and their length costs no look at them. */
export const TABLES = `
create table if not exists ablate.meta (
  is_only boolean primary key default true check (is_only),
  protocol int not null,
  made_at timestamptz not null default now()
);
create table if not exists ablate.coordinator (
  store text primary key,
  instance text not null,
  backend int not null,
  host text not null,
  pid int not null,
  grid text not null,
  version text not null,
  max_outbox bigint not null,
  queues text[] not null default '{}',
  since timestamptz not null default now(),
  seen timestamptz not null default now()
);
create table if not exists ablate.worker (
  id text primary key,
  secret bytea not null,
  facts jsonb not null,
  state jsonb not null,
  slots int not null,
  is_leaving boolean not null default false,
  since timestamptz not null default now(),
  seen timestamptz not null default now()
);
create table if not exists ablate.file (
  store text not null,
  sha256 text not null,
  body bytea not null,
  primary key (store, sha256)
);
create table if not exists ablate.attempt (
  id uuid primary key,
  store text not null,
  run_hash text not null,
  number int not null,
  run text not null,
  queue text not null,
  token text not null,
  data_hash text not null,
  request bytea not null,
  worker text,
  stop text,
  gave_up text,
  is_over boolean not null default false,
  last_seq int not null default -1,
  put_bytes bigint not null default 0,
  put_at timestamptz
);
create index if not exists attempt_store on ablate.attempt (store);
create table if not exists ablate.outbox (
  attempt uuid not null references ablate.attempt on delete cascade,
  seq int not null,
  body bytea not null,
  primary key (attempt, seq)
);
-- What its coordinator has stored: a row of its own, so that it waits for no message that is just being put.
create table if not exists ablate.drain (
  attempt uuid primary key references ablate.attempt on delete cascade,
  seq int not null,
  bytes bigint not null
);
create table if not exists ablate.holder (
  job uuid primary key,
  secret bytea not null
);
alter table ablate.file alter column body set storage external;
alter table ablate.attempt alter column request set storage external;
alter table ablate.outbox alter column body set storage external;
-- Rows come and go by the million: a tenth of dead ones is soon more than all that is alive.
alter table ablate.outbox set (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.01);
alter table ablate.attempt set (fillfactor = 50);
alter table ablate.drain set (fillfactor = 50);
`;
