import { isDeepStrictEqual } from "node:util";
import { buildDataset, type RunSpec, Trainer } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import { openReader, type StoreReader } from "@ablate/store";
import { expect, test } from "vitest";
import { workersOf } from "./processes.ts";
import { makePath, makeSpec, NAMES, trainInto } from "./run-make.ts";
import { wholeRun } from "./whole-store.ts";

const PROBES = { decades: [1], every: 0, saturated: 0.99 };
const RECORD = { probes: PROBES, evaluate: { every: 20 }, workers: 1, best: true } as const;

/** Learns, and from step 200 on too fast to keep it. */
const WORSENING = [
  { step: 0, rate: 0.1 },
  { step: 200, rate: 3 },
];

test("the weights of the lowest validation loss are kept beside the last", async () => {
  const path = makePath();
  const spec = specOf(300, WORSENING);
  await trainInto(path, { a: spec }, RECORD);

  const [step, loss] = lowest(path);

  expect(step).toBeLessThan(300);
  expect(read(path, (reader) => reader.weights("g/a", undefined, "best")?.step)).toBe(step);
  const trainer = trainedTo(spec, Number(step));
  expect(bestWeights(path)).toEqual(Buffer.from(trainer.weights()));
  expect(trainer.validate().loss).toBe(loss);
  expect(read(path, (reader) => reader.weights("g/a")?.step)).toBe(300);
});

test.each([
  ["with evaluations on the way", RECORD.evaluate],
  ["without any", "none"],
] as const)(
  "a run that gets better to its end leaves its last weights as the best, %s",
  async (_, evaluate) => {
    const path = makePath();
    const spec = specOf(60);
    await trainInto(path, { a: spec }, { ...RECORD, evaluate });

    expect(bestWeights(path)).toEqual(Buffer.from(trainedTo(spec, 60).weights()));
    const [[rows] = []] = read(
      path,
      (reader) => reader.query("select count(*) from checkpoint").rows,
    );
    expect(rows).toBe(1);
  },
);

test("without record.best there are no best weights", async () => {
  const path = makePath();
  const { best: _, ...record } = RECORD;
  await trainInto(path, { a: specOf(60) }, record);

  expect(bestWeights(path)).toBeUndefined();
});

test("a run whose loss is not finite in the end leaves the best before", async () => {
  const path = makePath();
  const lr = [
    { step: 0, rate: 0.1 },
    { step: 45, rate: 1e38 },
  ];
  await trainInto(path, { a: specOf(60, lr) }, RECORD);

  expect(read(path, (reader) => reader.run("g/a")?.state)).toBe("diverged");
  expect(bestWeights(path)).toEqual(Buffer.from(trainedTo(specOf(40), 40).weights()));
});

test("killed with -9, a run goes on to the same end: optimiser, dropout, epochs, best weights", async () => {
  const spec = everything(9000);
  const [path, undisturbed] = [makePath(), makePath()];
  const record = { ...RECORD, evaluate: { every: 300 }, checkpoint: { every: 250 } };
  const events: GridEvent[] = [];
  let left = 2;
  const onEvent = (event: GridEvent): void => {
    events.push(event);
    if (event.event !== "progress" || event.step < 1000 || left === 0) return;
    for (const pid of workersOf()) {
      process.kill(pid, "SIGKILL");
      left -= 1;
    }
  };

  await trainInto(undisturbed, { a: spec }, record);
  await trainInto(path, { a: spec }, { ...record, maxRetries: 5, onEvent });

  const retried = events.flatMap((event) => (event.event === "retried" ? [event.from] : []));
  expect(retried.length).toBeGreaterThan(0);
  expect(Math.max(...retried)).toBeGreaterThan(0);
  const [a, b] = [wholeRun(path, "g/a"), wholeRun(undisturbed, "g/a")];
  expect(Object.keys(b).filter((table) => !isDeepStrictEqual(a[table], b[table]))).toEqual([]);
});

function specOf(steps: number, lr: RunSpec["train"]["lr"] = [{ step: 0, rate: 0.1 }]): RunSpec {
  const spec = makeSpec({ steps });
  return { ...spec, train: { ...spec.train, lr } };
}

function everything(steps: number): RunSpec {
  const spec = makeSpec({ steps, model: { hidden: [16, 16], dropout: 0.2, residual: "pre" } });
  const train: RunSpec["train"] = {
    ...spec.train,
    optimizer: { name: "adam", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 },
    batches: { from: "epochs", last: "drop" },
    clip: { by: "norm", most: 1 },
    lr: [{ step: 0, rate: 0.01 }],
  };
  return { ...spec, train };
}

function trainedTo(spec: RunSpec, steps: number): Trainer {
  const { model, shuffleSeed } = spec;
  const trainer = new Trainer(spec, buildDataset(NAMES, { context: model.context, shuffleSeed }));
  const buffer = { loss: new Float64Array(steps), lr: new Float64Array(steps) };
  trainer.advance(
    { ...buffer, ratios: new Float32Array(steps * trainer.parameters.length) },
    steps,
  );
  return trainer;
}

function lowest(path: string): readonly unknown[] {
  const valid = "select step, loss from evals where split = 'valid' order by loss, step limit 1";
  return read(path, (reader) => reader.query(valid).rows[0]) ?? [];
}

function bestWeights(path: string): Buffer | undefined {
  const found = read(path, (reader) => reader.weights("g/a", undefined, "best"));
  return found === undefined ? undefined : Buffer.from(found.bytes);
}

function read<T>(path: string, use: (reader: StoreReader) => T): T {
  const reader = openReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}
