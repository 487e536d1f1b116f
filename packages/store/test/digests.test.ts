/** Digests of what runs have: when they are written, what they find, what leaves them valid. */
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { annotate, checkStore, importStore, SCHEMA } from "../src/index.ts";
import { damage, finishedStore, inspect, wrongOf } from "./check-make.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  FINISHED,
  gridOf,
  NOW,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";
import { probeOf, tensorOf } from "./probe-make.ts";

/** A closed store with one finished run `g/v` that has something of everything. */
function fullStore(): string {
  const { path, writer, id } = claimedRun(["hidden1.weight"]);
  writer.setThresholds(id, CLAIM.token, "{}");
  writer.appendProbe(id, CLAIM.token, probeOf({}, { tensors: [tensorOf("preactivation")] }));
  writer.appendSteps(id, CLAIM.token, blockOf(0, [3, 2, Number.NaN], [1, 2, 3]));
  const evaluations = [{ split: "valid", statistics: "none", loss: 2.5 }] as const;
  writer.appendEvaluations(id, CLAIM.token, { step: 3, evaluations });
  const finding = {
    level: "info",
    rule: "frozen",
    layer: null,
    param: null,
    step: 1,
    value: 1,
  } as const;
  writer.setFindings(id, CLAIM.token, [{ ...finding, message: "m", until: null }]);
  const weights = new Uint8Array(100).fill(7);
  const snapshot = { step: 3, evaluations: [], samples: ["ab"], weights };
  writer.endRun(id, CLAIM.token, { ...FINISHED, snapshot });
  writer.close();
  annotate(path, { kind: "tag", target: "g/v", add: ["good"], remove: [] });
  annotate(path, { kind: "note", target: "g/v", text: "n" });
  annotate(path, { kind: "tag", target: "g", add: ["study"], remove: [] });
  return path;
}

const CHANGES: readonly (readonly [what: string, change: string, says: RegExp])[] = [
  ["a validation loss", "update eval set loss = loss + 1e-15", /results/],
  ["a mean of losses", "update run set recent_loss = 2", /results/],
  ["an engine revision", "update revision set revision = 2", /results/],
  ["a step of a revision", "update revision set step = 1", /results/],
  ["a reason", "update run set reason = 'target'", /results/],
  ["a time", "update run set train_seconds = 3", /results/],
  ["where it was trained", 'update run set provenance = \'{"node":"25"}\'', /results/],
  ["a setting", 'update run set config = \'{"label":"w"}\'', /config/],
  ["a seed", "update run set seed = 43", /config/],
  ["an identity", "update run set hash = 'another'", /config/],
  ["a loss", "update step set loss = 2.0000000000000004 where step = 1", /steps from 0/],
  ["a rate", "update step set lr = 0.2 where step = 2", /steps from 0/],
  ["a ratio", "update step set ratios = x'00000041' where step = 2", /steps from 0/],
  ["a loss that was not finite", "update step set loss = 1 where step = 2", /steps from 0/],
  ["a parameter's name", "update param set name = 'hidden1.weighs'", /parameters/],
  ["a sample", "update sample set text = 'ba'", /samples/],
  ["an event", "update event set message = 'x' where kind = 'finished'", /events/],
  ["a tick", "update tick set at_ms = at_ms + 1", /ticks/],
  ["a finding", "update finding set value = 2", /findings/],
  ["a threshold", "update diagnosis set thresholds = '{\"x\":1}'", /thresholds/],
  ["a statistic of a probe", "update probe_tensor set mean = 9 where kind = 1", /probe after 0/],
  ["the loss of a probe", "update probe set loss = 9", /probe after 0/],
  ["a checkpoint's step", "update checkpoint set step = 2", /checkpoints/],
  ["a digest", "update digest set sha256 = x'00' where section = 'record'", /digests have changed/],
  ["a tag", "update tag set tag = 'gold'", /name, labels, tags or note/],
  ["a note", "update run_note set text = 'm'", /name, labels, tags or note/],
  ["a label", "update grid_run set label = 'w'", /name, labels, tags or note/],
  ["what a grid is about", "update grid set description = 'x'", /grid g: its text/],
  ["a run of a plan", "insert into grid_plan values (1, 1, 'c', '{}', 0)", /grid g: its text/],
  ["a tag of a grid", "update grid_tag set tag = 'x'", /grid g: its text/],
];

test.each(CHANGES)("a change of %s is found, and doctor says in which run", (_, change, says) => {
  const path = fullStore();
  expect(wrongOf(checkStore(path))).toEqual([]);

  damage(path, change);

  const wrong = wrongOf(checkStore(path)).join("\n");
  expect(wrong).toMatch(/^digests: (grid g|g\/v): /m);
  expect(wrong).toMatch(says);
});

test("columns and tables that a later version adds leave digests valid", () => {
  const path = fullStore();

  damage(
    path,
    ...["run", "eval", "param", "step", "sample", "probe_tensor", "finding", "grid", "tag"].map(
      (table) => `alter table ${table} add column later text default 'x'`,
    ),
    "create table later (run_id integer primary key references run on delete cascade) strict",
    "insert into later select id from run",
  );

  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("a run that is being trained has no digest until it ends, however it does", () => {
  const { path, writer, id } = claimedRun(["a"]);
  const seal = () => inspect(path, (database) => database.prepare("select made from seal").get());
  writer.appendSteps(id, CLAIM.token, blockOf(0, [3], [1]));
  expect(seal()).toBeUndefined();

  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "failed", reason: "error", error: "x" });

  expect(seal()).toEqual({ made: "end" });
  writer.claimRun(id, CLAIM, {}, parametersOf(["a"]));
  expect(seal()).toBeUndefined();
});

test("steps have the digest of what is stored, in whatever blocks they come", () => {
  const { path, writer, id } = claimedRun(["a", "b"]);
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1e-320];
  const losses = Array.from({ length: 9000 }, (_, i) => odd[i % 7] ?? Math.sin(i));
  const ratios = losses.flatMap((_, i) => [Math.cos(i), odd[i % 5] ?? 1]);
  for (
    let first = 0, length = 1;
    first < losses.length;
    first += length, length = (length * 5) % 3001
  ) {
    const end = Math.min(losses.length, first + length);
    const block = blockOf(first, losses.slice(first, end), ratios.slice(2 * first, 2 * end));
    writer.appendSteps(id, CLAIM.token, block);
  }
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(wrongOf(checkStore(path))).toEqual([]);
  damage(path, "update step set lr = 0.11 where step = 4100");
  expect(wrongOf(checkStore(path)).join()).toContain("one of its steps from 4,096 to 8,191");
});

test("a run that goes on keeps the digests of its whole parts, and renews the others", () => {
  const { path, writer, id } = claimedRun(["a"]);
  const state = new Uint8Array(8);
  const checkpoint = { step: 5000, weights: new Uint8Array(8), state, trainSeconds: 1 };
  const block = (first: number, count: number) =>
    blockOf(first, Array(count).fill(first), Array(count).fill(1));
  writer.appendCheckpoint(id, CLAIM.token, checkpoint, block(0, 5000));
  writer.appendSteps(id, CLAIM.token, block(5000, 4000));
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "interrupted" });

  writer.resumeRun(id, CLAIM, {}, { runId: id, run: "g/v", step: 5000 });
  writer.appendSteps(id, CLAIM.token, block(5000, 100));
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(wrongOf(checkStore(path))).toEqual([]);
});

test("tags, notes, names and plans renew the digest of names alone", () => {
  const path = fullStore();
  for (const [from, name] of [
    ["g/v", "w"],
    ["g/w", "x"],
    ["g/x", "w"],
  ] as const) {
    annotate(path, { kind: "rename", target: from, name });
  }
  annotate(path, { kind: "note", target: "g", text: "about it" });
  const writer = writerAt(path);
  writer.planGrid(gridOf([plannedRun("v"), plannedRun("u")]));
  writer.planGrid(gridOf([plannedRun("v")], "h"));

  expect(wrongOf(checkStore(path))).toEqual([]);
  expect(
    readerAt(path)
      .runs()
      .map(({ name }) => name),
  ).toEqual(["g/w", "g/u"]);
});

/** Takes the digests of a store away, as if an older version had written it. */
function asOfVersion10(path: string): void {
  const tables = [
    ...["inbox", "store_id"],
    ...["digest", "seal", "name_digest", "grid_digest", "damaged_run"],
    ...["former_name", "grid_plan_run", "grid_plan", "revision"],
    ...["metric", "metric_point", "metric_rollup", "log_file", "colour", "console_line"],
  ];
  const views = ["kept_run", "kept_grid", "kept_grid_run", ...SCHEMA.map(({ name }) => name)];
  damage(
    path,
    ...views.map((view) => `drop view ${view}`),
    ...tables.map((table) => `drop table ${table}`),
    "alter table run drop column process_start",
    "alter table run drop column source",
    "alter table checkpoint drop column best_loss",
    "pragma user_version = 10",
  );
}

test("runs of an older store get digests when it is migrated, marked so, unless they are damaged", () => {
  const path = finishedStore();
  damage(path, "delete from step where run_id = 2 and step = 7");
  asOfVersion10(path);
  const said = checkStore(path).find(({ check }) => check === "digests");
  expect([said?.ok, said?.detail]).toEqual([
    true,
    "no digest; a store gets digests when it is next written to",
  ]);

  const { notice } = writerAt(path);

  expect(notice).toContain("no digest for g/v2, as its history is whole up to 7 steps of 5,000");
  const made = inspect(path, (database) =>
    database.prepare("select run_id, made from seal order by 1").raw().all(),
  );
  expect(made).toEqual([
    [1, "migration"],
    [2, "refused"],
  ]);
  damage(path, "update eval set loss = 1; update run set recent_loss = 1 where id = 1");
  expect(
    readerAt(path)
      .runs()
      .map(({ name }) => name),
  ).toEqual(["g/v2"]);
});

test("a migration that was killed before its digests leaves nothing wrong, and the next write makes them", () => {
  const path = finishedStore();
  damage(path, "delete from digest where run_id = 2", "delete from seal where run_id = 2");
  const said = () => checkStore(path).find(({ check }) => check === "digests");
  const left =
    "1 run as written; 1 run without a digest; a store gets digests when it is next written to";
  expect([said()?.ok, said()?.detail]).toEqual([true, left]);

  writerAt(path);

  expect(said()?.detail).toBe("2 runs as written");
});

test("a damaged run hides no other, and planning it again sets it aside", () => {
  const path = finishedStore();
  damage(path, "update run set config = '{' where id = 1");
  const reader = readerAt(path);

  expect(reader.runs().map(({ name }) => name)).toEqual(["g/v2"]);
  expect(reader.checks.met).toEqual([
    { run: "g/v1", reason: "its config is no JSON of a map", isOfName: false },
  ]);
  expect(() => reader.run("g/v1")).toThrow(/^g\/v1 is damaged: its config is no JSON of a map; /);
  expect(reader.query("select count(*) from effects").rows).toHaveLength(1);

  const writer = writerAt(path);
  const stored = writer.planGrid(gridOf([plannedRun("v1"), plannedRun("v2")]));

  expect(stored.map(({ name, state }) => [name, state])).toEqual([
    ["g/v1", "pending"],
    ["g/v2", "finished"],
  ]);
  expect(
    readerAt(path)
      .runs()
      .map(({ name }) => name),
  ).toEqual(["g/v2", "g/v1"]);
  const aside = inspect(path, (database) =>
    database
      .prepare(
        "select r.name, count(*) from damaged_run d join run r on r.id = d.run_id join step s on s.run_id = r.id",
      )
      .raw()
      .get(),
  );
  expect(aside).toEqual(["g/v1-damaged", 5000]);
});

test("a repair sets aside what cannot be made whole, and deletes nothing of it", () => {
  const path = finishedStore();
  damage(path, "update step set loss = 1 where run_id = 1 and step = 9");

  const repaired = checkStore(path, { isRepairing: true });

  expect(repaired.find(({ check }) => check === "digests")).toMatchObject({
    isRepaired: true,
    detail: "g/v1 is set aside as g/v1-damaged; `ablate run` trains it again",
  });
  expect(wrongOf(checkStore(path))).toEqual([]);
  const steps = inspect(path, (database) =>
    database.prepare("select count(*) from step group by run_id").pluck().all(),
  );
  expect(steps).toEqual([5000, 5000]);
});

test("a damaged run of another store stays there, the others come with their digests", async () => {
  const there = finishedStore();
  damage(there, "update run set last_loss = 0 where id = 1");
  const here = temporaryPath();

  const { runs, refused } = await importStore(here, there);

  expect(runs.map(({ run }) => run)).toEqual(["g/v2"]);
  expect(refused).toMatchObject([{ run: "g/v1", reason: expect.stringContaining("results") }]);
  expect(wrongOf(checkStore(here))).toEqual([]);
});

test("nobody goes on from a run whose history is damaged", () => {
  const path = temporaryPath();
  const writer = writerAt(path, () => NOW);
  const family = "f";
  const runs = [10, 20].map((steps) => plannedRun(`s${steps}`, { steps, family }));
  const [short, long] = writer.planGrid(gridOf(runs));
  const claim = { token: "t", pid: process.pid, host: hostname() };
  writer.claimRun(short?.id ?? 0, claim, {}, parametersOf(["a"]));
  writer.setThresholds(short?.id ?? 0, "t", "{}");
  writer.appendSteps(short?.id ?? 0, "t", blockOf(0, Array(10).fill(3), Array(10).fill(1)));
  const bytes = new Uint8Array(8);
  const snapshot = { step: 10, evaluations: [], samples: [], weights: bytes, state: bytes };
  writer.endRun(short?.id ?? 0, "t", { ...FINISHED, snapshot });
  const continuation = { family, steps: 20, accepts: () => true };
  const start = () => writer.findResumePoint(long?.id ?? 0, continuation).point?.run;
  expect(start()).toBe("g/s10");

  damage(path, "update step set loss = 2 where step = 3");

  expect(start()).toBeUndefined();
});

test("a table counts no findings that are not what was written: it leaves the run out, and says why", () => {
  const path = fullStore();
  damage(path, "update finding set level = 'error'");
  const reader = readerAt(path);

  expect(reader.runs()).toEqual([]);
  expect(reader.checks.met).toMatchObject([
    { run: "g/v", reason: "its findings or thresholds are not what the digest says" },
  ]);
});
