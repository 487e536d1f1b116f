import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import {
  annotate,
  checkStore,
  collectGarbage,
  discard,
  importStore,
  StoreError,
  sealStore,
} from "../src/index.ts";
import { CLAIM, FINISHED, gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

/** A store with the runs `g/a` and `g/b`, whose hashes are `hash of a` and `hash of b`. */
function storeOfTwo(): string {
  const path = temporaryPath();
  const writer = writerAt(path);
  writer.planGrid(
    gridOf(["a", "b"].map((label) => plannedRun(label, { hash: `hash of ${label}` }))),
  );
  for (const id of [1, 2]) {
    writer.claimRun(id, CLAIM, {}, []);
    writer.endRun(id, CLAIM.token, FINISHED);
  }
  writer.close();
  return path;
}

const A = "run:hash of a";
const GROUP = "group:g|tanh|0.1";

const colour = (path: string, key: string, slot: number | null): string =>
  annotate(path, { kind: "colour", key, slot });
const coloursIn = (path: string) => Object.fromEntries(readerAt(path).annotations().colours);

test("a colour is set, changed and removed, and a sentence says which of it", () => {
  const path = storeOfTwo();

  expect(colour(path, A, 3)).toBe("set its colour to 3");
  expect(colour(path, A, 3)).toBe("has the colour 3 already");
  expect(colour(path, A, 15)).toBe("changed its colour to 15");
  expect(colour(path, GROUP, 0)).toBe("set its colour to 0");
  expect(coloursIn(path)).toEqual({ [A]: 15, [GROUP]: 0 });

  expect(colour(path, A, null)).toBe("removed its colour");
  expect(colour(path, A, null)).toBe("had no colour set");
  expect(coloursIn(path)).toEqual({ [GROUP]: 0 });
});

test("a colour stays with a run that is renamed, and is no part of its digests", () => {
  const path = storeOfTwo();
  colour(path, A, 3);

  annotate(path, { kind: "rename", target: "g/a", name: "other" });

  expect(coloursIn(path)).toEqual({ [A]: 3 });
  expect(checkStore(path).filter(({ ok }) => !ok)).toEqual([]);
});

test("a colour is set while another process has the store open and trains, and its reader sees it", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  writer.planGrid(gridOf([plannedRun("a", { hash: "h" })]));
  writer.claimRun(1, CLAIM, {}, []);
  const reader = readerAt(path);
  const before = reader.dataVersion();

  colour(path, "run:h", 7);

  expect(reader.dataVersion()).not.toBe(before);
  expect([...reader.annotations().colours]).toEqual([["run:h", 7]]);
  writer.endRun(1, CLAIM.token, FINISHED);
});

test.each([
  ["no key of a run or a group", "v5", 1, '"v5" is no key of a colour'],
  ["an empty key", "run:", 1, '"run:" is no key of a colour'],
  ["a control character", "run:\u001b[31m", 1, "is no key of a colour"],
  ["a long key", `group:${"x".repeat(201)}`, 1, "is no key of a colour"],
  ["a place beyond the palette", A, 16, "there is no colour 16; they are numbered from 0 to 15"],
  ["half a place", A, 1.5, "there is no colour 1.5"],
])("%s is refused", (_, key, slot, message) => {
  const path = storeOfTwo();

  expect(() => colour(path, key, slot)).toThrow(StoreError);
  expect(() => colour(path, key, slot)).toThrow(message);
  expect(coloursIn(path)).toEqual({});
});

test("a store of version 17 has no colours until the first is set", () => {
  const path = storeOfTwo();
  const database = new SqliteDatabase(path);
  database.exec(
    "drop table colour; drop table console_line; drop table inbox; drop table store_id; pragma user_version = 17",
  );
  database.close();
  const reader = readerAt(path);
  expect(coloursIn(path)).toEqual({});

  colour(path, A, 3);

  for (const one of [reader, readerAt(path)]) {
    expect([...one.annotations().colours]).toEqual([[A, 3]]);
  }
});

test("a copy has the colours of the runs that it has, and those of groups", async () => {
  const path = storeOfTwo();
  for (const [key, slot] of [
    [A, 3],
    ["run:hash of b", 4],
    [GROUP, 5],
  ] as const) {
    colour(path, key, slot);
  }
  const sealed = temporaryPath("sealed.db");
  const here = temporaryPath("here.db");

  await sealStore(path, sealed, { runs: ["g/a"], grid: null, beforeRun: async () => {} });
  await importStore(here, sealed);

  for (const copy of [sealed, here]) expect(coloursIn(copy)).toEqual({ [A]: 3, [GROUP]: 5 });
});

test("an import leaves the colours that are set here", async () => {
  const [here, there] = [storeOfTwo(), storeOfTwo()];
  colour(here, A, 1);
  for (const key of [A, GROUP]) colour(there, key, 9);

  await importStore(here, there);

  expect(coloursIn(here)).toEqual({ [A]: 1, [GROUP]: 9 });
});

test("the colour of a run goes with it, not before", () => {
  const path = storeOfTwo();
  colour(path, A, 3);
  colour(path, "run:hash of b", 4);

  discard(path, { runs: ["g/a"], grids: [] });
  expect(coloursIn(path)[A]).toBe(3);
  collectGarbage(path);

  expect(coloursIn(path)).toEqual({ "run:hash of b": 4 });
});
