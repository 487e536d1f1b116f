import { existsSync, readFileSync, writeFileSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { type Annotation, annotate, StoreError } from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  gridOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

/** A store with the grid `g` of runs `g/a` and `g/b`, and the grid `h` of `g/a` as `x`. */
function storeOfTwo(): string {
  const path = temporaryPath();
  const writer = writerAt(path);
  writer.planGrid(gridOf([plannedRun("a"), plannedRun("b")]));
  writer.planGrid(gridOf([plannedRun("a", { name: "h/x", label: "x" })], "h"));
  return path;
}

const tag = (
  target: string,
  add: readonly string[],
  remove: readonly string[] = [],
): Annotation => ({
  kind: "tag",
  target,
  add,
  remove,
});
const note = (target: string, text: string): Annotation => ({ kind: "note", target, text });
const rename = (target: string, name: string): Annotation => ({ kind: "rename", target, name });

test("tags come and go, and a sentence says what has changed", () => {
  const path = storeOfTwo();

  expect(annotate(path, tag("g/a", ["b", "a"]))).toBe("g/a: added b, a");
  expect(annotate(path, tag("g/a", ["a", "c", "c"], ["b", "d"]))).toBe(
    "g/a: added c; removed b; already had a; did not have d",
  );
  expect(readerAt(path).run("g/a")?.tags).toEqual(["a", "c"]);
  expect(readerAt(path).annotations().runs.get("g/a")).toEqual({ tags: ["a", "c"], note: null });
});

/** One letter in two ways: as one character, and as an `e` with an accent, as macOS types it. */
const [ONE, TWO] = ["\u00e9t\u00e9", "e\u0301te\u0301"];

test("a tag is the same in either Unicode form of its letters", () => {
  const path = storeOfTwo();

  expect(annotate(path, tag("g/a", [TWO]))).toBe(`g/a: added ${ONE}`);
  expect(annotate(path, tag("g/a", [ONE, TWO]))).toBe(`g/a: already had ${ONE}`);
  expect(readerAt(path).run("g/a")?.tags).toEqual([ONE]);
  expect(annotate(path, tag("g/a", [], [TWO]))).toBe(`g/a: removed ${ONE}`);
  expect(() => annotate(path, tag("g/a", [ONE], [TWO]))).toThrow("both added and removed");

  annotate(path, note("g/a", `vu en ${TWO}`));
  expect(readerAt(path).annotations().runs.get("g/a")?.note).toBe(`vu en ${ONE}`);
});

test("a tag that an older version has stored as it was typed is found and removed", () => {
  const path = storeOfTwo();
  const database = new SqliteDatabase(path);
  for (const one of [ONE, TWO]) database.prepare("insert into tag values (1, ?)").run(one);
  database.close();

  expect(annotate(path, tag("g/a", [TWO]))).toBe(`g/a: already had ${ONE}`);
  expect(annotate(path, tag("g/a", [], [ONE]))).toBe(`g/a: removed ${ONE}`);
  expect(readerAt(path).run("g/a")?.tags).toEqual([]);
});

test("a note is replaced by the next one and removed by an empty one", () => {
  const path = storeOfTwo();
  const noted = () => readerAt(path).annotations().runs.get("g/a")?.note;

  expect(annotate(path, note("g/a", "two\nlines"))).toBe("g/a: noted");
  expect(noted()).toBe("two\nlines");
  expect(annotate(path, note("g/a", "other"))).toBe("g/a: replaced its note");
  expect(noted()).toBe("other");
  expect(annotate(path, note("g/a", ""))).toBe("g/a: removed its note");
  expect(noted()).toBeUndefined();
  expect(annotate(path, note("g/a", " "))).toBe("g/a: had no note");
});

test("grids have tags and notes of their own", () => {
  const path = storeOfTwo();

  expect(annotate(path, tag("g", ["lecture"]))).toBe("grid g: added lecture");
  annotate(path, note("h", "about h"));

  const { runs, grids } = readerAt(path).annotations();
  expect(runs.size).toBe(0);
  expect([...grids]).toEqual([
    ["g", { tags: ["lecture"], note: null }],
    ["h", { tags: [], note: "about h" }],
  ]);
});

test("the views say whose a tag or note is; a run's are under its first grid", () => {
  const path = storeOfTwo();
  for (const target of ["g/a", "h"]) {
    annotate(path, tag(target, ["t"]));
    annotate(path, note(target, `about ${target}`));
  }
  const rows = (view: string) => readerAt(path).query(`select * from ${view} order by run`).rows;

  expect(rows("tags")).toEqual([
    ["h", null, "t"],
    ["g", "g/a", "t"],
  ]);
  expect(rows("notes")).toEqual([
    ["h", null, "about h"],
    ["g", "g/a", "about g/a"],
  ]);
});

test("the name of a grid comes before a label and before the beginning of a run's name", () => {
  const path = storeOfTwo();
  writerAt(path).planGrid(gridOf([plannedRun("c", { label: "h", name: "i/h" })], "i"));

  expect(annotate(path, tag("g", ["t"]))).toBe("grid g: added t");
  expect(annotate(path, tag("h", ["t"]))).toBe("grid h: added t");
  expect(annotate(path, tag("i/h", ["t"]))).toBe("i/h: added t");
  expect(annotate(path, tag("g/b", ["t"]))).toBe("g/b: added t");
});

test.each<[string, Annotation, string]>([
  [
    "a space in a tag",
    tag("g/a", ["a b"]),
    '"a b" is not a tag: write 1 to 40 characters without space',
  ],
  ["a comma in a tag", tag("g/a", ["a,b"]), '"a,b" is not a tag'],
  ["a control character in a tag", tag("g/a", ["a\u0007"]), '"a\\u0007" is not a tag'],
  ["an empty tag", tag("g/a", [""]), '"" is not a tag'],
  ["a long tag", tag("g/a", ["x".repeat(41)]), "is not a tag"],
  ["a wrong tag to remove", tag("g/a", [], ["a b"]), '"a b" is not a tag'],
  ["a tag both ways", tag("g/a", ["a"], ["a"]), "the tag a is both added and removed; choose one"],
  ["no tag", tag("g/a", []), "no tag to add or to remove"],
  ["a long note", note("g/a", "x".repeat(2001)), "the note has 2001 characters; it may have 2000"],
  ["an escape in a note", note("g/a", "\u001b[31m"), "the note has a control character"],
  ["no such run", tag("zz", ["a"]), 'there is no run or grid "zz"; `ablate runs` lists all'],
  ["no run", tag("", ["a"]), 'there is no run or grid ""'],
  ["a new name for a grid", rename("g", "k"), "g is a grid, which is its `name` in the config"],
  ["another grid", rename("g/a", "h/k"), 'a run keeps its grid; name it g/LABEL, not "h/k"'],
  ["a slash in a label", rename("g/a", "g/k/l"), '"k/l" is not a name for a run'],
  ["a space in a name", rename("g/a", "a b"), '"a b" is not a name for a run; use letters'],
  ["an empty name", rename("g/a", ""), '"" is not a name for a run'],
  [
    "a long name",
    rename("g/a", "x".repeat(79)),
    "has 81 characters; the name of a run may have 80",
  ],
  ["a name that is taken", rename("g/a", "b"), "g/b is another run; choose another name"],
])("%s is refused in a sentence, and nothing changes", (_, annotation, message) => {
  const path = storeOfTwo();
  const before = readerAt(path).query("select * from runs").rows;

  expect(() => annotate(path, annotation)).toThrow(StoreError);
  expect(() => annotate(path, annotation)).toThrow(message);

  expect(readerAt(path).query("select * from runs").rows).toEqual(before);
  expect(readerAt(path).annotations()).toEqual({
    runs: new Map(),
    grids: new Map(),
    colours: new Map(),
  });
});

test("a renamed run has its new name everywhere, and keeps it when it is planned again", () => {
  const path = storeOfTwo();

  expect(annotate(path, rename("b", "g/best"))).toBe("renamed g/b to g/best");
  expect(annotate(path, rename("g/a", "first"))).toBe("renamed g/a to g/first");
  expect(annotate(path, rename("g/first", "first"))).toBe("g/first has that name already");

  const again = writerAt(path).planGrid(gridOf([plannedRun("a"), plannedRun("b")]));
  expect(again.map(({ name }) => name)).toEqual(["g/first", "g/best"]);
  const { rows } = readerAt(path).query('select "grid", run, label from grid_runs order by 1, 2');
  expect(rows).toEqual([
    ["g", "g/best", "best"],
    ["g", "g/first", "first"],
    ["h", "g/first", "x"],
  ]);
});

test("a label that another run has in the grid is taken", () => {
  const path = storeOfTwo();
  writerAt(path).planGrid(gridOf([plannedRun("c", { name: "h/c" })], "h"));

  expect(() => annotate(path, rename("h/c", "x"))).toThrow("h/x is another run");
});

test("what a user says outlives another attempt at the run", () => {
  const { path, writer, id } = claimedRun([]);
  annotate(path, tag("g/v", ["keep"]));
  annotate(path, note("g/v", "mind this"));

  writer.claimRun(id, CLAIM, {}, []);

  expect(readerAt(path).annotations().runs.get("g/v")).toEqual({
    tags: ["keep"],
    note: "mind this",
  });
});

test("a run is annotated and renamed while it is trained, and its log is left alone", () => {
  const { path, writer, id } = claimedRun([]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [3]));
  const before = readFileSync(`${path}-wal`).length;

  annotate(path, tag("g/v", ["live"]));
  annotate(path, rename("g/v", "w"));
  writer.appendSteps(id, CLAIM.token, blockOf(1, [2]));

  expect(readFileSync(`${path}-wal`).length).toBeGreaterThan(before);
  expect(readerAt(path).run("g/w")).toMatchObject({
    state: "running",
    lastStep: 1,
    tags: ["live"],
  });
});

test("a store that another process keeps to itself is a sentence", () => {
  const path = storeOfTwo();
  const other = new SqliteDatabase(path);
  other.exec("begin immediate");

  expect(() => annotate(path, tag("g/a", ["t"]))).toThrow(
    `cannot write to ${path}: another process keeps it locked; try again`,
  );
  other.close();
});

test("no store is made, and what is none is refused", () => {
  const path = temporaryPath();
  expect(() => annotate(path, tag("g/a", ["t"]))).toThrow(`there is no store at ${path}`);
  expect(existsSync(path)).toBe(false);

  writeFileSync(path, "");
  expect(() => annotate(path, tag("g/a", ["t"]))).toThrow("is not an ablate store: it is empty");
});
