/** Probes of trained nets, read back with types: the same numbers as in the views. */
import type { RunSpec } from "@ablate/core";
import { isFlat, type LayerProbe, openReader, type Probe, type StoreReader } from "@ablate/store";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { edgesOf } from "../../store/src/probe/bins.ts";
import { makePath, makeSpec, trainInto } from "./run-make.ts";

const STEPS = 120;
const PROBES = { decades: [1], every: 50, saturated: 0.6 };

let path = "";
beforeAll(async () => {
  path = makePath();
  await trainInto(path, { plain: deep("none"), normed: deep("hidden") }, { probes: PROBES });
});

const runs = ["plain", "normed"].flatMap((label) =>
  [0, 50, STEPS].map((step): [string, number] => [`g/${label}`, step]),
);

test("the steps are those that the view has", () => {
  const reader = openedReader();

  expect(reader.probeSteps("g/plain")).toEqual([0, 1, 10, 50, 100, STEPS]);
});

test.each(runs)("%s at step %d has the statistics of the view", (run, step) => {
  const reader = openedReader();

  const rows = statistics(probeAt(reader, run, step));

  expect(rows).toEqual(
    rowsOf(reader, "select layer, kind, mean, std, min, max, saturated, dead from layer_stats", [
      run,
      step,
    ]),
  );
  expect(rows.length).toBe(6 * 8 + 2);
});

test.each(runs)("%s at step %d has the histograms of the view", (run, step) => {
  const reader = openedReader();
  const probe = probeAt(reader, run, step);

  const rows = probe.layers.flatMap((layer) => histograms(layer));

  expect(rows).toEqual(
    rowsOf(reader, "select layer, kind, low, high, count from histograms", [run, step]),
  );
  const whole = probe.layers[1]?.tensors.activation?.histogram?.counts.reduce((a, b) => a + b);
  expect(whole).toBe(probe.examples * (probe.layers[1]?.units ?? 0));
});

test.each(runs)("%s at step %d has the saturation map of the view", (run, step) => {
  const reader = openedReader();

  const rows = probeAt(reader, run, step).layers.flatMap(flatPlaces);

  expect(rows).toEqual(rowsOf(reader, "select layer, example, unit from saturation", [run, step]));
  expect(rows.length).toBeGreaterThan(0);
});

test.each([0, STEPS])("batch norm at step %d is that of the view", (step) => {
  const reader = openedReader();

  const rows = probeAt(reader, "g/normed", step).layers.flatMap(moments);

  expect(rows).toEqual(
    rowsOf(reader, "select layer, statistics, unit, mean, std, gamma, beta from norm_stats", [
      "g/normed",
      step,
    ]),
  );
  expect(rows.some(([, kind]) => kind === "trainset")).toBe(step === STEPS);
});

test("logits and probabilities are those of the view", () => {
  const reader = openedReader();
  const { logits } = probeAt(reader, "g/plain", STEPS);

  const read = "select example, token, logit, probability from logits";
  const rows = rowsOf(reader, read, ["g/plain", STEPS]);

  expect(rows).toHaveLength(logits.logits.length);
  for (const [i, [example, token, ...written]] of rows.entries()) {
    expect([example, token]).toEqual([Math.floor(i / logits.tokens), i % logits.tokens]);
    // The view writes no more digits than stand for what is stored: four, seldom five.
    const stored = [logits.logits[i], logits.probabilities[i]].map((value) => value ?? Number.NaN);
    for (const [k, value] of stored.entries()) {
      expect(Math.abs(Number(written[k]) / value - 1)).toBeLessThan(2 ** -11);
    }
  }
});

test("one kind of numbers can be had alone", () => {
  const reader = openedReader();
  const { layers } = probeAt(reader, "g/plain", 50);

  const found = reader.probeTensors("g/plain", 50, "activation_gradient");

  const wanted = layers.flatMap(({ name, tensors }) =>
    tensors.activation_gradient === undefined ? [] : [[name, tensors.activation_gradient]],
  );
  expect([...found]).toEqual(wanted);
  expect(wanted.length).toBe(6);
});

function deep(batchNorm: "none" | "hidden"): RunSpec {
  const norm = { where: "hidden", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
  return makeSpec({
    steps: STEPS,
    model: {
      hidden: [100, 100, 100, 100, 100],
      batchNorm: batchNorm === "none" ? "none" : norm,
    },
  });
}

function openedReader(): StoreReader {
  const reader = openReader(path);
  onTestFinished(() => reader.close());
  return reader;
}

function probeAt(reader: StoreReader, run: string, step: number): Probe {
  const probe = reader.probe(run, step);
  if (probe === undefined) throw new Error(`no probe of ${run} at ${step}`);
  return probe;
}

/** The rows of a view at a run's step, in the order in which they come from layers. */
function rowsOf(
  reader: StoreReader,
  select: string,
  [run, step]: readonly [string, number],
): (readonly unknown[])[] {
  return [...reader.query(`${select} where run = ? and step = ?`, [run, step]).rows];
}

function statistics({ layers }: Probe): unknown[][] {
  return layers.flatMap(({ name, tensors, saturation }) =>
    Object.entries(tensors).map(([kind, { mean, std, min, max }]) => {
      const isMapped = kind === "activation" && saturation !== null;
      return [
        ...[name, kind, mean, std, min, max],
        isMapped ? saturation.share : null,
        isMapped ? saturation.dead.length : null,
      ];
    }),
  );
}

function histograms({ name, tensors }: LayerProbe): unknown[][] {
  return Object.entries(tensors).flatMap(([kind, { histogram }]) => {
    if (histogram === null) return [];
    const ends = [Number.NEGATIVE_INFINITY, ...edgesOf(histogram.scale), Number.POSITIVE_INFINITY];
    return Array.from(histogram.counts, (count, bin) => [ends[bin], ends[bin + 1], count]).flatMap(
      (row) => (row[2] === 0 ? [] : [[name, kind, ...row]]),
    );
  });
}

function flatPlaces({ name, saturation }: LayerProbe): unknown[][] {
  if (saturation === null) return [];
  return Array.from({ length: saturation.examples * saturation.units }, (_, i) => [
    Math.floor(i / saturation.units),
    i % saturation.units,
  ]).flatMap(([example = 0, unit = 0]) =>
    isFlat(saturation, example, unit) ? [[name, example, unit]] : [],
  );
}

function moments({ name, norm }: LayerProbe): unknown[][] {
  if (norm === null) return [];
  const { batch, running, trainset, gamma, beta } = norm;
  return Object.entries({ batch, running, trainset }).flatMap(([kind, values]) =>
    Array.from(values?.mean ?? [], (mean, unit) => [
      ...[name, kind, unit, mean],
      ...[values?.std[unit], gamma[unit], beta[unit]],
    ]),
  );
}
