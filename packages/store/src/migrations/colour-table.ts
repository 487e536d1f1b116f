/**
 * Version 18: colours that users give by hand. `key` is `run:` and the hash of a run, which no other name of it changes, or
 * `group:` and what tells a group of runs from others; `slot` is a place in the palette of the terminal UI.
 */
export const colours = `
create table colour (
  key text primary key check (key glob 'run:?*' or key glob 'group:?*'),
  slot integer not null check (slot between 0 and 15)
) strict, without rowid;
`;
