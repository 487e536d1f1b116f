/** Tags, notes and names that users give, written beside whoever trains. */
import type { Database } from "better-sqlite3";
import { changeStore, type WaitOptions } from "../file/open-database.ts";
import { BUSY_MS } from "../file/opening.ts";
import { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";
import { resolve } from "../resolve/resolve.ts";
import { renameRun } from "./rename-run.ts";

/** `target` is a word that means a run or a grid. */
export type Annotation =
  | {
      readonly kind: "tag";
      readonly target: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  /** An empty text removes the note. */
  | { readonly kind: "note"; readonly target: string; readonly text: string }
  | { readonly kind: "rename"; readonly target: string; readonly name: string };

type Target = { readonly kind: "run" | "grid"; readonly id: number; readonly name: string };

/**
 * Changes a tag, a note or a name in one short transaction; needs no claim and disturbs no writer.
 *
 * @returns one sentence that says what has changed
 * @throws StoreError - if there is no store or no such run or grid, or what is given is not allowed
 */
export function annotate(
  path: string,
  annotation: Annotation,
  { waitMs = BUSY_MS }: WaitOptions = {},
): string {
  return changeStore(path, waitMs, (database) => {
    const target = findTarget(database, annotation.target);
    switch (annotation.kind) {
      case "tag":
        return `${title(target)}: ${changeTags(database, target, annotation)}`;
      case "note":
        return `${title(target)}: ${changeNote(database, target, annotation.text)}`;
      case "rename":
        if (target.kind === "run") return renameRun(database, target, annotation.name);
        throw new StoreError(
          `${target.name} is a grid, which is its \`name\` in the config; change it there`,
        );
    }
  });
}

function findTarget(database: Database, word: string): Target {
  const meaning = resolve(new Statements(database), word, { grids: true });
  if (meaning === undefined) {
    throw new StoreError(`there is no run or grid "${word}"; \`ablate runs\` lists all`);
  }
  const { grid, runs } = meaning;
  const kind = grid === null ? "run" : "grid";
  const name = grid ?? runs[0] ?? "";
  const find = database.prepare<[string], number>(`select id from kept_${kind} where name = ?`);
  return { kind, id: find.pluck().get(name) ?? -1, name };
}

function title({ kind, name }: Target): string {
  return kind === "run" ? name : `grid ${name}`;
}

const TAG = /^[^\s,\p{Cc}]{1,40}$/u;

type TagChange = { readonly add: readonly string[]; readonly remove: readonly string[] };

function changeTags(database: Database, { kind, id }: Target, { add, remove }: TagChange): string {
  const wrong = [...add, ...remove].find((tag) => !TAG.test(tag));
  if (wrong !== undefined) {
    throw new StoreError(
      `${JSON.stringify(wrong)} is no tag: 1 to 40 characters without space and commas`,
    );
  }
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined)
    throw new StoreError(`the tag ${both} is to be added and removed; say one`);
  const [table, column] = kind === "run" ? ["tag", "run_id"] : ["grid_tag", "grid_id"];
  const insert = database.prepare(`insert or ignore into ${table} (${column}, tag) values (?, ?)`);
  const erase = database.prepare(`delete from ${table} where ${column} = ? and tag = ?`);
  const isChange = (change: typeof insert) => (tag: string) => change.run(id, tag).changes > 0;
  const added = unique(add).filter(isChange(insert));
  const removed = unique(remove).filter(isChange(erase));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["added", added],
    ["removed", removed],
    ["already had", unique(add).filter((tag) => !added.includes(tag))],
    ["did not have", unique(remove).filter((tag) => !removed.includes(tag))],
  ];
  const said = parts.filter(([, tags]) => tags.length > 0);
  if (said.length === 0) throw new StoreError("no tag is given to add or to remove");
  return said.map(([verb, tags]) => `${verb} ${tags.join(", ")}`).join("; ");
}

function unique(tags: readonly string[]): string[] {
  return [...new Set(tags)];
}

const LONGEST_NOTE = 2000;

function changeNote(database: Database, { kind, id }: Target, text: string): string {
  const length = [...text].length;
  if (length > LONGEST_NOTE) {
    throw new StoreError(`the note has ${length} characters; it may have ${LONGEST_NOTE}`);
  }
  if (/(?!\n)\p{Cc}/u.test(text)) {
    throw new StoreError("the note has a control character; only new lines are allowed");
  }
  const [table, column] = kind === "run" ? ["run_note", "run_id"] : ["grid_note", "grid_id"];
  const { changes } = database.prepare(`delete from ${table} where ${column} = ?`).run(id);
  if (text.trim() === "") return changes > 0 ? "removed its note" : "had no note";
  database.prepare(`insert into ${table} (${column}, text) values (?, ?)`).run(id, text);
  return changes > 0 ? "replaced its note" : "noted";
}
