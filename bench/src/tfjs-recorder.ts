/** Processor time of a batch of TensorFlow.js with and without `AblateCallback`, in turn: median and spread. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { AblateCallback } from "ablate-lab-tfjs";

const ROUNDS = 7;
const BATCHES = 200;
const BATCH = 32;
const INPUTS = 30;
const CLASSES = 27;

function makeModel(): tf.Sequential {
  const hidden = tf.layers.dense({ units: 200, activation: "tanh", inputShape: [INPUTS] });
  const output = tf.layers.dense({ units: CLASSES, activation: "softmax" });
  const model = tf.sequential({ layers: [hidden, output] });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "sparseCategoricalCrossentropy" });
  return model;
}

/** Returns microseconds a batch. */
async function time(callbacks: readonly AblateCallback[]): Promise<number> {
  const x = tf.randomNormal([BATCHES * BATCH, INPUTS]);
  const y = tf.floor(tf.randomUniform([BATCHES * BATCH, 1], 0, CLASSES));
  const model = makeModel();
  const began = process.cpuUsage();
  const fitting = { batchSize: BATCH, verbose: 0, yieldEvery: "never" } as const;
  await model.fit(x, y, { epochs: 1, ...fitting, callbacks: [...callbacks] });
  const { user, system } = process.cpuUsage(began);
  tf.dispose([x, y]);
  return (user + system) / BATCHES;
}

function spread(times: readonly number[]): string {
  const [least = 0, , , median = 0, , , most = 0] = times.toSorted((a, b) => a - b);
  return `${median.toFixed(0)} us (${least.toFixed(0)} to ${most.toFixed(0)})`;
}

const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
for (const backend of ["cpu", "wasm"]) {
  await tf.setBackend(backend);
  await time([]);
  const [bare, recorded, added]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const without = await time([]);
    const with_ = await time([new AblateCallback({ tf, folder })]);
    bare.push(without);
    recorded.push(with_);
    added.push((100 * (with_ - without)) / without);
  }
  const percent = added.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  const line = `${backend}: ${spread(bare)} a batch, recorded ${spread(recorded)}: ${percent.toFixed(0)} % more`;
  process.stdout.write(`${line}\n`);
}
rmSync(folder, { recursive: true });
