/**
 * `pnpm bench:threads`: steps per second of wide nets by one thread and by more, chunk by chunk in turn in one process,
 * so that both meet the same machine. Best deciles: of chunks in which every core was free.
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Trainer } from "@ablate/core";
import { guarded, OUTPUT_OPTIONS, print, say } from "./command.ts";
import { positive } from "./machine.ts";
import { conditionsOf, type ThreadsReport } from "./report.ts";
import { aboutLine, threadsTable } from "./speed-tables.ts";
import { joined } from "./team.ts";
import { ratesOf } from "./timings.ts";
import { lengthOf, loadWorkload, matrixFlops } from "./workloads.ts";

const NETS = "256,256/32 512,512/32 512,512/128 512,512/512 1024,1024/512";
/** Of all chunks of one net. */
const SECONDS = 2;

await guarded(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: NETS },
      threads: { type: "string", default: String(availableParallelism()) },
      ...OUTPUT_OPTIONS,
    },
  });
  const threads = positive("threads", values.threads);
  const before = loadavg()[0] ?? 0;
  const nets: ThreadsReport["nets"][number][] = [];
  for (const net of values.only.split(" ")) {
    say(`${net} ...`);
    const [one, more] = await measure(net, threads);
    nets.push({ net, one, more });
  }
  const report: ThreadsReport = { ...conditionsOf(1, before), core: null, threads, nets };
  print(
    { name: "threads", report },
    { about: aboutLine(report), tables: [threadsTable(report)] },
    values,
  );
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
