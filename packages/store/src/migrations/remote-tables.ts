/**
 * Version 20: runs that are trained on other machines. `inbox` says of a run which message of which attempt was stored
 * last, so that one that comes twice is skipped: it is written in the transaction of the message. `store_id` has at most
 * one row: what tells this store from others where many share a database of workers.
 */
export const remoteRuns = `
create table inbox (
  run_id integer primary key references run on delete cascade,
  attempt text not null,
  seq integer not null
) strict;
create table store_id (id text primary key) strict, without rowid;
`;
