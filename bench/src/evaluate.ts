/** `evaluate.ts NET TIMES [--checkout FOLDER]`: processor seconds of evaluating all splits, each time that it is done. */
import { parseArgs } from "node:util";
import { openCheckout } from "./checkout.ts";
import { cpuMs } from "./cpu-time.ts";
import { loadWorkload } from "./workloads.ts";

const STEPS = 100;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { checkout: { type: "string" } },
});
const [net = "", times = ""] = positionals;
const checkout = await openCheckout(values.checkout);
const { spec, dataset } = loadWorkload(net, STEPS, checkout);
const trainer = new checkout.core.Trainer(spec, dataset);
const ratios = new Float32Array(STEPS * trainer.parameters.length);
trainer.advance({ loss: new Float64Array(STEPS), lr: new Float64Array(STEPS), ratios }, STEPS);
trainer.evaluate(); // not measured: V8 compiles
const seconds = Array.from({ length: Number(times) }, () => cpuMs(() => trainer.evaluate()) / 1000);
process.stdout.write(`${JSON.stringify(seconds)}\n`);
