import { spawn } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { annotate, discard, importStore, type PlannedRun, restore } from "../src/index.ts";
import { initial } from "../src/migrations/first-tables.ts";
import { APPLICATION_ID, CURRENT_VERSION } from "../src/migrations/migrate.ts";
import { Rollup } from "../src/writing/rollup.ts";
import {
  blockOf,
  CLAIM,
  FINISHED,
  gridOf,
  NOW,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

type Trained = {
  readonly run: PlannedRun;
  /** How many steps were recorded; none: only planned. */
  readonly steps?: number;
  readonly isFinished?: boolean;
  readonly loss?: number;
};

/** A store with the grid `g` of these runs, trained as far as asked. */
function storeWith(runs: readonly Trained[], { grid = "g", plannedAt = NOW } = {}): string {
  const path = temporaryPath();
  const writer = writerAt(path, () => plannedAt);
  const stored = writer.planGrid(
    gridOf(
      runs.map(({ run }) => run),
      grid,
    ),
  );
  for (const [i, { steps = 0, isFinished = false, loss = 1 }] of runs.entries()) {
    const id = stored[i]?.id ?? 0;
    if (steps === 0) continue;
    writer.claimRun(id, CLAIM, { host: "there" }, parametersOf(["w", "b"]));
    const ratios = Array(steps * 2).fill(0.5);
    writer.appendSteps(id, CLAIM.token, blockOf(0, Array(steps).fill(loss), ratios));
    if (isFinished) writer.endRun(id, CLAIM.token, FINISHED);
    else writer.endRun(id, CLAIM.token, { ...FINISHED, state: "stopped", reason: "user" });
  }
  writer.close();
  return path;
}

const a = plannedRun("a");

/** What the store says of each run: name, state, steps, first loss. */
function summary(path: string): unknown[][] {
  return readerAt(path)
    .runs()
    .map(({ name: run, state, lastStep, loss }) => [run, state, lastStep, loss]);
}

async function changes(here: string, there: string): Promise<string[]> {
  return (await importStore(here, there)).runs.map(({ run, change }) => `${run} ${change}`);
}

test("what is in the trash there does not come, be it a run or a grid", async () => {
  const there = storeWith([{ run: a, steps: 3, isFinished: true }, { run: plannedRun("b") }]);
  const other = writerAt(there);
  other.planGrid(gridOf([a, plannedRun("c")], "other"));
  other.close();
  discard(there, { runs: ["g/b"], grids: ["other"] });
  const here = storeWith([{ run: plannedRun("d") }], { grid: "mine" });

  const report = await importStore(here, there);

  expect(report.grids).toEqual([{ grid: "g", change: "added" }]);
  expect(report.runs.map(({ run }) => run)).toEqual(["g/a"]);
  expect(summary(here).map(([run]) => run)).toEqual(["g/d", "g/a"]);
  expect(readerAt(here).trash()).toEqual([]);
});

test("what is in the trash here stays there, however complete it is elsewhere", async () => {
  const there = storeWith([{ run: a, steps: 3, isFinished: true }, { run: plannedRun("b") }]);
  const here = storeWith([{ run: a, steps: 1 }]);
  discard(here, { runs: [], grids: ["g"] });

  const planned = await importStore(here, there, { dryRun: true });
  const report = await importStore(here, there);

  expect(report.runs).toMatchObject([
    { run: "g/a", change: "trashed", state: "stopped", steps: 1 },
    { run: "g/b", change: "added" },
  ]);
  expect(planned.runs).toEqual(report.runs);
  expect(summary(here)).toEqual([["g/b", "pending", null, null]]);
  expect(readerAt(here).trash()).toMatchObject([{ kind: "run", name: "g/a" }]);
  restore(here, ["g/a"]);
  expect(summary(here)[0]).toEqual(["g/a", "stopped", 0, 1]);
});

test("runs that are new here come whole, in the order of their grid", async () => {
  const there = storeWith([{ run: a, steps: 3, isFinished: true }, { run: plannedRun("b") }]);
  const here = temporaryPath();

  const report = await importStore(here, there);

  expect(report.grids).toEqual([{ grid: "g", change: "added" }]);
  expect(report.runs.map(({ run, change, state, steps }) => [run, change, state, steps])).toEqual([
    ["g/a", "added", "finished", 3],
    ["g/b", "added", "pending", 0],
  ]);
  expect(readerAt(here).runs()).toEqual(readerAt(there).runs());
  expect(readerAt(here).ratiosAt("g/a")).toEqual(readerAt(there).ratiosAt("g/a"));
});

test.each([
  ["finished beats more steps", { steps: 9 }, { steps: 5, isFinished: true }, "replaced"],
  ["more steps beat fewer", { steps: 4 }, { steps: 5 }, "replaced"],
  ["ours stays where both are equal", { steps: 5 }, { steps: 5 }, "kept"],
  ["ours stays where it is finished", { steps: 5, isFinished: true }, { steps: 9 }, "kept"],
  [
    "ours stays where both are finished",
    { steps: 5, isFinished: true },
    { steps: 5, isFinished: true },
    "kept",
  ],
  ["recorded beats planned", {}, { steps: 1 }, "replaced"],
  ["planned does not replace", { steps: 1 }, {}, "kept"],
])("of two records of one run, %s", async (_, ours, theirs, change) => {
  const here = storeWith([{ run: a, loss: 1, ...ours }]);
  const there = storeWith([{ run: a, loss: 2, ...theirs }]);
  const expected = summary(change === "kept" ? here : there);

  expect(await changes(here, there)).toEqual([`g/a ${change}`]);

  expect(summary(here)).toEqual(expected);
});

test("repeated, an import changes nothing", async () => {
  const here = storeWith([{ run: a, steps: 2 }]);
  const there = storeWith([
    { run: a, steps: 5, isFinished: true },
    { run: plannedRun("b"), steps: 2 },
  ]);
  annotate(here, { kind: "note", target: "g/a", text: "ours" });
  annotate(there, { kind: "note", target: "g/a", text: "theirs" });
  await importStore(here, there);
  const once = rowsOf(here);

  expect(await changes(here, there)).toEqual(["g/a kept", "g/b kept"]);

  expect(rowsOf(here)).toEqual(once);
});

test("a run that is being trained here is left alone", async () => {
  const here = temporaryPath();
  const writer = writerAt(here, Date.now);
  const id = writer.planGrid(gridOf([a]))[0]?.id ?? 0;
  writer.claimRun(id, { ...CLAIM, host: hostname() }, {}, parametersOf(["w", "b"]));
  writer.appendSteps(id, CLAIM.token, blockOf(0, [7], [1, 1]));
  const there = storeWith([{ run: a, steps: 5, isFinished: true }]);

  expect(await changes(here, there)).toEqual(["g/a training"]);

  writer.appendSteps(id, CLAIM.token, blockOf(1, [7], [1, 1]));
  expect(summary(here)).toEqual([["g/a", "running", 1, 7]]);
});

test("a run that is reserved here, and has not begun, is left alone", async () => {
  const here = temporaryPath();
  const writer = writerAt(here, Date.now);
  const id = writer.planGrid(gridOf([a]))[0]?.id ?? 0;
  writer.reserveRun(id, { ...CLAIM, host: hostname() }, { states: ["pending"] });
  const there = storeWith([{ run: a, steps: 5, isFinished: true }]);

  expect(await changes(here, there)).toEqual(["g/a training"]);
});

test("a run that was running there comes as interrupted, without its claim", async () => {
  const there = temporaryPath();
  const writer = writerAt(there, Date.now);
  const id = writer.planGrid(gridOf([a]))[0]?.id ?? 0;
  writer.claimRun(id, CLAIM, {}, parametersOf(["w", "b"]));
  writer.appendSteps(id, CLAIM.token, blockOf(0, [7, 7], [1, 1, 1, 1]));
  const here = temporaryPath();

  await importStore(here, there);

  expect(summary(here)).toEqual([["g/a", "interrupted", 1, 7]]);
  expect(new SqliteDatabase(here).prepare("select claim from run").pluck().all()).toEqual([null]);
});

test("another run of the same name gets the first characters of its hash", async () => {
  const here = storeWith([{ run: a }]);
  const there = storeWith([{ run: plannedRun("a", { hash: "fedcba9876543210" }), steps: 2 }]);

  expect(await changes(here, there)).toEqual(["g/a-fedcba added"]);

  const labels = readerAt(here).query("select run, label from grid_runs where \"grid\" = 'g'");
  expect(labels.rows).toEqual([
    ["g/a", "a"],
    ["g/a-fedcba", "a-fedcba"],
  ]);
});

test("a grid of both gets the runs of both; the text that was planned last stands", async () => {
  const here = storeWith([{ run: a }], { plannedAt: NOW });
  const there = storeWith([{ run: plannedRun("b") }], { plannedAt: NOW + 1 });
  const edited = new SqliteDatabase(there);
  edited.exec("update grid set spec = 'theirs', description = 'newer'");
  edited.close();

  expect((await importStore(here, there)).grids).toEqual([{ grid: "g", change: "updated" }]);

  expect(readerAt(here).grids()).toEqual([{ name: "g", description: "newer", runs: 2 }]);
  expect((await importStore(there, here)).grids).toEqual([{ grid: "g", change: "kept" }]);
  expect(
    readerAt(there)
      .runs({ grid: "g" })
      .map(({ name }) => name),
  ).toEqual(["g/b", "g/a"]);
});

test("a grid that was planned later with the same text has no newer text, and older text stays away", async () => {
  const here = storeWith([{ run: a }], { plannedAt: NOW });
  const same = storeWith([{ run: a }], { plannedAt: NOW + 2 });
  const older = storeWith([{ run: a }], { plannedAt: NOW + 1 });
  const edited = new SqliteDatabase(older);
  edited.exec("update grid set description = 'given up since'");
  edited.close();

  for (const there of [same, older]) {
    expect((await importStore(here, there)).grids).toEqual([{ grid: "g", change: "kept" }]);
  }

  expect(readerAt(here).grids()[0]?.description).not.toBe("given up since");
});

test("tags are united and notes put below each other, once", async () => {
  const here = storeWith([{ run: a }]);
  const there = storeWith([{ run: a }]);
  annotate(here, { kind: "tag", target: "g/a", add: ["x", "y"], remove: [] });
  annotate(there, { kind: "tag", target: "g/a", add: ["y", "z"], remove: [] });
  annotate(here, { kind: "note", target: "g/a", text: "ours" });
  annotate(there, { kind: "note", target: "g/a", text: "theirs" });
  annotate(there, { kind: "note", target: "g", text: "of the grid" });

  await importStore(here, there);
  await importStore(there, here);
  await importStore(here, there);

  for (const path of [here, there]) {
    const { runs, grids } = readerAt(path).annotations();
    expect(runs.get("g/a")).toEqual({ tags: ["x", "y", "z"], note: "ours\ntheirs" });
    expect(grids.get("g")?.note).toBe("of the grid");
  }
});

test("tags and notes that differ in their Unicode form alone are united as one", async () => {
  const here = storeWith([{ run: a }]);
  const there = storeWith([{ run: a }]);
  annotate(here, { kind: "tag", target: "g/a", add: ["\u00e9"], remove: [] });
  annotate(here, { kind: "note", target: "g/a", text: "\u00e9" });
  const database = new SqliteDatabase(there);
  database.prepare("insert into tag values (1, ?)").run("e\u0301");
  database.prepare("insert into run_note values (1, ?)").run("e\u0301");
  database.close();

  await importStore(here, there);

  expect(readerAt(here).annotations().runs.get("g/a")).toEqual({
    tags: ["\u00e9"],
    note: "\u00e9",
  });
});

test("a dry run says the same and writes nothing", async () => {
  const here = storeWith([{ run: a, steps: 2 }]);
  const there = storeWith([{ run: a, steps: 5, isFinished: true }, { run: plannedRun("b") }]);
  const before = rowsOf(here);

  const said = await importStore(here, there, { dryRun: true });

  expect(rowsOf(here)).toEqual(before);
  expect(await importStore(here, there)).toEqual(said);
});

test("a store of the first version is imported, and stays as it is", async () => {
  const there = temporaryPath();
  const old = new SqliteDatabase(there);
  old.exec(`${initial}
    insert into grid values (1, 'g', '', '', 0);
    insert into run (id, name, hash, state, config, seed, engine, steps, planned_at, last_step, recent_loss)
      values (7, 'g/a', '${a.hash}', 'finished', '{"record":{}}', 1, 'simd', 2, 0, 0, 3.5);
    insert into grid_run values (1, 1, 7, 'a', 0);
    insert into param values (7, 0, 'w', '[1]', 1);
    insert into step values (7, 0, 3.5, 0.1, x'0000803f');
    pragma application_id = ${APPLICATION_ID};
    pragma user_version = 1;`);
  const insert = old.prepare("insert into rollup values (7, ?, ?, ?, ?)");
  new Rollup(1).append(blockOf(0, [3.5], [1]), ({ level, bucket, n, data }) => {
    insert.run(level, bucket, n, data);
  });
  old.close();
  const before = readFileSync(there);
  const here = temporaryPath();

  expect(await changes(here, there)).toEqual(["g/a added"]);

  expect(summary(here)).toEqual([["g/a", "finished", 0, 3.5]]);
  expect(readerAt(here).ratiosAt("g/a")?.ratios).toEqual([{ param: "w", ratio: 1, log10Ratio: 0 }]);
  expect(readFileSync(there).equals(before)).toBe(true);
});

test("what cannot be imported is refused with a sentence", async () => {
  const here = storeWith([{ run: a }]);
  const newer = storeWith([{ run: a }]);
  const database = new SqliteDatabase(newer);
  database.pragma(`user_version = ${CURRENT_VERSION + 1}`);
  database.close();
  const text = temporaryPath("text.db");
  writeFileSync(text, "not a store at all, only some text that is longer than a header".repeat(20));

  await expect(importStore(here, here)).rejects.toThrow(/is the store that would be written to/);
  await expect(importStore(here, temporaryPath())).rejects.toThrow(
    /there is no store at .* to import/,
  );
  await expect(importStore(here, newer)).rejects.toThrow(/was written by a newer ablate/);
  await expect(importStore(here, text)).rejects.toThrow(/is not an ablate store/);
  await expect(importStore(here, dirname(text))).rejects.toThrow(/: it is a folder; name a file$/);
});

test("a damaged store is refused before anything is taken from it", async () => {
  const here = temporaryPath();
  const cut = storeWith([{ run: a, steps: 2000, isFinished: true }]);
  truncateSync(cut, 40_960);

  const torn = storeWith([{ run: a, steps: 2000, isFinished: true }]);
  const bytes = readFileSync(torn);
  writeFileSync(torn, bytes.fill(255, bytes.length - 4096));

  await expect(importStore(here, cut)).rejects.toThrow(/is damaged/);
  await expect(importStore(here, torn)).rejects.toThrow(/^\S+ is damaged \([^*\n]+\); copy it/);
  expect(() => readerAt(here)).toThrow(/there is no store/);
});

test("killed in the middle and repeated, an import comes to the same as one that was not", async () => {
  const runs = ["a", "b", "c", "d", "e", "f"].map((label) => ({
    run: plannedRun(label),
    steps: 2000,
    isFinished: true,
  }));
  const there = storeWith(runs);
  const [here, whole] = [temporaryPath(), temporaryPath()];
  await importStore(whole, there);
  const importer = fileURLToPath(new URL("import-until-killed.ts", import.meta.url));
  const node = ["--conditions=@ablate/source", importer, here, there];

  const signal = await new Promise((resolve) =>
    spawn(process.execPath, node, { stdio: "inherit" }).once("exit", (_, by) => resolve(by)),
  );
  const kept = readerAt(here).runs().length;
  await importStore(here, there);

  expect(signal).toBe("SIGKILL");
  expect(kept).toBe(3);
  expect(summary(here)).toEqual(summary(whole));
  expect(rowsOf(here)).toEqual(rowsOf(whole));
});

/** Every row of every table, without what says when. */
function rowsOf(path: string): Record<string, unknown[]> {
  const database = new SqliteDatabase(path, { readonly: true });
  const tables = database
    .prepare<[], string>("select name from sqlite_schema where type = 'table'")
    .pluck()
    .all();
  const rows = tables.map((table) => [table, database.prepare(`select * from "${table}"`).all()]);
  database.close();
  return Object.fromEntries(rows);
}
