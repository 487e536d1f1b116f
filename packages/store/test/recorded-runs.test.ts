/** Runs that other programs train, as their logs are recorded: layout 17. */
import { join } from "node:path";
import type { MetricFacts } from "@ablate/core";
import { expect, test } from "vitest";
import {
  annotate,
  checkStore,
  discard,
  importStore,
  type PlannedRun,
  type StoreWriter,
} from "../src/index.ts";
import { damage, wrongOf } from "./check-make.ts";
import {
  blockOf,
  CLAIM,
  FINISHED,
  gridOf,
  idOf,
  parametersOf,
  plannedRun,
  readerAt,
  temporaryPath,
  writerAt,
} from "./make.ts";
import { probeOf } from "./probe-make.ts";

const RECORDED: Partial<PlannedRun> = {
  ...{ source: "jsonl", engine: "keras", seed: null, steps: null },
  config: JSON.stringify({ lr: 1, seed: "unknown" }),
};

const LOSS: MetricFacts = {
  ...{ name: "loss", unit: null, goal: "min", isLog: false, guide: null, role: "loss" },
};
const RATE: MetricFacts = { ...LOSS, name: "lr", goal: null, isLog: true, role: "lr" };

/** A store with the claimed run `g/v` of a log. */
function recordedRun(
  fields: Partial<PlannedRun> = {},
  names: readonly string[] = [],
): { readonly path: string; readonly writer: StoreWriter; readonly id: number } {
  const path = temporaryPath();
  const writer = writerAt(path);
  const id = idOf(writer, plannedRun("v", { ...RECORDED, ...fields }));
  writer.claimRun(id, CLAIM, { node: "none" }, parametersOf(names));
  return { path, writer, id };
}

function append(writer: StoreWriter, id: number, name: string, of: Record<number, number>): void {
  const steps = Float64Array.from(Object.keys(of), Number);
  const numbers = Float64Array.from(Object.values(of));
  writer.appendSeries(id, CLAIM.token, [{ name, steps, numbers }]);
}

const wrong = (path: string): string[] => wrongOf(checkStore(path));

test("neither its seed nor its end is known, and no revision of an engine of ours made it", () => {
  const { path, writer, id } = recordedRun();
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(readerAt(path).runs()[0]).toMatchObject({
    ...{ seed: null, steps: null, lastStep: null, loss: null },
    ...{ source: "jsonl", engine: "keras", revision: null },
  });
  expect(readerAt(path).revisions("g/v")).toEqual([]);
  expect(wrong(path)).toEqual([]);
});

test.each([
  [{ seed: 7 }, 7],
  [{ seed: "18446744073709551615" }, "18446744073709551615"],
  [{ seed: "mine" }, null],
  [{ seed: null }, null],
  [{ seed: 0.5 }, null],
  [{ seed: [1] }, null],
  [{}, null],
])("its seed is what its config says, where that is one: %j", (config, seed) => {
  const { path } = recordedRun({ config: JSON.stringify(config) });

  expect(readerAt(path).runs()[0]?.seed).toBe(seed);
});

test("what its log says of it later takes the place of what it said, and its digests say so", () => {
  const { path, writer, id } = recordedRun();
  writer.describeRun(id, CLAIM.token, {
    ...{ config: '{"lr":2,"seed":3}', steps: 40 },
    provenance: { host: "there", node: null },
  });
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(readerAt(path).runs()[0]).toMatchObject({
    config: '{"lr":2,"seed":3}',
    steps: 40,
    seed: 3,
  });
  expect(readerAt(path).provenance("g/v")).toEqual({ host: "there" });
  expect(wrong(path)).toEqual([]);
});

test("metrics stand for loss and rate where a log has no steps", () => {
  const { path, writer, id } = recordedRun();
  writer.declareMetrics(id, CLAIM.token, [
    LOSS,
    RATE,
    { ...LOSS, name: "late", role: "valid_loss" },
  ]);
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [i * 10, 600 - i]));
  append(writer, id, "loss", many);
  append(writer, id, "lr", { 0: 0.1, 10: 0.2 });
  append(writer, id, "late", { 3000: 5, 4000: 4, 6010: 4.5 });
  writer.endRun(id, CLAIM.token, FINISHED);

  const reader = readerAt(path);
  expect(reader.runs()[0]).toMatchObject({
    ...{ loss: 1, lastStep: 6010, validLoss: 4.5, bestValidLoss: 4, bestValidStep: 4000 },
  });
  expect(
    reader.series("g/v").map(({ series, unit, goal, isLog }) => [series, unit, goal, isLog]),
  ).toEqual([
    ["loss", null, "min", false],
    ["lr", null, null, true],
    ["metric.loss", null, "min", false],
    ["metric.lr", null, null, true],
    ["metric.late", null, "min", false],
  ]);
  expect(reader.curve("g/v", "loss", 256)).toEqual(reader.curve("g/v", "metric.loss", 256));
  const curve = (series: string) =>
    reader.query(`select level, step, n, min, mean, max from curve where series = '${series}'`)
      .rows;
  expect(curve("loss")).toEqual(curve("metric.loss"));
  expect(curve("loss").length).toBeGreaterThan(20);
  expect(reader.lossAt("g/v")).toEqual({ step: 5990, loss: 1, lr: null });
  expect(reader.lossAt("g/v", 10)).toEqual({ step: 10, loss: 599, lr: 0.2 });
  expect(reader.lossAt("g/v", 11)).toBeUndefined();
  expect(reader.steps("g/v", 0, 100).count).toBe(0);
  expect(reader.ticks("g/v").steps.length).toBe(0);
  expect(wrong(path)).toEqual([]);
});

test("a log without a loss has no such series; a run that is trained here has one before its first step", () => {
  const { path, writer, id } = recordedRun();
  append(writer, id, "reward", { 5: 1 });
  idOf(writer, plannedRun("ours"));

  const names = (run: string) =>
    readerAt(path)
      .series(run)
      .map(({ series }) => series);
  expect(names("g/v")).toEqual(["metric.reward"]);
  expect(names("g/ours")).toEqual(["loss", "lr"]);
});

test("what was said of a step and of later ones can be taken back, and is recorded anew", () => {
  const { path, writer, id } = recordedRun({}, ["w"]);
  const losses = Array.from({ length: 300 }, (_, i) => i);
  writer.appendSteps(id, CLAIM.token, blockOf(0, losses, losses));
  append(writer, id, "acc", { 100: 1, 200: 2, 299: 3 });
  for (const step of [0, 100, 200])
    writer.appendProbe(id, CLAIM.token, probeOf({ step }, { name: "w" }));

  writer.rewind(id, CLAIM.token, 150);

  const reader = readerAt(path);
  expect(reader.runs()[0]).toMatchObject({ lastStep: 149, loss: 99.5 });
  expect(reader.metrics("g/v")[0]).toMatchObject({ points: 1, last: 1, max: 1 });
  expect(reader.probeSteps("g/v")).toEqual([0, 100]);
  expect(reader.curve("g/v", "loss", 256).map(({ n, max }) => [n, max])).toEqual([[150, 149]]);

  writer.appendSteps(id, CLAIM.token, blockOf(150, [7, 8], [1, 1]));
  append(writer, id, "acc", { 151: 9 });
  writer.endRun(id, CLAIM.token, FINISHED);
  expect(reader.steps("g/v", 149, 9).loss).toEqual(Float64Array.of(149, 7, 8));
  expect(reader.metrics("g/v")[0]).toMatchObject({ points: 2, last: 9 });
  expect(wrong(path)).toEqual([]);
});

test("a log without steps is rewound, too, to its beginning if need be", () => {
  const { path, writer, id } = recordedRun();
  writer.declareMetrics(id, CLAIM.token, [LOSS]);
  append(writer, id, "loss", { 0: 3, 10: 2 });

  writer.rewind(id, CLAIM.token, 10);
  expect(readerAt(path).runs()[0]).toMatchObject({ lastStep: 0, loss: 3 });

  writer.rewind(id, CLAIM.token, 0);
  writer.endRun(id, CLAIM.token, FINISHED);
  expect(readerAt(path).runs()[0]).toMatchObject({ lastStep: null, loss: null });
  expect(wrong(path)).toEqual([]);
});

test("a run that has ended goes on where its log does, and gets new digests at its end", () => {
  const { path, writer, id } = recordedRun();
  append(writer, id, "acc", { 1: 1 });
  writer.endRun(id, CLAIM.token, FINISHED);

  writer.reopenRun(id, { ...CLAIM, token: "again" });
  expect(readerAt(path).runs()[0]?.state).toBe("running");
  expect(wrong(path)).toEqual([]);
  const numbers = Float64Array.of(2);
  writer.appendSeries(id, "again", [{ name: "acc", steps: numbers, numbers }]);
  writer.describeRun(id, "again", { config: "{}" });
  writer.endRun(id, "again", FINISHED);

  expect(readerAt(path).metrics("g/v")[0]).toMatchObject({ points: 2, last: 2 });
  expect(
    readerAt(path)
      .events("g/v")
      .map(({ kind }) => kind),
  ).toEqual(["started", "finished"]);
  expect(wrong(path)).toEqual([]);
});

test("several things are stored together, or none of them, whatever was known of them before", () => {
  const { path, writer, id } = recordedRun({}, ["w"]);
  const { token } = CLAIM;
  writer.appendSteps(id, token, blockOf(0, [3, 2, 1], [1, 1, 1]));
  append(writer, id, "acc", { 1: 1 });
  const fail = () => {
    throw new Error("no more");
  };

  expect(() =>
    writer.together(() => {
      writer.rewind(id, token, 1);
      writer.appendSteps(id, token, blockOf(1, [9, 9], [1, 1]));
      append(writer, id, "acc", { 2: 2, 3: 9 });
      writer.together(() => append(writer, id, "other", { 1: 1 }));
      fail();
    }),
  ).toThrow("no more");

  const reader = readerAt(path);
  expect(reader.steps("g/v", 0, 9).loss).toEqual(Float64Array.of(3, 2, 1));
  expect(reader.metrics("g/v").map(({ name, points }) => [name, points])).toEqual([["acc", 1]]);
  writer.together(() => {
    writer.appendSteps(id, token, blockOf(3, [0], [1]));
    append(writer, id, "acc", { 3: 4 });
    writer.endRun(id, token, FINISHED);
  });
  expect(reader.metrics("g/v")[0]).toMatchObject({ points: 2, max: 4 });
  expect(reader.curve("g/v", "loss", 16)).toMatchObject([{ n: 4, mean: 1.5 }]);
  expect(wrong(path)).toEqual([]);
});

test("how far the files of a log are read goes with the rows, and away with the run", () => {
  const { path, writer, id } = recordedRun();
  const logs = ["/b", "/a"].map((file, i) => {
    return { path: file, format: "csv", position: 2 ** 40 + i, state: '{"line":1}' };
  });
  for (const log of logs) writer.setLogPosition(id, CLAIM.token, log);
  writer.setLogPosition(id, CLAIM.token, { path: "/a", format: "csv", position: 3, state: "{}" });

  expect(writer.logPositions(id).map((log) => [log.path, log.position])).toEqual([
    ["/a", 3],
    ["/b", 2 ** 40],
  ]);
  expect(() =>
    writer.setLogPosition(id, "another", { path: "", format: "", position: 0, state: "" }),
  ).toThrow("no longer held");
  writer.claimRun(id, CLAIM, {}, []);
  expect(writer.logPositions(id)).toEqual([]);
  writer.endRun(id, CLAIM.token, FINISHED);
  expect(wrong(path)).toEqual([]);
});

/** A closed store with the ended run `g/v` of a log and `g/ours`, each with a metric. */
function endedStore(): string {
  const { path, writer, id } = recordedRun();
  writer.declareMetrics(id, CLAIM.token, [LOSS]);
  append(writer, id, "loss", { 0: 3, 10: 2 });
  writer.setLogPosition(id, CLAIM.token, { path: "/a", format: "csv", position: 3, state: "{}" });
  writer.endRun(id, CLAIM.token, FINISHED);
  const ours = idOf(writer, plannedRun("ours"));
  writer.claimRun(ours, CLAIM, {}, parametersOf(["w"]));
  writer.appendSteps(ours, CLAIM.token, blockOf(0, [1], [1]));
  append(writer, ours, "gradient_norm", { 0: 1 });
  writer.endRun(ours, CLAIM.token, FINISHED);
  writer.close();
  return path;
}

test.each([
  ["update run set source = 'frames' where name = 'g/v'", "g/v"],
  ["update run set source = null where name = 'g/v'", "g/v"],
  ["update run set source = 'csv' where name = 'g/ours'", "g/ours"],
  ["update metric set role = 'valid_loss' where name = 'loss'", "g/v"],
  ["update metric set role = 'valid_loss' where name = 'gradient_norm'", "g/ours"],
])(
  "digests cover where a run is recorded from and what its metrics stand for: %s",
  (statement, run) => {
    const path = endedStore();
    damage(path, statement);

    const reason =
      "where it is recorded from, or what its metrics stand for, is not what the digest says";
    expect(wrong(path)).toEqual([`digests: ${run}: ${reason}`]);
    const { checks } = readerAt(path);
    expect(["g/v", "g/ours"].map((name) => checks.isWholeRow(name))).toEqual([
      run !== "g/v",
      run !== "g/ours",
    ]);
  },
);

test("how far a log is read is no result: no digest is over it", () => {
  const path = endedStore();
  damage(path, "update log_file set position = 0");

  expect(wrong(path)).toEqual([]);
});

test("recorded runs go into another store with all that they have, and are the same there", async () => {
  const path = endedStore();
  const target = join(path, "..", "target.db");

  const first = await importStore(target, path);
  const again = await importStore(target, path);

  expect(first.refused).toEqual([]);
  expect(first.runs.map(({ run, change, steps }) => [run, change, steps])).toEqual([
    ["g/v", "added", 11],
    ["g/ours", "added", 1],
  ]);
  expect(again.runs.map(({ change }) => change)).toEqual(["kept", "kept"]);
  expect(readerAt(target).runs()[0]).toEqual(readerAt(path).runs()[0]);
  expect(readerAt(target).curve("g/v", "loss", 1)).toHaveLength(2);
  expect(writerAt(target).logPositions(1)).toMatchObject([{ path: "/a", position: 3 }]);
  expect(wrong(target)).toEqual([]);
});

test("of a run that both stores have, the one with more of its log stays", async () => {
  const path = endedStore();
  const target = join(path, "..", "target.db");
  await importStore(target, path);
  const writer = writerAt(path);
  writer.reopenRun(1, CLAIM);
  append(writer, 1, "loss", { 20: 1 });
  writer.endRun(1, CLAIM.token, FINISHED);

  const { runs } = await importStore(target, path);

  expect(runs[0]).toMatchObject({ run: "g/v", change: "replaced", steps: 21 });
  expect(readerAt(target).runs()[0]).toMatchObject({ lastStep: 20, loss: 1 });
  expect(wrong(target)).toEqual([]);
});

test("recorded runs are tagged, noted, renamed, thrown away and taken back", () => {
  const path = endedStore();
  annotate(path, { kind: "tag", target: "g/v", add: ["keep"], remove: [] });
  annotate(path, { kind: "note", target: "g/v", text: "theirs" });
  annotate(path, { kind: "rename", target: "g/v", name: "w" });

  expect(
    readerAt(path)
      .runs()
      .map(({ name, tags }) => [name, tags]),
  ).toEqual([
    ["g/w", ["keep"]],
    ["g/ours", []],
  ]);
  discard(path, { grids: [], runs: ["g/w"] });
  expect(
    readerAt(path)
      .runs()
      .map(({ name }) => name),
  ).toEqual(["g/ours"]);
  // Whoever records its log again takes it back.
  const [stored] = writerAt(path).planGrid(gridOf([plannedRun("v", RECORDED)]));
  expect(stored?.name).toBe("g/w");
  expect(wrong(path)).toEqual([]);
});

test("a layer of another program may have no known units, and a parameter no numbers", () => {
  const { path, writer, id } = recordedRun();
  writer.claimRun(id, CLAIM, {}, [
    { name: "none", layer: "none", layerKind: "other", role: "other", shape: [4, 0], size: 0 },
  ]);
  writer.appendProbe(id, CLAIM.token, probeOf({}, { name: "fc1", units: 0 }));
  writer.appendSteps(id, CLAIM.token, blockOf(0, [1], [Number.NaN]));
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(readerAt(path).parameters("g/v")[0]).toMatchObject({ shape: [4, 0], size: 0 });
  expect(wrong(path)).toEqual([]);
});

test("layers of another program may have more units than parameters, and a parameter no axis", () => {
  const { path, writer, id } = recordedRun();
  writer.claimRun(id, CLAIM, {}, [
    { name: "scale", layer: "conv", layerKind: "hidden", role: "gain", shape: [], size: 1 },
  ]);
  writer.appendProbe(id, CLAIM.token, probeOf({}, { name: "conv", units: 12_544 }));
  writer.appendSteps(id, CLAIM.token, blockOf(0, [1, Number.NaN], [1, Number.NaN]));
  writer.endRun(id, CLAIM.token, FINISHED);

  expect(readerAt(path).parameters("g/v")[0]).toMatchObject({ shape: [], size: 1 });
  expect(wrong(path)).toEqual([]);
});
