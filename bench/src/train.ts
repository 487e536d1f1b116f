/**
 * `train.ts NET STEPS [BACKEND] [--chunk N] [--threads N] [--checkout FOLDER]`: trains without recording, by the
 * engine tfjs if a backend of it is named, by the sources of another checkout if its folder is; prints the seconds of
 * each chunk of steps and the hash of the history.
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { openCheckout } from "./checkout.ts";
import { joined } from "./team.ts";
import { loadWorkload } from "./workloads.ts";

const WARM_UP = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chunk: { type: "string", default: "64" },
    threads: { type: "string", default: "1" },
    checkout: { type: "string" },
  },
});
const [net = "", steps = "", wanted] = positionals;
const chunk = Number(values.chunk);
const threads = Number(values.threads);
const checkout = await openCheckout(values.checkout);
const { TFJS_BACKENDS, loadEngine, SIMD, Trainer } = checkout.core;
const backend = TFJS_BACKENDS.find((one) => one === wanted);
const engine = backend === undefined ? SIMD : await loadEngine("tfjs", backend);
await measure(Math.min(WARM_UP, Number(steps)));
process.stdout.write(`${JSON.stringify(await measure(Number(steps)))}\n`);

async function measure(count: number) {
  const { spec, dataset } = loadWorkload(net, count, checkout);
  const trainer = new Trainer(spec, dataset, { engine, mostThreads: threads });
  if (threads > 1) await joined(trainer, threads);
  const history = {
    loss: new Float64Array(count),
    lr: new Float64Array(count),
    ratios: new Float32Array(count * trainer.parameters.length),
  };
  const seconds: number[] = [];
  const before = process.cpuUsage();
  for (let step = 0; step < count; step += chunk) {
    const start = performance.now();
    const made = trainer.advance(history, Math.min(chunk, count - step), step);
    // The rest of a run is no whole chunk.
    if (made === chunk) seconds.push((performance.now() - start) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  trainer.dispose();
  const hash = createHash("sha256").update(history.loss);
  for (const rows of [history.lr, history.ratios]) hash.update(rows);
  const recent = history.loss.slice(-Math.max(chunk, Math.floor(count / 5)));
  return {
    chunk,
    seconds,
    cpuPerStep: (user + system) / 1e6 / count,
    loss: recent.reduce((sum, loss) => sum + loss, 0) / recent.length,
    version: engine.version ?? process.versions.node,
    sha256: hash.digest("hex"),
  };
}
