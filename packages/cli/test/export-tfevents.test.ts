import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader, type StoreReader } from "@ablate/store";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml");
  const { status, stderr } = await ablate(
    folder,
    "export",
    "small",
    "--format",
    "tfevents",
    "-o",
    "tb",
  );
  expect(status, stderr).toBe(0);
});

function readerOf(store: string): StoreReader {
  const reader = openReader(join(folder, store));
  onTestFinished(() => reader.close());
  return reader;
}

/** What a run has by the tags of its export, as float32: steps and numbers. */
function recorded(reader: StoreReader, run: string): Map<string, [number, number][]> {
  const { loss, lr, ratios } = reader.steps(run, 0, 10_000);
  const names = reader.parameters(run).map(({ name }) => name);
  const ofSteps = (numbers: ArrayLike<number>, at: (step: number) => number) =>
    Array.from(loss, (_, step): [number, number] => [step, Math.fround(numbers[at(step)] ?? 0)]);
  const all = new Map([
    ["loss", ofSteps(loss, (step) => step)],
    ["lr", ofSteps(lr, (step) => step)],
  ]);
  for (const [p, name] of names.entries()) {
    const points = ofSteps(ratios, (step) => step * names.length + p);
    all.set(
      `update_ratio/${name}`,
      points.filter(([, ratio]) => !Number.isNaN(ratio)),
    );
  }
  for (const { name } of reader.metrics(run)) {
    const { steps, numbers } = reader.metricPoints(run, name);
    all.set(
      name,
      Array.from(steps, (step, i) => [step, Math.fround(numbers[i] ?? 0)]),
    );
  }
  return all;
}

test("a grid comes back from its event files, number for number", async () => {
  const { status, stderr } = await ablate(folder, "record", "tb", "--store", "back.db");
  expect(status, stderr).toBe(0);

  const [ours, back] = [readerOf("ablate.db"), readerOf("back.db")];
  const runs = ours.runs().map(({ name }) => name);
  expect(
    back
      .runs()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(runs.map((name) => name.replace("small/", "tb/")).sort());
  for (const run of runs) {
    const again = run.replace("small/", "tb/");
    for (const [tag, points] of recorded(ours, run)) {
      const { steps, numbers } = back.metricPoints(again, tag);
      expect([tag, [...steps].map((step, i) => [step, numbers[i]])]).toEqual([tag, points]);
    }
    expect(back.runs().find(({ name }) => name === again)).toMatchObject({
      state: "finished",
      seed: ours.row(run)?.seed,
    });
    expectSameProbes(ours, back, [run, again]);
  }
});

/** Checks weights and their gradients, whose edges are the same on both sides. */
function expectSameProbes(
  ours: StoreReader,
  back: StoreReader,
  [run, again]: readonly [string, string],
): void {
  expect(back.probeSteps(again)).toEqual(ours.probeSteps(run));
  for (const step of ours.probeSteps(run)) {
    for (const kind of ["weight", "weight_gradient", "preactivation"] as const) {
      const there = back.probeTensors(again, step, kind);
      for (const [layer, { histogram, mean, std }] of ours.probeTensors(run, step, kind)) {
        if (histogram === null) continue;
        const tensor = there.get(layer);
        expect(tensor?.histogram?.counts).toEqual(histogram.counts);
        expect(tensor?.mean).toBeCloseTo(mean, 6);
        expect(tensor?.std).toBeCloseTo(std, 4);
      }
    }
  }
}

const READ = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
log = EventAccumulator(sys.argv[1], {"scalars": 0, "histograms": 0})
log.Reload()
tags = log.Tags()
print(json.dumps({
  "scalars": {tag: [[e.step, e.value] for e in log.Scalars(tag)] for tag in tags["scalars"]},
  "histograms": {tag: [[e.step, e.histogram_value.num, sum(e.histogram_value.bucket)]
                       for e in log.Histograms(tag)] for tag in tags["histograms"]},
  "plugins": [tag for tag in log.summary_metadata if tag.startswith("_hparams_")],
}))`;

const { env, missing } = pythonWith("logs");

test.skipIf(missing !== null)(`TensorBoard reads what is exported${missing ?? ""}`, () => {
  const { stdout, stderr } = spawnSync("python3", ["-c", READ, join(folder, "tb", "normed")], {
    env,
    encoding: "utf8",
  });

  const read = JSON.parse(stdout || stderr);
  const ours = readerOf("ablate.db");
  for (const [tag, points] of recorded(ours, "small/normed")) {
    expect([tag, read.scalars[tag]]).toEqual([tag, points]);
  }
  const valid = ours.evaluations("small/normed").filter(({ split }) => split === "valid");
  expect(valid.map(({ loss }) => Math.fround(loss ?? 0))).toEqual(
    expect.arrayContaining(read.scalars.valid_loss.map(([, loss]: [number, number]) => loss)),
  );
  const steps = ours.probeSteps("small/normed");
  const weights = read.histograms["hidden1.weight"];
  expect(weights.map(([step]: [number]) => step)).toEqual(steps);
  for (const [, count, inBuckets] of weights) expect(inBuckets).toBe(count);
  expect(read.plugins).toEqual(["_hparams_/session_start_info", "_hparams_/session_end_info"]);
});

test.each([
  ["a folder with something in it", "full", "full is not empty; name a new folder"],
  ["a file", "full/file", "full/file is a file; name a new folder"],
  ["stdout", "-", "tfevents cannot be printed; name a file with -o"],
])("an export of event files leaves %s alone", async (_, output, message) => {
  mkdirSync(join(folder, "full"), { recursive: true });
  writeFileSync(join(folder, "full/file"), "mine");

  const { status, stderr } = await ablate(
    folder,
    ...["export", "small", "--format", "tfevents", "-o", output],
  );

  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
