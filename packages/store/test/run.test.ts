import { hostname } from "node:os";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { emptyRun, runRow, StoreError } from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  FINISHED,
  gridOf,
  idleProcess,
  idOf,
  NOW,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";

/** A process number that no process has: above the kernel's largest. */
const DEAD = 2 ** 22 + 1;

const stopped = (): Promise<number> => idleProcess(true);

test("a run goes from pending to finished, and the list says how it went", () => {
  const { path, writer, id } = claimedRun(["embedding", "output.weight"]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [4, 2], [1, 2, 3, 4]));
  const snapshot = {
    step: 2,
    evaluations: [
      { split: "train" as const, statistics: "none" as const, loss: 2 },
      { split: "valid" as const, statistics: "none" as const, loss: 2.5 },
    ],
    samples: ["emma", "ava"],
    weights: Uint8Array.of(1, 2, 3),
  };

  writer.endRun(id, CLAIM.token, { ...FINISHED, snapshot });

  const reader = readerAt(path);
  expect(reader.run("g/v")).toEqual({
    name: "g/v",
    grid: "g",
    label: "v",
    host: null,
    state: "finished",
    reason: "steps",
    seed: 42,
    config: '{"label":"v"}',
    hash: "v-hash-0123456789",
    engine: "simd",
    steps: 10,
    lastStep: 1,
    loss: 3,
    trainLoss: 2,
    validLoss: 2.5,
    testLoss: null,
    bestValidLoss: 2.5,
    bestValidStep: 2,
    stepsPerS: 1,
    parameters: 12,
    tags: [],
    startedAt: "2026-01-02T03:04:05.000Z",
    endedAt: "2026-01-02T03:04:05.000Z",
    error: null,
    plan: "current",
    revision: "1",
    source: null,
    errors: null,
    warnings: null,
  });
  expect(reader.parameters("g/v")).toEqual(parametersOf(["embedding", "output.weight"]));
  expect(reader.provenance("g/v")).toEqual({ node: "24" });
  expect(reader.samples("g/v").map(({ text }) => text)).toEqual(["emma", "ava"]);
  expect(reader.evaluations("g/v").map(({ split, loss }) => [split, loss])).toEqual([
    ["train", 2],
    ["valid", 2.5],
  ]);
  expect(reader.weights("g/v")?.step).toBe(2);
  expect([...(reader.weights("g/v")?.bytes ?? [])]).toEqual([1, 2, 3]);
});

test("with batch norm the losses of the list are those with running statistics", () => {
  const { path, id } = claimedRun([]);
  const database = new SqliteDatabase(path);
  database.exec(`insert into eval values
    (${id}, 'valid', 'batch', 0, 1.5), (${id}, 'valid', 'running', 0, 3),
    (${id}, 'valid', 'batch', 5, 1), (${id}, 'valid', 'running', 5, 2),
    (${id}, 'valid', 'batch', 10, 1.25), (${id}, 'valid', 'running', 10, 2.5)`);
  database.close();

  const run = readerAt(path).run("v");
  expect(run).toMatchObject({ validLoss: 2.5, bestValidLoss: 2, bestValidStep: 5 });
});

test("the loss of the list is the mean of the last 100 steps, not finite when one of them is not", () => {
  const { path, writer, id } = claimedRun([]);
  const losses = Array.from({ length: 250 }, (_, i) => i);
  const reader = readerAt(path);

  writer.appendSteps(id, CLAIM.token, blockOf(0, losses.slice(0, 40)));
  expect(reader.run("v")?.loss).toBe(19.5);
  writer.appendSteps(id, CLAIM.token, blockOf(40, losses.slice(40)));
  expect(reader.run("v")?.loss).toBe(199.5);
  writer.appendSteps(id, CLAIM.token, blockOf(250, [Number.NaN]));
  expect(reader.run("v")).toMatchObject({ loss: null, lastStep: 250 });
  expect(reader.lossAt("g/v")).toEqual({ step: 250, loss: null, lr: 0.1 });
});

test("a claim leaves nothing of an earlier attempt", () => {
  const { path, writer, id } = claimedRun(["a"]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [4, 2], [1, 2]));
  const weights = Uint8Array.of(1);
  const snapshot = { step: 2, evaluations: [], samples: ["emma"], weights };
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "failed", error: "boom", snapshot });

  writer.claimRun(id, { ...CLAIM, token: "second" }, {}, parametersOf(["b"]));

  const reader = readerAt(path);
  const left = ["step", "rollup", "tick", "eval", "sample", "checkpoint"].map(
    (table) => reader.query(`select count(*) from ${table}`).rows[0]?.[0],
  );
  expect(left).toEqual([0, 0, 0, 0, 0, 0]);
  expect(reader.parameters("g/v").map(({ name }) => name)).toEqual(["b"]);
  expect(reader.run("v")).toMatchObject({ state: "running", error: null, lastStep: null });
});

test("a run under a live claim is refused to another process", () => {
  const { writer, id } = claimedRun([]);
  const other = { ...CLAIM, token: "other" };

  expect(() => writer.claimRun(id, other, {}, [])).toThrow(StoreError);
  expect(() => writer.claimRun(id, other, {}, [])).toThrow(
    `run g/v is being trained by process ${process.pid} on ${hostname()}; wait for it or stop it first`,
  );
});

test.each([
  ["its process is dead", 0, async () => DEAD],
  ["its process is stopped and has been silent for more than 15 seconds", 15_001, stopped],
])("a run may be taken over when %s", async (_, later, pidOf) => {
  const path = temporaryPath();
  const holder = { ...CLAIM, pid: await pidOf() };
  let now = NOW;
  const writer = writerAt(path, () => now);
  const id = idOf(writer, plannedRun("v"));
  writer.claimRun(id, holder, {}, []);
  now += later;

  writer.claimRun(id, { ...CLAIM, token: "other" }, {}, []);

  expect(() => writer.appendSteps(id, CLAIM.token, blockOf(0, [1]))).toThrow(
    "run g/v is no longer held by this process",
  );
  writer.appendSteps(id, "other", blockOf(0, [1]));
  expect(readerAt(path).run("v")?.lastStep).toBe(0);
});

const HOUR_MS = 3_600_000;

test.each([HOUR_MS, -HOUR_MS])(
  "a clock that jumps by %i ms takes no run of a live process",
  (jump) => {
    const path = temporaryPath();
    let now = NOW;
    const writer = writerAt(path, () => now);
    const id = idOf(writer, plannedRun("v"));
    writer.claimRun(id, CLAIM, {}, []);
    now += jump;

    expect(() => writer.claimRun(id, { ...CLAIM, token: "other" }, {}, [])).toThrow(StoreError);
    expect(writer.markInterrupted()).toBe(0);
    expect(readerAt(path).stamps(now)).toMatchObject([{ isLive: true, isLost: false }]);
    writer.endRun(id, CLAIM.token, FINISHED);

    const ended = Date.parse(readerAt(path).run("v")?.endedAt ?? "");
    expect(ended).toBe(Math.max(NOW, now));
  },
);

test.each([HOUR_MS, -HOUR_MS])(
  "a later process with the number of the one that is gone does not keep its run (%i ms)",
  async (jump) => {
    const path = temporaryPath();
    let now = NOW;
    const writer = writerAt(path, () => now);
    const id = idOf(writer, plannedRun("v"));
    writer.claimRun(id, { ...CLAIM, pid: await idleProcess(false) }, {}, []);
    new SqliteDatabase(path).exec("update run set process_start = 'earlier 1'");
    now += jump;

    expect(writer.markInterrupted()).toBe(1);
  },
);

test("an ended run takes no more steps", () => {
  const { writer, id } = claimedRun([]);
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(() => writer.appendSteps(id, CLAIM.token, blockOf(0, [1]))).toThrow(StoreError);
});

test.each([0, 1, 3])(
  "steps of %i parameters are read back to the bit, however they are cut",
  (parameters) => {
    const names = Array.from({ length: parameters }, (_, p) => `p${p}.weight`);
    const { path, writer, id } = claimedRun(names);
    const count = 1000;
    const loss = Float64Array.from({ length: count }, (_, i) =>
      i % 301 === 300 ? Number.NaN : i / 7,
    );
    const lr = Float64Array.from({ length: count }, (_, i) =>
      i < 333 ? 0.1 : i < 700 ? 0.01 : 1 / i,
    );
    const ratios = Float32Array.from({ length: count * parameters }, (_, i) => Math.sin(i));

    for (const [first, end] of [
      [0, 1],
      [1, 65],
      [65, 128],
      [128, 500],
      [500, 1000],
    ] as const) {
      const block = {
        first,
        count: end - first,
        loss: loss.subarray(first, end),
        lr: lr.subarray(first, end),
      };
      writer.appendSteps(id, CLAIM.token, {
        ...block,
        ratios: ratios.subarray(first * parameters, end * parameters),
      });
    }

    expect(readerAt(path).steps("g/v", 0, count)).toEqual({ first: 0, count, loss, lr, ratios });
  },
);

test("steps that do not follow the stored ones are refused and change nothing", () => {
  const { path, writer, id } = claimedRun([]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [1, 2]));

  expect(() => writer.appendSteps(id, CLAIM.token, blockOf(1, [2]))).toThrow(RangeError);
  expect(() => writer.appendSteps(id, CLAIM.token, blockOf(3, [2]))).toThrow(RangeError);

  writer.appendSteps(id, CLAIM.token, blockOf(2, [3]));
  expect(readerAt(path).query("select loss from loss order by step").rows).toEqual([[1], [2], [3]]);
});

test("running runs whose process died, or was stopped and fell silent, are marked interrupted", async () => {
  let now = NOW;
  const path = temporaryPath();
  const writer = writerAt(path, () => now);
  const holders = {
    silent: { ...CLAIM, pid: await idleProcess(true) },
    dead: { ...CLAIM, pid: DEAD },
    alive: CLAIM,
    elsewhere: { ...CLAIM, host: "elsewhere", pid: DEAD },
  };
  const runs = writer.planGrid(gridOf(Object.keys(holders).map((label) => plannedRun(label))));
  for (const [i, holder] of Object.values(holders).entries()) {
    writer.claimRun(runs[i]?.id ?? 0, holder, {}, []);
    if (i === 0) now += 15_001;
  }

  expect(writer.markInterrupted()).toBe(2);
  expect(writer.markInterrupted()).toBe(0);

  const states = readerAt(path).runs({ states: ["interrupted"] });
  expect(states.map(({ label }) => label)).toEqual(["silent", "dead"]);
});

test("a reader notices a commit of the writer", () => {
  const { path, writer, id } = claimedRun([]);
  const reader = readerAt(path);
  const before = reader.dataVersion();
  expect(reader.dataVersion()).toBe(before);

  writer.appendSteps(id, CLAIM.token, blockOf(0, [1]));

  expect(reader.dataVersion()).not.toBe(before);
});

test("a run is read under other names than its row of the view has, and given back as it", () => {
  const { path, writer, id } = claimedRun([]);
  writer.appendSteps(id, CLAIM.token, blockOf(0, [1]));
  const reader = readerAt(path);
  const { columns, rows } = reader.query("select * from runs");

  const [run] = reader.runs();

  expect(run === undefined ? [] : Object.entries(runRow(run))).toEqual(
    columns.map((column, i) => [column, rows[0]?.[i]]),
  );
});

test("a run that no store has has every field of one that it has, null where it may be", () => {
  const { path } = claimedRun([]);
  const known = { name: "g/w", state: "pending", seed: 1, config: "{}", hash: "h" } as const;

  const run = emptyRun({ ...known, engine: "simd", steps: 3 });

  expect(Object.keys(run).sort()).toEqual(Object.keys(readerAt(path).runs()[0] ?? {}).sort());
  expect(run).toMatchObject({ name: "g/w", label: null, tags: [], validLoss: null });
});
