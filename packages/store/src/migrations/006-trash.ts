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
