import type { MetricFacts } from "@ablate/core";
import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkStore,
  collectGarbage,
  importStore,
  type MetricPoint,
  type StepBlock,
  type StoreWriter,
} from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  FINISHED,
  idOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

fc.configureGlobal({ seed: 21 });

const NORM: MetricFacts = {
  name: "gradient_norm",
  unit: null,
  goal: null,
  isLog: true,
  guide: 1,
};

const NAMES = [NORM.name, "clip_factor"];

/** Steps with two metrics each: the numbers given, and a tenth of them. */
function steps(first: number, numbers: readonly number[]): StepBlock {
  const losses = numbers.map(() => 1);
  const metrics = Float64Array.from(numbers.flatMap((number) => [number, number / 10]));
  return { ...blockOf(first, losses), metrics };
}

function append(writer: StoreWriter, id: number, block: StepBlock): void {
  writer.appendSteps(id, CLAIM.token, { ...block, metricNames: NAMES });
}

test("numbers of every step are read back to the bit, NaN and infinity apart from missing", () => {
  const { path, writer, id } = claimedRun([]);
  const numbers = [0.1, Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, 1.7976931348623157e308];
  writer.declareMetrics(id, CLAIM.token, [NORM]);
  append(writer, id, steps(0, numbers));
  append(writer, id, steps(6, [7]));

  const reader = readerAt(path);
  const read = reader.metricPoints("g/v", NORM.name);
  expect([...read.numbers]).toEqual([...numbers, 7]);
  expect([...read.steps]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const { rows } = reader.query("select step, value from metrics where name = 'gradient_norm'");
  expect(rows).toEqual([...numbers, 7].map((n, step) => [step, Number.isNaN(n) ? null : n]));
  expect(reader.metrics("g/v").map(({ name }) => name)).toEqual(NAMES);
  expect(reader.metrics("g/v")[0]).toEqual({
    ...{
      name: NORM.name,
      unit: null,
      goal: null,
      log_axis: 1,
      guide: 1,
      points: 7,
      last_step: 6,
      last: 7,
    },
    ...{ min_step: 3, min: 0, max_step: 5, max: 1.7976931348623157e308, role: null },
  });
});

test("numbers of any names and steps need no word before, and late ones come to their places", () => {
  const { path, writer, id } = claimedRun([]);
  const at = (step: number, value: number): MetricPoint => ({ name: "valid", step, value });
  writer.appendMetrics(id, CLAIM.token, [at(1000, 3), at(0, 4), at(3000, 1)]);
  writer.appendMetrics(id, CLAIM.token, [at(2000, 2), at(1000, 5)]);

  const reader = readerAt(path);
  const { steps: found, numbers } = reader.metricPoints("g/v", "valid");
  expect([...found]).toEqual([0, 1000, 2000, 3000]);
  expect([...numbers]).toEqual([4, 5, 2, 1]);
  const { rows } = reader.query("select step, value from metrics where run = 'g/v'");
  expect(rows).toEqual([...found].map((step, i) => [step, numbers[i]]));
  expect(reader.curve("g/v", "metric.valid", 4096)).toEqual([
    { step: 0, n: 4, min: 1, mean: 3, max: 5 },
  ]);
  expect(reader.curve("g/v", "metric.valid", 16).map(({ step }) => step)).toEqual([
    0, 992, 2000, 2992,
  ]);
});

/** What a bucket has to say, counted in the plainest way. */
function summed(points: readonly (readonly [number, number])[], level: number) {
  const buckets = Map.groupBy(points, ([step]) => Math.floor(step / level));
  return Array.from(buckets, ([bucket, of]) => {
    const finite = of.map(([, number]) => number).filter(Number.isFinite);
    const [n, step] = [finite.length, bucket * level];
    if (n === 0) return { step, n, min: null, mean: null, max: null };
    const mean = finite.reduce((sum, number) => sum + number, 0) / n;
    return { step, n, min: Math.min(...finite), mean, max: Math.max(...finite) };
  });
}

const VALUES = fc.oneof(
  fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);

test("curves are what the numbers say, however these arrived, were cut off and went on", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const reader = readerAt(path);
  const point = fc.tuple(fc.nat(200_000), VALUES);
  let runs = 0;
  fc.assert(
    fc.property(fc.array(fc.array(point, { maxLength: 20 }), { maxLength: 6 }), (messages) => {
      const label = `r${runs++}`;
      const id = idOf(writer, plannedRun(label));
      writer.claimRun(id, CLAIM, {}, []);
      const all = new Map<number, number>();
      for (const message of messages) {
        const points = message.map(([step, value]) => ({ name: "m", step, value }));
        writer.appendMetrics(id, CLAIM.token, points);
        for (const [step, value] of message) all.set(step, value);
      }
      const expected = [...all].sort(([a], [b]) => a - b);
      for (const level of [1, 16, 256, 4096, 65536]) {
        expect(reader.curve(`g/${label}`, "metric.m", level)).toEqual(summed(expected, level));
      }
    }),
    { numRuns: 25 },
  );
  expect(checkStore(path).filter(({ ok }) => !ok)).toEqual([]);
});

test("a run that goes on from a checkpoint has the numbers of the steps before it and no others", () => {
  const { path, writer, id } = claimedRun(["w"]);
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  const withRatios = (block: StepBlock) => ({ ...block, ratios: new Float32Array(block.count) });
  writer.declareMetrics(id, CLAIM.token, [NORM]);
  const checkpoint = { weights: Buffer.of(1), state: Buffer.of(2), trainSeconds: 1 };
  writer.appendCheckpoint(
    id,
    CLAIM.token,
    { ...checkpoint, step: 100 },
    {
      ...withRatios(steps(0, numbers.slice(0, 100))),
      metricNames: NAMES,
    },
  );
  append(writer, id, withRatios(steps(100, numbers.slice(100))));
  // Begins before the checkpoint, ends behind it.
  writer.appendMetrics(
    id,
    CLAIM.token,
    [90, 110, 130].map((step) => ({ name: "rare", step, value: step })),
  );

  writer.resumeRun(id, CLAIM, {}, { runId: id, run: "g/v", step: 100 });
  const reader = readerAt(path);
  expect(reader.metrics("g/v").map(({ points, last, max }) => [points, last, max])).toEqual([
    [100, 99, 99],
    [100, 9.9, 9.9],
    [1, 90, 90],
  ]);
  expect(reader.curve("g/v", "metric.gradient_norm", 256)).toEqual([
    { step: 0, n: 100, min: 0, mean: 49.5, max: 99 },
  ]);
  writer.appendMetrics(id, CLAIM.token, [{ name: "rare", step: 150, value: 150 }]);
  expect(reader.metrics("g/v")[2]).toMatchObject({ points: 2, last: 150, max: 150 });
  append(writer, id, withRatios(steps(100, [5])));
  expect([...reader.metricPoints("g/v", NORM.name, { from: 98, to: 200 }).numbers]).toEqual([
    98, 99, 5,
  ]);
});

/** A store with one run that has ended, with metrics. */
function endedRun(): { readonly path: string; readonly id: number } {
  const { path, writer, id } = claimedRun(["w"]);
  writer.declareMetrics(id, CLAIM.token, [NORM]);
  append(writer, id, { ...steps(0, [1, 2, 3]), ratios: new Float32Array(3) });
  writer.endRun(id, CLAIM.token, FINISHED);
  writer.close();
  return { path, id };
}

function change(path: string, sql: string): void {
  const database = new SqliteDatabase(path);
  database.exec(sql);
  database.close();
}

test.each([
  [
    "a bit of a number is flipped",
    "update metric_point set numbers = cast(substr(numbers, 1, 8) || x'01' || substr(numbers, 10) as blob)",
    "digests",
    "g/v: its metrics are not what the digest says",
  ],
  [
    "a row of numbers is gone",
    "delete from metric_point where metric = 1",
    "digests",
    "g/v: its metrics are not what the digest says",
  ],
  [
    "all of it is gone",
    "delete from metric_point; delete from metric_rollup; delete from metric",
    "digests",
    "g/v: its metrics are not what the digest says",
  ],
  [
    "a number is cut in half",
    "update metric_point set numbers = substr(numbers, 1, 12)",
    "digests",
    "g/v: a metric has numbers of other sizes than it says",
  ],
  [
    "a guide is another",
    "update metric set guide = 2",
    "digests",
    "g/v: its metrics are not what the digest says",
  ],
  [
    "a maximum is another",
    "update metric set max = 9",
    "rollup",
    "not consistent with the steps: g/v",
  ],
  ["a rollup is gone", "delete from metric_rollup", "rollup", "not consistent with the steps: g/v"],
])("doctor finds that %s", (_, sql, check, detail) => {
  const { path } = endedRun();
  change(path, sql);

  const wrong = checkStore(path).filter(({ ok }) => !ok);
  expect(wrong.map((one) => [one.check, one.detail])).toContainEqual([check, detail]);

  checkStore(path, { isRepairing: true });
  expect(checkStore(path).filter(({ ok }) => !ok)).toEqual([]);
});

test("a run whose last number is another is in no table", () => {
  const { path } = endedRun();
  change(path, "update metric set last = 1e6 where idx = 0");

  const reader = readerAt(path);
  expect(reader.runs()).toEqual([]);
  expect(reader.checks.met.map(({ run, reason }) => `${run}: ${reason}`)).toEqual([
    "g/v: the last or an extreme number of a metric is not what the digest says",
  ]);
});

test("an import brings numbers as they are, and refuses damaged ones", async () => {
  const { path } = endedRun();
  const here = temporaryPath("here.db");
  await importStore(here, path);
  expect([...readerAt(here).metricPoints("g/v", NORM.name).numbers]).toEqual([1, 2, 3]);

  change(path, "update metric_point set numbers = zeroblob(24)");
  const { refused } = await importStore(temporaryPath("other.db"), path);
  expect(refused).toHaveLength(1);
});

test("who lost the claim of a run records no numbers of it", () => {
  const { writer, id } = claimedRun([]);
  const points = [{ name: "m", step: 0, value: 1 }];
  expect(() => writer.appendMetrics(id, "another", points)).toThrow("no longer held");
});

test("the best weights stay beside the last ones, through resuming, the end and gc", () => {
  const { path, writer, id } = claimedRun(["w"]);
  const zeros = (first: number, count: number) =>
    blockOf(first, Array(count).fill(1), Array(count).fill(0));
  const checkpoint = (step: number) => ({
    ...{ step, weights: Buffer.of(step), state: Buffer.of(2), trainSeconds: 1 },
  });
  const best = (step: number, validLoss: number) =>
    writer.appendBest(id, CLAIM.token, {
      ...{ step, weights: Buffer.of(step), trainSeconds: 1, validLoss },
    });
  const kept = () => readerAt(path).query("select step, best_loss from checkpoint order by 1").rows;

  writer.appendSteps(id, CLAIM.token, zeros(0, 5));
  best(5, 3);
  writer.appendCheckpoint(id, CLAIM.token, checkpoint(10), zeros(5, 5));
  best(10, 2.5);
  writer.appendCheckpoint(id, CLAIM.token, checkpoint(20), zeros(10, 10));
  writer.appendSteps(id, CLAIM.token, zeros(20, 5));
  best(25, 2);
  writer.appendCheckpoint(id, CLAIM.token, checkpoint(30), zeros(25, 5));
  // A run that goes on from 20 has 10 for its best.
  expect(kept()).toEqual([
    [10, 2.5],
    [20, null],
    [25, 2],
    [30, null],
  ]);
  expect(readerAt(path).weights("g/v")?.step).toBe(30);
  expect(readerAt(path).weights("g/v", undefined, "best")?.bytes).toEqual(Buffer.of(25));

  writer.resumeRun(id, CLAIM, {}, { runId: id, run: "g/v", step: 20 });
  expect(readerAt(path).weights("g/v", undefined, "best")?.step).toBe(10);
  writer.appendSteps(id, CLAIM.token, zeros(20, 10));
  const snapshot = { ...checkpoint(30), evaluations: [], samples: [] };
  writer.endRun(id, CLAIM.token, { ...FINISHED, snapshot });
  writer.close();
  const ended = [
    [10, 2.5],
    [30, null],
  ];
  expect(kept()).toEqual(ended);
  collectGarbage(path);
  expect(kept()).toEqual(ended);
  expect(checkStore(path).filter(({ ok }) => !ok)).toEqual([]);

  change(path, "update checkpoint set best_loss = 1 where step = 30");
  expect(checkStore(path).flatMap(({ ok, detail }) => (ok ? [] : detail))).toEqual([
    "g/v: its best checkpoint is not what the digest says",
  ]);
});

test("a run that has diverged keeps its best weights, and has no last ones", () => {
  const { path, writer, id } = claimedRun([]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [1, 2, Number.NaN]));
  const best = { step: 1, weights: Buffer.of(1), trainSeconds: 1, validLoss: 3 };
  writer.appendBest(id, CLAIM.token, best);
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "diverged", reason: "loss" });

  const reader = readerAt(path);
  expect(reader.weights("g/v")).toBeUndefined();
  expect(reader.weights("g/v", undefined, "best")?.step).toBe(1);
});

test("a longer run has the numbers and the best weights of the shorter one that it goes on from", () => {
  const { path, writer, id } = claimedRun([]);
  writer.appendBest(id, CLAIM.token, {
    ...{ step: 0, weights: Buffer.of(0), trainSeconds: 0, validLoss: 3 },
  });
  append(writer, id, steps(0, [4, 1, 2]));
  const snapshot = { step: 3, weights: Buffer.of(3), state: Buffer.of(1) };
  const end = { ...FINISHED, snapshot: { ...snapshot, evaluations: [], samples: [] } };
  writer.endRun(id, CLAIM.token, end);
  const longer = idOf(writer, plannedRun("longer", { steps: 20 }));
  writer.resumeRun(longer, CLAIM, {}, { runId: id, run: "g/v", step: 3 });
  append(writer, longer, steps(3, [0]));

  const reader = readerAt(path);
  expect([...reader.metricPoints("g/longer", NORM.name).numbers]).toEqual([4, 1, 2, 0]);
  expect(reader.metrics("g/longer")[0]).toMatchObject({ points: 4, min_step: 3, max_step: 0 });
  expect(reader.metrics("g/v")[0]).toMatchObject({ points: 3, min_step: 1 });
  expect(reader.weights("g/longer", undefined, "best")?.step).toBe(0);
});

test("a store of version 14 is read without metrics, keeps its digests and gets them when it is trained on", () => {
  const { path, writer, id } = claimedRun(["w"]);
  const checkpoint = { step: 2, weights: Buffer.of(1), state: Buffer.of(2), trainSeconds: 1 };
  writer.appendCheckpoint(id, CLAIM.token, checkpoint, blockOf(0, [2, 1], [0, 0]));
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "stopped", reason: "user" });
  writer.close();
  const tables = ["metric", "metric_point", "metric_rollup"];
  change(
    path,
    `${["metrics", "metric_summary", "effects", "settings", "grid_runs", "runs"].map((view) => `drop view ${view};`).join("")}
    drop view series; drop view curve; ${tables.map((table) => `drop table ${table};`).join("")}
    alter table checkpoint drop column best_loss; alter table run drop column source;
    drop table log_file; drop table colour; drop view console; drop table console_line; drop table inbox; drop table store_id; pragma user_version = 14`,
  );

  const reader = readerAt(path);
  expect(reader.metrics("g/v")).toEqual([]);
  expect(reader.runs()[0]?.metrics).toBeUndefined();
  expect(reader.weights("g/v")?.step).toBe(2);
  expect(reader.bestWeights("g/v")).toBeUndefined();
  expect(reader.query("select * from metrics").rows).toEqual([]);

  const later = writerAt(path);
  later.resumeRun(id, CLAIM, {}, { runId: id, run: "g/v", step: 2 });
  append(later, id, { ...steps(2, [7]), ratios: new Float32Array(1) });
  later.endRun(id, CLAIM.token, FINISHED);
  for (const one of [reader, readerAt(path)]) {
    expect([...one.metricPoints("g/v", NORM.name).steps]).toEqual([2]);
  }
  expect(checkStore(path).filter(({ ok }) => !ok)).toEqual([]);
});

test("a metric that begins again at a step has nothing of it and of later ones from before", () => {
  const { path, writer, id } = claimedRun([]);
  const series = (steps: readonly number[], number: number, anewFrom?: number) => ({
    name: "loss",
    steps: Float64Array.from(steps),
    numbers: Float64Array.from(steps, () => number),
    ...(anewFrom === undefined ? {} : { anewFrom }),
  });
  writer.appendSeries(id, CLAIM.token, [series([0, 10, 20, 30], 1)]);
  writer.appendSeries(id, CLAIM.token, [series([15, 25], 2, 15)]);
  writer.appendSeries(id, CLAIM.token, [series([40], 3, 40)]);

  const { steps, numbers } = readerAt(path).metricPoints("g/v", "loss");
  expect([...steps]).toEqual([0, 10, 15, 25, 40]);
  expect([...numbers]).toEqual([1, 1, 2, 2, 3]);
});
