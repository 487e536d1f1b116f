/**
 * The view `settings`: configs taken apart as the analysis in TypeScript does it (settings.ts), so that its keys are those
 * of `compare`, `diff` and `effects`. In configs of ours a scheme, a norm and what `train` has are one setting each; in
 * those of other programs every map is taken apart, as nobody knows what it is for.
 *
 * Maps are taken apart for each run by itself, which makes a query about one run as quick in a large store as in a small one.
 */
import { validJson } from "./valid-json.ts";
import type { View } from "./view.ts";

/** SQL of whether a member `j` of the map `m` of the run `r` is a map whose members are settings. */
function isTakenApart(prefix: string): string {
  return `(j.type = 'object' and case when r.source is null
    then ${prefix} != 'train.' and json_type(j.value, '$.scheme') is null and json_type(j.value, '$.where') is null
    else j.value != '{}' end)`;
}

/** SQL of a list of the maps of a run `r` that are taken apart: what comes before the keys of each, and its JSON. */
const MAPS = `(
  with recursive map(prefix, text) as (
    select '', ${validJson("r.config")}
    union all
    select m.prefix || j.key || '.', j.value from map m, json_each(m.text) j where ${isTakenApart("m.prefix")}
  )
  select json_group_array(json_array(prefix, text)) from map)`;

/** SQL of whether the value of a setting `s` is a map with the one key "0": a learning rate that never changes. */
const IS_CONSTANT = `(s.type = 'object' and (
  select count(*) = 1 and max(j.key) = '0' from json_each(iif(s.type = 'object', s.value, '{}')) j))`;

/** SELECT of every setting of every run that is kept; `type` and `value` as json_each has them. */
export const SETTINGS_SQL: string = `
  select run_id, run, key, iif(${IS_CONSTANT}, json_type(value, '$."0"'), type) as type,
    iif(${IS_CONSTANT}, value ->> '$."0"', value) as value
  from (
    select r.id as run_id, r.name as run, (m.value ->> 0) || j.key as key, j.type, j.value
    from kept_run r, json_each(${MAPS}) m, json_each(m.value ->> 1) j
    where not ${isTakenApart("(m.value ->> 0)")}
  ) s`;

/** SQL of the value of a setting, true and false in words. */
export function valueSql(type: string, value: string): string {
  return `case when ${type} in ('true', 'false') then ${type} else ${value} end`;
}

export const SETTINGS: View = {
  name: "settings",
  about: "a setting of a run, which is a key of its config",
  from: `(${SETTINGS_SQL}) s`,
  columns: {
    run: ["text", "the run's name, grid/label", { sql: "s.run" }],
    key: ["text", "dotted key of the config, as `train.lr`", { sql: "s.key" }],
    value: [
      "text",
      "numbers as numbers; true and false as text; lists and maps, such as an init entry, as JSON",
      { nulls: "it is null in the config", sql: valueSql("s.type", "s.value") },
    ],
    type: [
      "text",
      "number, text, boolean, null, list or map",
      {
        sql: `case s.type when 'integer' then 'number' when 'real' then 'number' when 'true' then 'boolean'
          when 'false' then 'boolean' when 'array' then 'list' when 'object' then 'map' else s.type end`,
      },
    ],
  },
};
