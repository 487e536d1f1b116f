import { readFileSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { annotate, checkStore } from "../src/index.ts";
import { initial } from "../src/migrations/first-tables.ts";
import { annotations, findings, probes, recovery, trash } from "../src/migrations/later-tables.ts";
import { APPLICATION_ID } from "../src/migrations/migrate.ts";
import { checkpointDigest } from "../src/recovery/checkpoints.ts";
import { views } from "../src/views/views.ts";
import { CLAIM, gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";
import { probeOf, tensorOf } from "./probe-make.ts";

const VIEWS: readonly string[] = [
  ...["runs", "grid_runs", "loss", "update_ratio", "curve", "series", "evals", "samples"],
];
const PROBE_VIEWS = ["layer_stats", "norm_stats", "histograms", "saturation", "logits"];
const LATER_VIEWS = [...PROBE_VIEWS, "findings"];

/** A store as the first version left it, with the run `g/a`. */
function storeOfVersion1(): string {
  const path = temporaryPath();
  const database = new SqliteDatabase(path);
  database.exec(initial);
  for (const { name, sql } of views.filter(({ name }) => VIEWS.includes(name))) {
    database.exec(`create view "${name}" as ${sql.replaceAll("kept_", "")}`);
  }
  database.exec(`
    insert into grid values (1, 'g', '', '', 0);
    insert into run (id, name, hash, config, seed, engine, steps, planned_at)
      values (1, 'g/a', 'h', '{}', 1, 'simd', 2, 0);
    insert into grid_run values (1, 1, 1, 'a', 0);
    insert into tag values (1, 'old');
    pragma application_id = ${APPLICATION_ID};
    pragma user_version = 1;`);
  database.close();
  return path;
}

test("a store of version 1 is read without being written to", () => {
  const path = storeOfVersion1();
  const before = readFileSync(path);

  const reader = readerAt(path);

  expect(reader.runs().map(({ name: run, tags }) => [run, tags])).toEqual([["g/a", ["old"]]]);
  expect(reader.annotations().runs.get("g/a")).toEqual({ tags: ["old"], note: null });
  expect(reader.query("select * from tags").rows).toEqual([["g", "g/a", "old"]]);
  expect(reader.query("select * from notes").rows).toEqual([]);
  for (const view of LATER_VIEWS) expect(reader.query(`select * from ${view}`).rows).toEqual([]);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a store of version 1 is migrated by the first annotation, and who reads it sees that", () => {
  const path = storeOfVersion1();
  const reader = readerAt(path);
  expect(reader.annotations().grids.size).toBe(0);

  annotate(path, { kind: "note", target: "g/a", text: "new" });
  annotate(path, { kind: "tag", target: "g", add: ["study"], remove: [] });

  for (const one of [reader, readerAt(path)]) {
    expect(one.annotations().runs.get("g/a")).toEqual({ tags: ["old"], note: "new" });
    expect(one.annotations().grids.get("g")).toEqual({ tags: ["study"], note: null });
    expect(one.query("select note from notes").rows).toEqual([["new"]]);
    expect(one.runs()).toHaveLength(1);
    for (const view of LATER_VIEWS) expect(one.query(`select * from ${view}`).rows).toEqual([]);
  }
  expect(writerAt(path).planGrid(gridOf([plannedRun("a", { hash: "h" })]))[0]?.name).toBe("g/a");
});

test("a store of version 2 is read without probes, and gets them when it is written to", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  database.exec(annotations);
  database.pragma("user_version = 2");
  database.close();

  expect(readerAt(path).query("select * from histograms").rows).toEqual([]);
  const writer = writerAt(path);
  writer.claimRun(1, CLAIM, {}, []);
  writer.appendProbe(1, CLAIM.token, probeOf({ step: 3 }, { tensors: [tensorOf("weight")] }));

  const [row] = readerAt(path).query("select run, step, layer, kind from layer_stats").rows;
  expect(row).toEqual(["g/a", 3, "hidden1", "weight"]);
});

test("a store of version 3 is read without findings, and gets them when it is written to", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  database.exec(annotations);
  database.exec(probes);
  database.pragma("user_version = 3");
  database.close();

  const reader = readerAt(path);
  expect([reader.findings("g/a"), reader.thresholds("g/a")]).toEqual([[], undefined]);
  const writer = writerAt(path);
  writer.claimRun(1, CLAIM, {}, []);
  const finding = {
    ...({ level: "info", rule: "plateau", layer: null, param: null } as const),
    ...{ step: 3, value: null, message: "flat", until: null },
  };
  writer.setFindings(1, CLAIM.token, [finding]);

  for (const one of [reader, readerAt(path)]) expect(one.findings("g/a")).toEqual([finding]);
});

test("what an older store says in sentences only is there in columns, before a migration and after", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  for (const migration of [annotations, probes, findings, recovery, trash])
    database.exec(migration);
  database.exec(`
    insert into finding values
      (1, 0, 'info', 'saturated', 'hidden1', null, 0, 0.6, 'hidden1 60 % saturated, no longer at step 12,000: why'),
      (1, 1, 'warning', 'frozen', null, null, 5, null, 'frozen: it was, no longer at step 7');
    insert into event (run_id, at_ms, kind, message) values (1, 0, 'started', null),
      (1, 1, 'resumed', 'at step 10'), (1, 2, 'resumed', 'from g/short-1 at step 2000'),
      (1, 3, 'failed', 'from g/a at step 3');
    pragma user_version = 8;`);
  database.close();
  const reader = readerAt(path);

  const check = (one: typeof reader) => {
    expect(one.findings("g/a").map(({ rule, until }) => [rule, until])).toEqual([
      ["frozen", null],
      ["saturated", 12_000],
    ]);
    expect(one.query("select until from findings order by until").rows).toEqual([[null], [12_000]]);
    expect(one.events("g/a").map(({ from }) => from)).toEqual([
      null,
      { run: "g/a", step: 10 },
      { run: "g/short-1", step: 2000 },
      null,
    ]);
  };
  check(reader);
  writerAt(path);
  check(reader);
  check(readerAt(path));
});

test("configs of an older store say what runs were trained with, in the keys that are new", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  const config = { train: { steps: 2, lr: { 0: 0.1 } }, record: { samples: 3 } };
  database.prepare("update run set config = ?").run(JSON.stringify(config));
  database.close();

  writerAt(path);

  expect(JSON.parse(readerAt(path).run("g/a")?.config ?? "")).toEqual({
    train: {
      ...config.train,
      stop: { patience: "none", target: "none", budget: "none", every: 1000 },
    },
    record: { samples: 3, checkpoint: "none" },
  });
});

test("an older store says of no run where it goes on, and of its finished runs what it did", () => {
  const path = storeOfVersion1();
  const weights = Buffer.of(1, 2);
  const database = new SqliteDatabase(path);
  database.exec("update run set state = 'finished', reason = 'steps', last_step = 1");
  database
    .prepare("insert into checkpoint (run_id, step, final, sha256, weights) values (1, 2, 1, ?, ?)")
    .run(checkpointDigest(weights, null), weights);
  database.close();
  const continuation = { family: "f", steps: 9, accepts: () => true };
  const starts = () =>
    readerAt(path).starts([{ hash: "h", continuation, rule: { revision: 1, mixes: false } }]);

  expect(starts()).toEqual([{ start: null, other: null }]);
  writerAt(path).planGrid(gridOf([plannedRun("a", { hash: "h", family: "f" })]));

  expect(starts()).toEqual([{ start: null, other: null }]);
  expect(readerAt(path).weights("g/a")).toEqual({ step: 2, bytes: weights });
  expect(writerAt(path).findResumePoint(1, continuation).point).toBeNull();
});

const TOLD_BY_NAME: Readonly<Record<string, readonly string[]>> = {
  embedding: ["embedding", "embedding", "embedding"],
  "hidden1.weight": ["hidden1", "hidden", "weight"],
  "hidden12.bias": ["hidden12", "hidden", "bias"],
  "hidden12.bn.gamma": ["hidden12", "hidden", "gain"],
  "hidden12.bn.beta": ["hidden12", "hidden", "shift"],
  "output.weight": ["output", "output", "weight"],
  "transformer.h.0.weight": ["transformer", "other", "weight"],
};

test("an older store says of its parameters and layers what they are, read or migrated", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  database.exec(annotations);
  database.exec(probes);
  const insert = database.prepare("insert into param values (1, ?, ?, '[2, 3]', 6)");
  for (const [idx, name] of Object.keys(TOLD_BY_NAME).entries()) insert.run(idx, name);
  database.exec("insert into probe_layer values (1, 0, 'embedding', 2), (1, 1, 'hidden1', 2)");
  database.exec("insert into probe values (1, 1, 0, 1, 3, 0, x'')");
  database.pragma("user_version = 3");
  database.close();
  const told = () => {
    const reader = readerAt(path);
    return {
      parameters: reader
        .parameters("g/a")
        .map(({ name, layer, layerKind, role }) => [name, layer, layerKind, role]),
      layers: reader.probe("g/a", 0)?.layers.map(({ kind }) => kind),
      band: reader.series("g/a").flatMap(({ series, low }) => (low === null ? [] : [series, low])),
    };
  };

  const read = told();
  writerAt(path);

  expect(read).toEqual({
    parameters: Object.entries(TOLD_BY_NAME).map(([name, rest]) => [name, ...rest]),
    layers: ["embedding", "hidden"],
    band: ["log10_ratio:hidden1.weight", -4],
  });
  expect(told()).toEqual(read);
});

test("an older store is checked in the tables that have got columns since, too", () => {
  const path = storeOfVersion1();
  const database = new SqliteDatabase(path);
  database.exec(`
    pragma foreign_keys = off;
    insert into event (run_id, at_ms, kind) values (77, 0, 'started');
    insert into param values (78, 0, 'embedding', '[27,2]', 54)`);
  database.close();

  const foreignKeys = checkStore(path).find(({ check }) => check === "foreign keys");

  expect(foreignKeys?.detail).toBe(
    "1 row of param without their run, 1 row of event without their run",
  );
});
