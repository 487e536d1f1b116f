import { readFileSync, statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { deserialize, serialize } from "node:v8";
import { modelOf, onlyNames, parseNames, type RunSpec, THRESHOLDS } from "@ablate/core";
import { openReader } from "@ablate/store";
import { expect, test } from "vitest";
import type { RecordConfig } from "../src/config/config.ts";
import { nextProbe, type ProbeSchedule } from "../src/config/probe-schedule.ts";
import type { WorkerMessage } from "../src/train/messages.ts";
import { Worker } from "../src/worker/worker.ts";
import { makePath, makeSpec, NAMES, ONE_THREAD, trainInto } from "./run-make.ts";

const ALL_NAMES = new URL("../../../data/names.txt", import.meta.url);
const DEFAULT = { decades: [1, 2, 5], every: 10_000, saturated: 0.99 };
const RARE = { decades: [], every: 100, saturated: 0.99 };

test("a run is probed at init, at 1, 2 and 5 of every power of ten, and at its end", async () => {
  expect(await stepsProbed(300, DEFAULT)).toEqual([0, 1, 2, 5, 10, 20, 50, 100, 200, 300]);
});

test("a long run is probed every 10,000 steps, too", () => {
  const steps = scheduled(DEFAULT, 200_000);

  expect(steps.slice(0, 14)).toEqual([
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
    ...[10_000, 20_000],
  ]);
  expect(steps.slice(12)).toEqual(Array.from({ length: 19 }, (_, i) => (i + 1) * 10_000));
});

test("the schedule can be set, and probes turned off", async () => {
  expect(await stepsProbed(250, RARE)).toEqual([0, 100, 200, 250]);
  expect(await stepsProbed(200, RARE)).toEqual([0, 100, 200]);
  expect(await stepsProbed(25, { decades: [7, 1], every: 0, saturated: 0.99 })).toEqual([
    0, 1, 7, 10, 25,
  ]);
  expect(await stepsProbed(250, "none")).toEqual([]);
});

test("probes change no bit of what else is recorded", async () => {
  const paths = [makePath(), makePath()];
  const specs = { plain: makeSpec(), normed: normed(makeSpec()) };
  const often = { decades: [1, 2, 3], every: 7, saturated: 0.9 };
  for (const [i, path] of paths.entries()) {
    await trainInto(path, specs, { probes: i === 0 ? "none" : often });
  }

  const [without, probed] = paths.map((path) => [
    rowsOf(path, "select * from loss"),
    rowsOf(path, "select * from update_ratio"),
    rowsOf(path, "select * from evals"),
    rowsOf(path, "select * from samples"),
    rowsOf(path, "select sha256 from checkpoint order by run_id"),
  ]);
  expect(without?.map((rows) => rows.length)).toEqual([600, 3600, 12, 10, 2]);
  expect(isDeepStrictEqual(probed, without)).toBe(true);
});

test("the training set's moments are in the last probe, where the run is evaluated", async () => {
  const path = makePath();
  await trainInto(path, { a: normed(makeSpec({ steps: 150 })) }, { probes: RARE });

  const rows = rowsOf(
    path,
    "select step, statistics, count(*) from norm_stats group by step, statistics order by 1, 2",
  );
  expect(rows).toEqual([
    [0, "batch", 16],
    [0, "running", 16],
    [100, "batch", 16],
    [100, "running", 16],
    [150, "batch", 16],
    [150, "running", 16],
    [150, "trainset", 16],
  ]);
});

test("a diverged run keeps the probes before it, a restarted one only its own", async () => {
  const path = makePath();
  const wild = makeSpec({ rate: 1e38 });
  await trainInto(path, { wild, tame: makeSpec() }, { probes: DEFAULT });
  const last = rowsOf(path, "select last_step from runs where label = 'wild'")[0]?.[0];
  const steps = rowsOf(path, "select distinct step from layer_stats where run = 'g/wild'").flat();
  expect(steps).toContain(0);
  expect(Math.max(...steps.map(Number))).toBeLessThanOrEqual(Number(last));

  await trainInto(path, { tame: makeSpec() }, { probes: RARE, mode: "restart" });

  const restarted = "select distinct step from layer_stats where run = 'g/tame' order by step";
  expect(rowsOf(path, restarted).flat()).toEqual([0, 100, 200, 300]);
  const left = "select (select count(*) from probe_tensor), (select count(*) from layer_stats)";
  const [[tensors, stats] = []] = rowsOf(path, left);
  expect(tensors).toBe(stats);
});

test("a probe of the six-layer net with batch norm takes less than 20 kB of the file", async () => {
  const sizes = [];
  const every = { decades: [], every: 20, saturated: 0.99 };
  for (const probes of ["none", every] as const) {
    const path = makePath();
    const data = onlyNames(parseNames(readFileSync(ALL_NAMES)).names);
    await trainInto(path, { six: sixLayers(400) }, { probes, data, evaluate: "none" });
    sizes.push(statSync(path).size);
  }

  const [without = 0, probed = 0] = sizes;
  expect((probed - without) / 21).toBeLessThan(20_000);
  expect((probed - without) / 21).toBeGreaterThan(10_000);
});

test("tfjs is probed like simd", async () => {
  const path = makePath();
  const spec = normed(makeSpec({ steps: 20 }));
  await trainInto(path, { simd: spec }, { probes: RARE });
  await trainInto(path, { tfjs: spec }, { probes: RARE, engine: "tfjs", backend: "wasm" });

  const [ours, theirs] = ["simd", "tfjs"].map((run) =>
    rowsOf(
      path,
      `select step, layer, kind, std from layer_stats
       where run = 'g/${run}' order by step, layer, kind`,
    ),
  );
  expect(ours).toHaveLength(2 * 18);
  expect(theirs?.map((row) => row.slice(0, 3))).toEqual(ours?.map((row) => row.slice(0, 3)));
  for (const [i, row] of (ours ?? []).entries()) {
    const std = Number(row[3]);
    expect(Math.abs(Number(theirs?.[i]?.[3]) - std), `${row}`).toBeLessThan(1e-4 * std);
  }
});

test("a probe comes after the steps before it, as plain data that a process can send", async () => {
  const messages = await messagesOf(makeSpec({ steps: 30 }), {
    evaluate: "none",
    samples: 0,
    checkpoint: "none",
    probes: { decades: [5], every: 10, saturated: 0.99 },
  });

  let steps = 0;
  const probed: number[] = [];
  for (const message of messages) {
    if (message.type === "steps") steps = message.block.first + message.block.count;
    if (message.type !== "probe") continue;
    expect(message.probe.step).toBe(steps);
    expect(deserialize(serialize(message))).toEqual(message);
    probed.push(message.probe.step);
  }
  expect(probed).toEqual([0, 5, 10, 20, 30]);
});

/** The notebook's six layers with batch norm. */
function sixLayers(steps: number): RunSpec {
  const model = {
    embedding: 10,
    hidden: [100, 100, 100, 100, 100],
    batchNorm: { where: "all", epsilon: 1e-5, momentum: 0.1, running: "variance" },
  } as const;
  const spec = makeSpec({ steps, model });
  const kaiming = { scheme: "kaiming", gain: 5 / 3, scale: 1 } as const;
  const weight = { ...kaiming, mode: "fan_in", distribution: "normal" } as const;
  const gamma = { scheme: "ones", scale: 0.1 } as const;
  return {
    ...spec,
    init: {
      embedding: { scheme: "normal", std: 1, scale: 1 },
      hidden: { ...spec.init.hidden, weight },
      output: { ...spec.init.output, weight, gamma },
    },
    train: { ...spec.train, batchSize: 32 },
  };
}

function normed(spec: RunSpec): RunSpec {
  const batchNorm = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
  const { context, embedding } = spec.model;
  const model = { context, embedding, hidden: [16], activation: "tanh", bias: true } as const;
  return { ...spec, model: modelOf({ ...model, batchNorm }) };
}

function rowsOf(path: string, sql: string): readonly (readonly unknown[])[] {
  const reader = openReader(path);
  try {
    return reader.query(sql).rows;
  } finally {
    reader.close();
  }
}

async function stepsProbed(steps: number, probes: RecordConfig["probes"]): Promise<unknown[]> {
  const path = makePath();
  await trainInto(path, { a: makeSpec({ steps }) }, { probes });
  return rowsOf(path, "select distinct step from layer_stats order by step").flat();
}

function scheduled(schedule: ProbeSchedule, steps: number): number[] {
  const found: number[] = [];
  for (let step = nextProbe(schedule, 0); step < steps; step = nextProbe(schedule, step)) {
    found.push(step);
  }
  return found;
}

function messagesOf(spec: RunSpec, record: RecordConfig): Promise<WorkerMessage[]> {
  return new Promise((resolve) => {
    const messages: WorkerMessage[] = [];
    const send = (message: WorkerMessage): void => {
      messages.push(message);
      if (message.type === "ended" || message.type === "failed") resolve(messages);
    };
    const worker = new Worker({ send, ready: () => nextTurn() });
    const dataHash = "hash of the names";
    worker.receive({ type: "data", data: NAMES, dataHash });
    worker.receive({
      type: "train",
      runId: 1,
      spec,
      record,
      engine: "simd",
      thresholds: THRESHOLDS,
      stopOn: [],
      dataHash,
      resume: null,
      threads: ONE_THREAD,
    });
  });
}
