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
