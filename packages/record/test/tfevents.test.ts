import type { Probe } from "@ablate/core";
import { expect, test } from "vitest";
import { tfevents } from "../src/tfevents/tfevents.ts";
import { filesIn, missingOf, type Written, writtenBy, writtenPoints } from "./python-log.ts";
import { emptyLog, keepEntries, logsOf, points, type ReadLog, readLog } from "./read-log.ts";

/** Reads all runs of a folder, by their labels. */
function readFolder(folder: string, budget?: number): Map<string, ReadLog> {
  const logs = logsOf(tfevents, filesIn(folder));
  return new Map(logs.map((log) => [log.label, readLog(log, budget)]));
}

function expectWritten(read: ReadonlyMap<string, ReadLog>, written: Written): void {
  expect([...read.keys()].sort()).toEqual(Object.keys(written).sort());
  for (const [run, metrics] of Object.entries(written)) {
    const log = read.get(run) ?? emptyLog();
    expect(log.troubles).toEqual([]);
    expect([...log.metrics.keys()]).toEqual(expect.arrayContaining(Object.keys(metrics)));
    for (const [name, all] of Object.entries(metrics)) {
      expect([run, name, points(log, name)]).toEqual([run, name, writtenPoints(all)]);
    }
  }
}

const writers = [["tensorboardX"], ["torch"]] as const;
const missing = missingOf(["torch", "logs"]);

test.skipIf(missing !== null).each(writers)(
  `reads what %s writes: restarts, add_scalars, settings, histograms, NaN${missing ?? ""}`,
  (library) => {
    const { folder, written } = writtenBy(["torch", "logs"], ["event_logs.py", library]);

    const read = readFolder(folder);

    expectWritten(read, written);
    const log = read.get("a");
    expect(log?.config).toMatchObject({ lr: 0.125, name: "adam", model: { width: 32 } });
    expect(log?.rewinds).toBe(1);
    expectHistograms(log?.probes ?? []);
    // In pieces of some bytes, and opened again after each, it comes to the same.
    expectWritten(readFolder(folder, 100), written);
    expectWritten(readAgainAndAgain(folder), written);
  },
);

/** Reads all runs of a folder piece by piece, each with a new reader. */
function readAgainAndAgain(folder: string): Map<string, ReadLog> {
  return new Map(
    logsOf(tfevents, filesIn(folder)).map((log) => {
      const into = emptyLog();
      for (let pieces = 1; pieces > 0; ) {
        const reader = log.open(into.positions);
        const entries = reader.read(300);
        pieces = entries.length;
        keepEntries(into, entries);
        into.positions = reader.positions();
      }
      return [log.label, into];
    }),
  );
}

/** Checks 1,000 numbers from -1 to 2, as a weight, and their 10,000th, as its gradient. */
function expectHistograms([probe, ...others]: readonly Probe[]): void {
  expect(others).toEqual([]);
  expect(probe?.step).toBe(5);
  expect(probe?.layers.map(({ name }) => name)).toEqual(["fc1"]);
  const { weight, weight_gradient: gradient } = probe?.layers[0]?.tensors ?? {};
  expect(weight).toMatchObject({ min: -1, max: 2 });
  expect(weight?.mean).toBeCloseTo(0.5, 10);
  expect(weight?.std).toBeCloseTo(Math.sqrt((1000 * 1001 * (3 / 999) ** 2) / 12), 10);
  expect(gradient?.max).toBeCloseTo(2e-4, 15);
  const counts = [...(weight?.histogram?.counts ?? [])];
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1000);
  // A third of them are below 0.
  const below = counts.slice(0, counts.length / 2).reduce((sum, one) => sum + one, 0);
  expect(below).toBeGreaterThan(323);
  expect(below).toBeLessThan(343);
}

const missingTensorFlow = missingOf(["tensorflow", "logs"]);

test.skipIf(missingTensorFlow !== null)(
  `reads tensors of TensorFlow, and both folders of Keras as one run${missingTensorFlow ?? ""}`,
  () => {
    const { folder, written } = writtenBy(["tensorflow", "logs"], ["event_logs.py", "tensorflow"]);

    const read = readFolder(folder);

    expectWritten(read, written);
    expect(read.get("fit")?.run?.framework).toBe("tensorflow");
    const [probe] = read.get("hand")?.probes ?? [];
    expect(probe?.layers.map(({ name }) => name)).toEqual(["dense", "dense/bias_0"]);
    const [kernel, bias] = probe?.layers.map(({ tensors }) => tensors.weight) ?? [];
    expect(kernel).toMatchObject({ min: -1, max: 2 });
    expect(kernel?.mean).toBeCloseTo(0.5, 2);
    // Ten zeros are in the first bin above 0.
    const counts = bias?.histogram?.counts ?? [];
    expect(counts[counts.length / 2]).toBe(10);
  },
);
