/** One grid in parts: coordinators with a store each, on one Postgres, and workers that send recorded runs as fast as they go. */
import type { Load } from "../remote/loads.ts";
import { gridArguments } from "../remote/loads.ts";
import type { Place } from "../remote/place.ts";
import { Ablate, SimulatedPool } from "../remote/processes.ts";

export type Shards = {
  readonly coordinators: number;
  readonly workers: number;
  readonly runs: number;
  readonly steps: number;
  readonly seconds: number;
  /** Processor seconds of all coordinators together, and of Postgres. */
  readonly coordinatorCpu: number;
  readonly postgresCpu: number;
};

export type ShardsOptions = {
  readonly load: Load;
  readonly recording: string;
  readonly coordinators: number;
  readonly workers: number;
  /** Of each coordinator. */
  readonly runs: number;
};

/** Takes the parts to their end. */
export async function trainShards(
  place: Place,
  { load, recording, coordinators, workers, runs }: ShardsOptions,
): Promise<{ readonly shards: Shards; readonly stores: readonly string[] }> {
  const stores = Array.from({ length: coordinators }, () => place.newStore());
  const all = stores.map((store, i) => {
    const args = gridArguments(load, runs, 1 + i * runs);
    return new Ablate(["run", ...args, "--on", place.url, "--store", store], { cwd: place.folder });
  });
  await Promise.all(all.map((one) => one.until(({ event }) => event === "planned")));
  const before = place.cpuSeconds;
  const pool = await SimulatedPool.start({ url: place.url, workers, recording, isPaced: false });
  try {
    const begin = performance.now();
    const cpu = all.map((one) => one.cpuSeconds);
    const used = await Promise.all(
      all.map(async (one, i) => {
        let last = cpu[i] ?? 0;
        // Read while it is there: after its end nobody tells any more.
        const timer = setInterval(() => {
          last = readOr(() => one.cpuSeconds, last);
        }, 50);
        await one.until(({ event }) => event === "done");
        clearInterval(timer);
        return last - (cpu[i] ?? 0);
      }),
    );
    const seconds = (performance.now() - begin) / 1000;
    const postgresCpu = place.cpuSeconds - before;
    await Promise.all(all.map((one) => one.end()));
    const coordinatorCpu = used.reduce((sum, one) => sum + one, 0);
    const total = coordinators * runs;
    return {
      shards: {
        ...{ coordinators, workers, runs: total, steps: total * load.steps, seconds },
        ...{ coordinatorCpu, postgresCpu },
      },
      stores,
    };
  } finally {
    await pool.end();
    await place.run("drop schema if exists ablate cascade");
  }
}

function readOr(read: () => number, otherwise: number): number {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
