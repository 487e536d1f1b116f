import type { Evaluation } from "@ablate/core";
import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Checkpoint, Continuation, StoreWriter } from "../src/index.ts";
import {
  blockOf,
  CLAIM,
  claimedRun,
  FINISHED,
  idOf,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";
import { probeOf, tensorOf } from "./probe-make.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

const NAMES = ["w", "b"];

test("a checkpoint is stored with the steps before it, or neither is", () => {
  const { path, writer, id } = claimedRun(NAMES);

  expect(() => writer.appendCheckpoint(id, CLAIM.token, checkpointAt(3), steps(0, 2))).toThrow(
    "a checkpoint at step 3 of a run at 2",
  );
  expect(count(path, "step")).toBe(0);
  writer.appendCheckpoint(id, CLAIM.token, checkpointAt(2), steps(0, 2));

  expect([count(path, "step"), count(path, "checkpoint")]).toEqual([2, 1]);
  expect(writer.findResumePoint(id, null)).toEqual({
    point: {
      ...checkpointAt(2),
      runId: id,
      run: "g/v",
      backend: null,
      backendVersion: null,
      revision: 1,
    },
    other: null,
    damaged: [],
  });
});

test("the last two checkpoints are kept, and only the final one of a finished run", () => {
  const { path, writer, id } = claimedRun(NAMES);
  for (const step of [10, 20, 30]) {
    writer.appendCheckpoint(id, CLAIM.token, checkpointAt(step), steps(step - 10, 10));
  }
  expect(column(path, "select step from checkpoint order by step")).toEqual([20, 30]);

  const { trainSeconds: _, ...rest } = checkpointAt(30);
  const snapshot = { ...rest, evaluations: [], samples: [] };
  writer.endRun(id, CLAIM.token, { ...FINISHED, snapshot });

  const rows = readerAt(path).query("select step, final, train_seconds from checkpoint").rows;
  expect(rows).toEqual([[30, 1, 2]]);
});

test.each([
  ["a bit of the weights is flipped", "weights = cast(x'0103' || substr(weights, 3) as blob)"],
  [
    "a bit of the state is flipped",
    "state = cast(substr(state, 1, 3) || x'00' || substr(state, 5) as blob)",
  ],
  ["the weights are cut off", "weights = substr(weights, 1, 2)"],
  ["the state is missing", "state = null"],
  ["it says another step", "step = step + 1"],
])("a checkpoint is passed over when %s", (_, change) => {
  const { path, writer, id } = claimedRun(NAMES);
  writer.appendCheckpoint(id, CLAIM.token, checkpointAt(10), steps(0, 10));
  writer.appendCheckpoint(id, CLAIM.token, checkpointAt(20), steps(10, 10));
  const damage = (from: number): void => {
    const database = new SqliteDatabase(path);
    database.exec(`update checkpoint set ${change} where step >= ${from}`);
    database.close();
  };

  damage(20);
  const { point, damaged } = writer.findResumePoint(id, null);
  expect(point?.step).toBe(10);
  expect(damaged).toHaveLength(1);

  damage(10);
  expect(writer.findResumePoint(id, null).point).toBeNull();
});

test("weights that an older version left are neither damaged nor a place to go on from", () => {
  const { writer, id } = claimedRun(NAMES);
  writer.appendSteps(id, CLAIM.token, steps(0, 10));
  const snapshot = { step: 10, evaluations: [], samples: [], weights: Uint8Array.of(1) };
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "stopped", snapshot });

  expect(writer.findResumePoint(id, null)).toEqual({ point: null, other: null, damaged: [] });
});

test("resumed anywhere, a run has the history of its first steps and no more", () => {
  const cutting = fc.property(
    fc.integer({ min: 1, max: 700 }),
    fc.integer({ min: 0, max: 90_000 }),
    (extra, at) => {
      const [cut, whole] = [claimedRun(NAMES), claimedRun(NAMES)];
      for (const { writer, id } of [cut, whole]) {
        writer.appendCheckpoint(id, CLAIM.token, checkpointAt(at), steps(0, at));
      }
      const { path, writer, id } = cut;
      writer.appendSteps(id, CLAIM.token, steps(at, extra));
      for (const step of [at, at + extra]) take(writer, id, step);
      if (at > 0) take(writer, id, at - 1);
      if (at > 0) take(whole.writer, whole.id, at - 1);
      writer.resumeRun(id, CLAIM, {}, { runId: id, run: "g/v", step: at });

      expect(historyOf(path)).toEqual(historyOf(whole.path));
      writer.appendSteps(id, CLAIM.token, steps(at, extra));
      whole.writer.appendSteps(whole.id, CLAIM.token, steps(at, extra));
      expect(historyOf(path)).toEqual(historyOf(whole.path));
    },
  );
  fc.assert(cutting, {
    numRuns: 6,
    examples: [
      [300, 256],
      [1, 65_536],
      [5, 0],
    ],
  });
});

test("training time goes on, events stay, and the start is the first one", () => {
  const { path, writer, id } = claimedRun(NAMES);
  writer.appendCheckpoint(id, CLAIM.token, checkpointAt(10), steps(0, 10));
  writer.endRun(id, CLAIM.token, { ...FINISHED, state: "stopped", reason: "user" });

  writer.resumeRun(id, { ...CLAIM, token: "again" }, {}, { runId: id, run: "g/v", step: 10 });
  writer.appendEvent(id, "again", { kind: "checkpoint unused", message: "why" });

  const [run] = readerAt(path).runs();
  expect(run).toMatchObject({ state: "running", reason: null, lastStep: 9, endedAt: null });
  expect(run?.stepsPerS).toBe(10 / checkpointAt(10).trainSeconds);
  expect(
    readerAt(path)
      .events("g/v")
      .map(({ kind, message, from }) => [kind, message, from]),
  ).toEqual([
    ["started", null, null],
    ["stopped", "user", null],
    ["resumed", "at step 10", { run: "g/v", step: 10 }],
    ["checkpoint unused", "why", null],
  ]);
});

test("a run is not resumed under who trains it, nor at a checkpoint that is gone", () => {
  const { writer, id } = claimedRun(NAMES);
  writer.appendCheckpoint(id, CLAIM.token, checkpointAt(10), steps(0, 10));
  const at = { runId: id, run: "g/v", step: 10 };

  expect(() => writer.resumeRun(id, { ...CLAIM, token: "other" }, {}, at)).toThrow(
    "is being trained by process",
  );
  expect(() => writer.resumeRun(id, CLAIM, {}, { ...at, step: 9 })).toThrow(
    "g/v has no checkpoint at step 9 any more; start again",
  );
});

test("a longer run takes over the history of the longest shorter one that will do", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  finish(writer, { label: "a", steps: 10 });
  const b = finish(writer, { label: "b", steps: 20 });
  finish(writer, { label: "c", steps: 30, reason: "rule" });
  finish(writer, { label: "d", steps: 40, reason: "budget" });
  finish(writer, { label: "e", steps: 50, family: "another" });
  finish(writer, { label: "f", steps: 60 });
  const id = idOf(writer, plannedRun("long", { steps: 100, family: "f" }));
  const but = (...names: string[]): Continuation => ({
    family: "f",
    steps: 100,
    accepts: ({ run }) => !names.includes(run),
  });

  expect(writer.findResumePoint(id, but()).point?.run).toBe("g/f");
  expect(writer.findResumePoint(id, { ...but(), steps: 60 }).point?.run).toBe("g/b");
  expect(writer.findResumePoint(id, but("g/f", "g/b")).point?.run).toBe("g/a");
  expect(writer.findResumePoint(id, { ...but(), steps: 10 }).point).toBeNull();
  expect(writer.findResumePoint(id, null).point).toBeNull();
  writer.resumeRun(id, CLAIM, { node: "24" }, { runId: b, run: "g/b", step: 20 });

  const same = (table: string, columns: string) => {
    const rows = `select ${columns} from ${table} join run on run.id = run_id where run.name =`;
    const [copy, own] = ["long", "b"].map(
      (label) => readerAt(path).query(`${rows} 'g/${label}' order by 1, 2`).rows,
    );
    expect(copy, table).toEqual(own);
  };
  same("step", "step, loss, lr, ratios");
  same("rollup", "level, bucket, n, data");
  same("param", "idx, param.name, shape, size");
  same("probe_layer", "idx, probe_layer.name, units");
  const taken = (table: string) =>
    column(path, `select step from ${table} where run_id = ${id} order by step`);
  expect([taken("eval"), taken("probe"), taken("sample")]).toEqual([[19], [0, 19], []]);
  const tensors = "select run, step from layer_stats where run in ('g/b', 'g/long') order by 1, 2";
  expect(readerAt(path).query(tensors).rows).toEqual([
    ["g/b", 0],
    ["g/b", 19],
    ["g/b", 20],
    ["g/long", 0],
    ["g/long", 19],
  ]);
  expect(readerAt(path).run("g/long")).toMatchObject({ state: "running", lastStep: 19 });
  expect(
    readerAt(path)
      .events("g/long")
      .map(({ message }) => message),
  ).toEqual(["from g/b at step 20"]);
  expect(writer.findResumePoint(id, but("g/f")).point).toMatchObject({ run: "g/long", step: 20 });
});

test("a damaged end of a shorter run is told, and the next shorter one will do", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  finish(writer, { label: "a", steps: 10 });
  finish(writer, { label: "b", steps: 20 });
  const id = idOf(writer, plannedRun("long", { steps: 100, family: "f" }));
  const database = new SqliteDatabase(path);
  database.exec("update checkpoint set weights = x'00' where step = 20");
  database.close();

  const search = writer.findResumePoint(id, { family: "f", steps: 100, accepts: () => true });

  expect(search.point?.run).toBe("g/a");
  expect(search.damaged).toEqual([{ run: "g/b", step: 20, reason: null }]);
});

test("what a shorter run has recorded is told to who accepts it", () => {
  const writer = writerAt(temporaryPath());
  finish(writer, { label: "a", steps: 10 });
  const id = idOf(writer, plannedRun("long", { steps: 100, family: "f" }));
  const told: unknown[] = [];

  writer.findResumePoint(id, {
    family: "f",
    steps: 100,
    accepts: (shorter) => {
      told.push(shorter);
      return false;
    },
  });

  const config = JSON.stringify({ label: "a" });
  expect(told).toEqual([
    expect.objectContaining({ run: "g/a", step: 10, config, probes: [0, 9], evaluations: [9] }),
  ]);
});

/** A run that has made all its steps, probed and evaluated before the last and at its end. */
function finish(
  writer: StoreWriter,
  {
    label,
    steps: made,
    reason = "steps",
    family = "f",
  }: {
    readonly label: string;
    readonly steps: number;
    readonly reason?: string;
    readonly family?: string;
  },
): number {
  const id = idOf(writer, plannedRun(label, { steps: made, family }));
  writer.claimRun(id, CLAIM, {}, parametersOf(NAMES));
  for (const step of [0, made - 1, made]) {
    writer.appendProbe(id, CLAIM.token, probeOf({ step }, { tensors: [tensorOf("weight")] }));
  }
  writer.appendSteps(id, CLAIM.token, steps(0, made));
  const evaluations: Evaluation[] = [{ split: "valid", statistics: "none", loss: 2 }];
  writer.appendEvaluations(id, CLAIM.token, { step: made - 1, evaluations });
  const { trainSeconds: _, ...rest } = checkpointAt(made);
  const snapshot = { ...rest, evaluations, samples: ["ann"] };
  writer.endRun(id, CLAIM.token, { ...FINISHED, reason, snapshot });
  return id;
}

function take(writer: StoreWriter, id: number, step: number): void {
  const evaluations: Evaluation[] = [{ split: "valid", statistics: "none", loss: step }];
  writer.appendEvaluations(id, CLAIM.token, { step, evaluations });
  writer.appendProbe(id, CLAIM.token, probeOf({ step }, { tensors: [tensorOf("weight")] }));
}

function checkpointAt(step: number): Checkpoint {
  const weights = Buffer.of(1, 2, 3, step % 256);
  return { step, weights, state: Buffer.from(`{"step":${step}}`), trainSeconds: step / 4 };
}

function steps(first: number, length: number) {
  const losses = Array.from({ length }, (_, i) => Math.sin(first + i) + 3);
  return blockOf(
    first,
    losses,
    losses.flatMap((loss) => [loss / 1000, loss / 100]),
  );
}

function historyOf(path: string): unknown {
  const reader = readerAt(path);
  return [
    "select last_step, last_loss, recent_loss from run",
    "select step, loss, lr, ratios from step order by step",
    "select level, bucket, n, data from rollup order by level, bucket",
    "select step, split, loss from eval order by step",
    "select step, kind, mean from probe_tensor join probe on probe.id = probe_id order by step",
    "select step, weights, state from checkpoint order by step",
  ].map((sql) => reader.query(sql).rows);
}

function count(path: string, table: string): unknown {
  return column(path, `select count(*) from ${table}`)[0];
}

function column(path: string, sql: string): unknown[] {
  return readerAt(path)
    .query(sql)
    .rows.map(([value]) => value);
}
