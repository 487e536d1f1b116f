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
