/** Trains so many small steps after a warm-up and prints what they did to the heap; see steady.test.ts. */
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Trainer } from "../src/index.ts";
import { makeFewNames, makeSpec } from "./make.ts";

const WARM_UP = 60_000;
const STEPS = Number(process.argv[2]);
const CHUNK = 500;

const batchNorm = { where: "all", epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
const spec = makeSpec({ model: { hidden: [8, 8], batchNorm }, train: { steps: WARM_UP + STEPS } });
const trainer = new Trainer(spec, makeFewNames(3));
const block = {
  loss: new Float64Array(CHUNK),
  lr: new Float64Array(CHUNK),
  ratios: new Float32Array(CHUNK * trainer.parameters.length),
};
let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ["gc"] });

while (trainer.step < WARM_UP) trainer.advance(block, CHUNK);
const before = await settledHeap();
collections = 0;
while (!trainer.isDone) trainer.advance(block, CHUNK);
await sleep(10);
const seen = collections;
const grownBytes = (await settledHeap()) - before;
process.stdout.write(
  JSON.stringify({ steps: trainer.step - WARM_UP, grownBytes, collections: seen }),
);

async function settledHeap(): Promise<number> {
  globalThis.gc?.();
  await sleep(10);
  return process.memoryUsage().heapUsed;
}
