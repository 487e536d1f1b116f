/** Two workers of this machine against two that speak to a Postgres beside them, by the same grid. */
import { gridArguments, type Load } from "./loads.ts";
import type { Place } from "./place.ts";
import { Ablate } from "./processes.ts";

const WORKERS = 2;
/** So many that both workers have a run. */
const FIRST_STEPS = 20_000;

/** Steps a second of the whole grid, from its plan to its end. */
export async function localRate(place: Place, load: Load, runs: number): Promise<number> {
  const store = ["--store", place.newStore(), "--workers", String(WORKERS), "--threads", "1"];
  const grid = new Ablate(["run", ...gridArguments(load, runs), ...store], { cwd: place.folder });
  return await rateOf(grid, load, runs);
}

/** The same by two workers that wait already, one run each at a time: they have trained another grid before. */
export async function remoteRate(place: Place, load: Load, runs: number): Promise<number> {
  const start = (of: Load, count: number): Ablate => {
    const store = ["--store", place.newStore(), "--threads", "1", "--on", place.url];
    return new Ablate(["run", ...gridArguments(of, count), ...store], { cwd: place.folder });
  };
  const first = start({ ...load, steps: FIRST_STEPS }, WORKERS);
  await first.until(({ event }) => event === "planned");
  const workers = Array.from(
    { length: WORKERS },
    () => new Ablate(["worker", place.url, "--threads", "1"], { cwd: place.folder }),
  );
  try {
    await first.end();
    return await rateOf(start(load, runs), load, runs);
  } finally {
    for (const worker of workers) await worker.end("SIGKILL");
    await place.run("drop schema if exists ablate cascade");
  }
}

/** From the first start of a run, when all processes are there, to the end. */
async function rateOf(grid: Ablate, load: Load, runs: number): Promise<number> {
  const { atMs: begin } = await grid.until(({ event }) => event === "started");
  const { atMs: end } = await grid.until(({ event }) => event === "done");
  await grid.end();
  return (runs * load.steps) / ((end - begin) / 1000);
}
