/** Run as a user whom the system limits: trains wide nets while no more threads are allowed, and prints what it sees. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { Trainer } from "../src/index.ts";
import { makeNames, makeSpec } from "./make.ts";

const spec = makeSpec({ model: { hidden: [256] }, train: { batchSize: 32, steps: 4 } });
const trainer = new Trainer(spec, makeNames(), { mostThreads: 3 });
const { team } = trainer;
const threads = readdirSync("/proc/self/task").length;
execFileSync("prlimit", ["--pid", String(process.pid), `--nproc=${threads}`]);
team?.want(3);
const buffer = {
  loss: new Float64Array(4),
  lr: new Float64Array(4),
  ratios: new Float32Array(4 * trainer.parameters.length),
};
const steps = trainer.advance(buffer, 4);
trainer.dispose();
process.stdout.write(JSON.stringify({ steps, size: team?.size, refusal: team?.refusal }));
