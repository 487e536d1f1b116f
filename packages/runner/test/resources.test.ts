import type { RunSpec } from "@ablate/core";
import { filterSubject, openReader, parseFilter, type StoreReader } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { makePath, makeSpec, trainInto } from "./run-make.ts";

const RESOURCES = ["system/cpu", "system/memory", "system/steps_per_s"];

async function trained(spec: RunSpec): Promise<StoreReader> {
  const path = makePath();
  await trainInto(path, { a: spec });
  const reader = openReader(path);
  onTestFinished(() => reader.close());
  return reader;
}

test("a run that is over at once says at its end what its process took", async () => {
  const reader = await trained(makeSpec({ steps: 30 }));

  const metrics = reader.metrics("g/a");

  expect(
    metrics.map(({ name, unit, points, last_step }) => [name, unit, points, last_step]),
  ).toEqual([
    ["system/cpu", "%", 1, 29],
    ["system/memory", "MiB", 1, 29],
    ["system/steps_per_s", "steps/s", 1, 29],
  ]);
  const [cpu, memory, speed] = metrics.map(({ last }) => last ?? Number.NaN);
  expect(cpu).toBeGreaterThan(0);
  // Node and the kernels alone take more than 20 MiB, and no machine of the tests has a TiB.
  expect(memory).toBeGreaterThan(20);
  expect(memory).toBeLessThan(1024 * 1024);
  expect(speed).toBeCloseTo(reader.run("g/a")?.stepsPerS ?? Number.NaN, 6);
});

test("of a longer run they are series that charts, filters and exports find like any metric", async () => {
  const spec = makeSpec({ steps: 10_000_000 });
  const stop = { every: 10_000_000, patience: null, target: null, budgetSeconds: 3 };
  const reader = await trained({ ...spec, train: { ...spec.train, stop } });

  const { steps, numbers } = reader.metricPoints("g/a", "system/steps_per_s");
  expect(steps.length).toBeGreaterThan(1);
  expect([...steps]).toEqual([...steps].toSorted((a, b) => a - b));
  expect(numbers.every((speed) => speed > 0)).toBe(true);
  expect(reader.series("g/a").map(({ series }) => series)).toEqual(
    expect.arrayContaining(RESOURCES.map((name) => `metric.${name}`)),
  );
  const busy = parseFilter("metric.system/memory>20 metric.system/cpu>0");
  expect(reader.runs().map((run) => busy.matches(filterSubject(run)))).toEqual([true]);
  expect(reader.query("select distinct name from metrics order by 1").rows.flat()).toEqual(
    RESOURCES,
  );
});
