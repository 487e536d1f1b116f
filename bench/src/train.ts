/** `train.ts WORKLOAD STEPS [BACKEND]`: trains, by the engine tfjs if a backend of it is named, without recording and prints its speed and the hash of its history. */
import { createHash } from "node:crypto";
import { loadEngine, SIMD, TFJS_BACKENDS, Trainer } from "@ablate/core";
import { isWorkload, loadWorkload } from "./workloads.ts";

const CHUNK = 64;
const WARM_UP = 1000;

const [name = "", steps = "", wanted] = process.argv.slice(2);
const backend = TFJS_BACKENDS.find((one) => one === wanted);
const engine = backend === undefined ? SIMD : await loadEngine("tfjs", backend);
if (!isWorkload(name)) throw new RangeError(`no workload ${name}`);
measure(name, Math.min(WARM_UP, Number(steps)));
process.stdout.write(`${JSON.stringify(measure(name, Number(steps)))}\n`);

function measure(workload: Parameters<typeof loadWorkload>[0], count: number) {
  const { spec, dataset } = loadWorkload(workload, count);
  const trainer = new Trainer(spec, dataset, { engine });
  const history = {
    loss: new Float64Array(count),
    lr: new Float64Array(count),
    ratios: new Float32Array(count * trainer.parameters.length),
  };
  const start = performance.now();
  for (let step = 0; step < count; step += CHUNK) {
    trainer.advance(history, Math.min(CHUNK, count - step), step);
  }
  const seconds = (performance.now() - start) / 1000;
  const hash = createHash("sha256").update(history.loss);
  for (const rows of [history.lr, history.ratios]) hash.update(rows);
  return { stepsPerSecond: count / seconds, sha256: hash.digest("hex") };
}
