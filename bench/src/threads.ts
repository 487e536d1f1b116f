/**
 * `pnpm bench:threads`: steps per second of wide nets by one thread and by more, chunk by chunk in turn in one process,
 * so that both meet the same machine. Best deciles: of chunks in which every core was free.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Trainer } from "@ablate/core";
import { guarded, say } from "./command.ts";
import { machine, positive } from "./machine.ts";
import { textOf } from "./table.ts";
import { joined } from "./team.ts";
import { ratesOf } from "./timings.ts";
import { lengthOf, loadWorkload, matrixFlops } from "./workloads.ts";

const NETS = "256,256/32 512,512/32 512,512/128 512,512/512 1024,1024/512";
/** Of all chunks of one net. */
const SECONDS = 2;

await guarded(async () => {
  const cores = availableParallelism();
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: NETS },
      threads: { type: "string", default: String(cores) },
    },
  });
  const threads = positive("threads", values.threads);
  const rows: string[][] = [];
  for (const net of values.only.split(" ")) {
    say(`${net} ...`);
    const [one, more] = await measure(net, threads);
    const ratios = [more.best / one.best, more.median / one.median];
    const rates = [one.best, more.best].map((rate) => rate.toFixed(0));
    rows.push([net, ...rates, ...ratios.map((ratio) => `${ratio.toFixed(2)}x`)]);
  }
  const { cpu, node } = machine();
  const title = `${cpu}, ${cores} cores, Node ${node}: steps/s of the best decile of chunks`;
  const head = ["net", "1 thread", `${threads} threads`, "gain", "gain by medians"];
  process.stdout.write(`${textOf({ title, head, rows })}\n`);
});

/** Trains a net by one thread and by more in turn. */
async function measure(net: string, threads: number) {
  const { chunk, steps } = lengthOf(flopsOf(net), SECONDS / 2);
  const { spec, dataset } = loadWorkload(net, 2 * steps + 2 * chunk);
  const trainer = new Trainer(spec, dataset, { mostThreads: threads });
  await joined(trainer, threads);
  const buffer = {
    loss: new Float64Array(chunk),
    lr: new Float64Array(chunk),
    ratios: new Float32Array(chunk * trainer.parameters.length),
  };
  const secondsOf = (size: number): number => {
    trainer.team?.want(size);
    const start = performance.now();
    trainer.advance(buffer, chunk);
    return (performance.now() - start) / 1000;
  };
  const sides = [1, threads].map((size) => ({ size, seconds: [] as number[] }));
  for (const { size } of sides) secondsOf(size); // V8 compiles
  for (let step = 0; step < steps; step += chunk) {
    for (const { size, seconds } of sides) seconds.push(secondsOf(size));
  }
  trainer.dispose();
  const [one, more] = sides.map(({ seconds }) => ratesOf({ chunk, seconds }));
  if (one === undefined || more === undefined) throw new RangeError("two sides were measured");
  return [one, more] as const;
}

function flopsOf(net: string): number {
  const { spec, dataset } = loadWorkload(net, 1);
  return matrixFlops(spec, dataset);
}
