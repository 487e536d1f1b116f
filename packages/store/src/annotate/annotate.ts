/** Tags, notes, names and colours that users give, written beside whoever trains. */
import { canonical } from "@ablate/text";
import { renewGridNames, renewNames } from "../digest/seal.ts";
import { changeStore, type WaitOptions } from "../file/open-database.ts";
import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { BUSY_MS } from "../file/trouble.ts";
import type { Annotated, Annotations } from "../reading/history.ts";
import { resolve } from "../resolve/resolve.ts";
import { readColours, setColour } from "./colours.ts";

/** `target` is a word that means a run or a grid. */
export type Annotation = NamedAnnotation | ColourAnnotation;

/** An annotation of what a word means. */
export type NamedAnnotation =
  | TagAnnotation
  /** An empty text removes the note. */
  | { readonly kind: "note"; readonly target: string; readonly text: string }
  | { readonly kind: "rename"; readonly target: string; readonly name: string };

/** `key` is `run:HASH` or `group:ID`, `slot` a place of the palette; null: the colour that it has by itself. */
type ColourAnnotation = {
  readonly kind: "colour";
  readonly key: string;
  readonly slot: number | null;
};

type TagAnnotation = {
  readonly kind: "tag";
  readonly target: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
};

type Target = { readonly kind: "run" | "grid"; readonly id: number; readonly name: string };

/**
 * Changes a tag, a note, a name or a colour in one short transaction; needs no claim and disturbs no writer.
 *
 * @returns one sentence that says what has changed
 * @throws StoreError - if there is no store or no such run or grid, or what is given is not allowed
 */
export function annotate(
  path: string,
  annotation: Annotation,
  { waitMs = BUSY_MS }: WaitOptions = {},
): string {
  return changeStore(path, waitMs, (sql) => {
    if (annotation.kind === "colour") return setColour(sql, annotation.key, annotation.slot);
    const target = findTarget(sql, annotation.target);
    const said = change(sql, target, annotation);
    if (target.kind === "run") renewNames(sql, target.id);
    else renewGridNames(sql, target.id);
    return said;
  });
}

function change(sql: Statements, target: Target, annotation: NamedAnnotation): string {
  switch (annotation.kind) {
    case "tag":
      return `${title(target)}: ${changeTags(sql, target, annotation)}`;
    case "note":
      return `${title(target)}: ${changeNote(sql, target, annotation.text)}`;
    case "rename":
      if (target.kind === "run") return renameRun(sql, target, annotation.name);
      throw new StoreError(
        `${target.name} is a grid, which is its \`name\` in the config; change it there`,
      );
  }
}

function findTarget(sql: Statements, word: string): Target {
  const meaning = resolve(sql, word, { grids: true });
  if (meaning === undefined) {
    throw new StoreError(`there is no run or grid "${word}"; \`ablate runs\` lists all`);
  }
  const { grid, runs } = meaning;
  const kind = grid === null ? "run" : "grid";
  const name = grid ?? runs[0] ?? "";
  const id = sql.value<number>(`select id from kept_${kind} where name = ?`, name);
  return { kind, id: id ?? -1, name };
}

function title({ kind, name }: Target): string {
  return kind === "run" ? name : `grid ${name}`;
}

const TAG = /^[^\s,\p{Cc}]{1,40}$/u;

function changeTags(sql: Statements, target: Target, annotation: TagAnnotation): string {
  const add = annotation.add.map(canonical);
  const remove = annotation.remove.map(canonical);
  const wrong = [...add, ...remove].find((tag) => !TAG.test(tag));
  if (wrong !== undefined) {
    throw new StoreError(
      `${JSON.stringify(wrong)} is not a tag: write 1 to 40 characters without spaces and commas`,
    );
  }
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined)
    throw new StoreError(`the tag ${both} is both added and removed; choose one`);
  const [adding, removing] = [new Set(add), new Set(remove)];
  const { added, removed } = writeTags(sql, target, { adding, removing });
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["added", added],
    ["removed", removed],
    ["already had", [...adding].filter((tag) => !added.includes(tag))],
    ["did not have", [...removing].filter((tag) => !removed.includes(tag))],
  ];
  const said = parts.filter(([, tags]) => tags.length > 0);
  if (said.length === 0) throw new StoreError("no tag to add or to remove; name one");
  return said.map(([verb, tags]) => `${verb} ${tags.join(", ")}`).join("; ");
}

type TagChange = { readonly adding: ReadonlySet<string>; readonly removing: ReadonlySet<string> };
type TagsChanged = { readonly added: readonly string[]; readonly removed: readonly string[] };

/** Adds and removes tags; those that an older version stored may have another Unicode form. */
function writeTags(sql: Statements, { kind, id }: Target, change: TagChange): TagsChanged {
  const [table, column] = kind === "run" ? ["tag", "run_id"] : ["grid_tag", "grid_id"];
  const stored = sql.values<string>(`select tag from ${table} where ${column} = ?`, id);
  const known = new Set(stored.map(canonical));
  const added = [...change.adding].filter((tag) => !known.has(tag));
  for (const tag of added) sql.run(`insert into ${table} (${column}, tag) values (?, ?)`, id, tag);
  const removed = [...change.removing].filter((tag) => known.has(tag));
  for (const tag of stored.filter((one) => change.removing.has(canonical(one)))) {
    sql.run(`delete from ${table} where ${column} = ? and tag = ?`, id, tag);
  }
  return { added, removed };
}

const LONGEST_NOTE = 2000;

function changeNote(sql: Statements, { kind, id }: Target, given: string): string {
  const text = canonical(given);
  const length = [...text].length;
  if (length > LONGEST_NOTE) {
    throw new StoreError(`the note has ${length} characters; it may have ${LONGEST_NOTE}`);
  }
  if (/(?!\n)\p{Cc}/u.test(text)) {
    throw new StoreError("the note has a control character; only new lines are allowed");
  }
  const { changes } = sql.run(`delete from ${kind}_note where ${kind}_id = ?`, id);
  if (text.trim() === "") return changes > 0 ? "removed its note" : "had no note";
  sql.run(`insert into ${kind}_note (${kind}_id, text) values (?, ?)`, id, text);
  return changes > 0 ? "replaced its note" : "noted";
}

type Row = { readonly grid: string; readonly run: string | null; readonly text: string };

/** Reads every tag, note and colour. */
export function readAnnotations(sql: Statements): Annotations {
  const runs = new Map<string, Annotated>();
  const grids = new Map<string, Annotated>();
  const change = ({ grid, run }: Row, to: (before: Annotated) => Annotated): void => {
    const [map, name] = run === null ? [grids, grid] : [runs, run];
    map.set(name, to(map.get(name) ?? { tags: [], note: null }));
  };
  for (const row of sql.rows<Row>('select "grid", run, tag as text from tags order by tag')) {
    change(row, ({ tags, note }) => ({ tags: [...tags, row.text], note }));
  }
  for (const row of sql.rows<Row>('select "grid", run, note as text from notes')) {
    change(row, (before) => ({ ...before, note: row.text }));
  }
  return { runs, grids, colours: readColours(sql) };
}

const LONGEST_NAME = 80;

const FIRST_GRID = `
  select g.id as gridId, g.name as grid, gr.label as label from grid_run gr join grid g on g.id = gr.grid_id
  where gr.run_id = ? order by gr.id limit 1`;

const TAKEN = `
  select 1 from run where name = @renamed and id <> @id
  union all
  select 1 from grid_run where grid_id = @gridId and label = @label and run_id <> @id
    and run_id not in (select run_id from damaged_run)`;

const HAD_NAME =
  "select distinct run_id from former_name where name in (select value from json_each(?))";

/**
 * Gives a run another label in its own grid, the first that it was planned in, and the name that
 * goes with it; call it inside a transaction.
 *
 * @param wanted - a label, or `grid/label` with the same grid
 */
export function renameRun(
  sql: Statements,
  { id, name }: { readonly id: number; readonly name: string },
  wanted: string,
): string {
  type Place = { readonly gridId: number; readonly grid: string; readonly label: string };
  const place = sql.row<Place>(FIRST_GRID, id);
  const grid = place?.grid ?? name.split("/")[0] ?? "";
  const gridId = place?.gridId ?? null;
  const label = labelIn(grid, wanted);
  const renamed = `${grid}/${label}`;
  if (renamed === name) return `${name} has that name already`;
  if (renamed.length > LONGEST_NAME) {
    throw new StoreError(
      `${renamed} has ${renamed.length} characters; the name of a run may have ${LONGEST_NAME}`,
    );
  }
  if (sql.value(TAKEN, { id, renamed, label, gridId }) !== undefined) {
    throw new StoreError(`${renamed} is another run; choose another name`);
  }
  const before = new Set([name, ...(place === undefined ? [] : [`${grid}/${place.label}`])]);
  const others = sql.values<number>(HAD_NAME, JSON.stringify([...before, renamed]));
  for (const former of before) {
    sql.insert("former_name", { name: former, run_id: id }, "or replace");
  }
  sql.run("delete from former_name where name = ?", renamed);
  sql.run("update run set name = ? where id = ?", renamed, id);
  sql.run("update grid_run set label = ? where run_id = ? and grid_id = ?", label, id, gridId);
  for (const other of others) renewNames(sql, other);
  return `renamed ${name} to ${renamed}`;
}

function labelIn(grid: string, wanted: string): string {
  const [first = "", ...rest] = wanted.split("/");
  const label = rest.length === 0 ? first : rest.join("/");
  if (rest.length > 0 && first !== grid) {
    throw new StoreError(`a run keeps its grid; name it ${grid}/LABEL, not "${wanted}"`);
  }
  if (!/^[A-Za-z0-9._=-]+$/.test(label)) {
    throw new StoreError(
      `${JSON.stringify(label)} is not a name for a run; use letters, digits, ".", "_", "=" and "-" only`,
    );
  }
  return label;
}
