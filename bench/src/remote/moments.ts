/** How long until a worker has what it is to train: an attempt just handed out, and one whose worker was killed. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CoordinatorWire, queueName, readAddress, WorkerWire } from "@ablate/remote";
import { gridArguments, type Load } from "./loads.ts";
import type { Place } from "./place.ts";
import { Ablate } from "./processes.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";

/** As large as a checkpoint of the two-layer net makes it. */
const REQUEST_BYTES = 60_000;
const MAX_OUTBOX = 1e9;
const POLL_MS = 20;
/** Steps of a run that does not end meanwhile. */
const ENDLESS = 10_000_000;

/** From handing an attempt out until its request is at a worker that waits for one. */
export async function claimToStart(place: Place, times: number): Promise<Quantiles> {
  const address = readAddress(place.url, {});
  const queue = queueName("simd");
  const here = { host: hostname(), pid: process.pid, version: "0.0.0" };
  const store = { store: randomUUID(), grid: "bench", maxOutbox: MAX_OUTBOX };
  const coordinator = await CoordinatorWire.open(address, { ...here, ...store });
  const machine = { name: "bench", cpu: null, os: process.platform, node: process.versions.node };
  const facts = { ...here, ...machine, id: randomUUID(), slots: 1, queues: [queue] };
  const worker = await WorkerWire.open(address, facts);
  const ms: number[] = [];
  let news = Promise.withResolvers<void>();
  worker.onNews(() => news.resolve());
  try {
    for (let i = 0; i < times; i++) {
      const run = { runHash: String(i), run: `bench/${i}`, queue, token: "bench" };
      const begin = performance.now();
      const handed = coordinator.handOut({
        ...{ ...run, dataHash: "none" },
        request: Buffer.alloc(REQUEST_BYTES),
      });
      for (;;) {
        news = Promise.withResolvers();
        const taken = await worker.take([queue]);
        if (taken === null) {
          await news.promise;
          continue;
        }
        ms.push(performance.now() - begin);
        await handed;
        await worker.finish(taken.job);
        await coordinator.revoke(taken.attempt);
        break;
      }
    }
  } finally {
    await worker.close();
    await coordinator.close();
    await place.run("drop schema if exists ablate cascade");
  }
  return quantilesOf(ms);
}

/** Seconds from `kill -9` of a worker until another one, which is idle, has its run. */
export async function killToStart(place: Place, short: Load): Promise<number> {
  const load = { ...short, steps: ENDLESS };
  const args = ["run", ...gridArguments(load, 1), "--on", place.url, "--store", place.newStore()];
  const coordinator = new Ablate(args, { cwd: place.folder });
  const workers: Ablate[] = [];
  try {
    await coordinator.until(({ event }) => event === "planned");
    for (let i = 0; i < 2; i++) {
      workers.push(new Ablate(["worker", place.url], { cwd: place.folder }));
    }
    await coordinator.until(({ event }) => event === "progress");
    const busy =
      "select facts->>'pid' from ablate.worker where jsonb_array_length(state->'runs') > 0";
    let pid = Number.NaN;
    while (Number.isNaN(pid)) {
      pid = await place.number(busy);
      await sleep(POLL_MS);
    }
    await place.run("create table public.before as select id from ablate.attempt");
    process.kill(pid, "SIGKILL");
    const begin = performance.now();
    const isElsewhere =
      "select count(*) from ablate.attempt where worker is not null and id not in (select id from public.before)";
    while ((await place.number(isElsewhere)) === 0) await sleep(POLL_MS);
    return (performance.now() - begin) / 1000;
  } finally {
    for (const one of workers) await one.end("SIGKILL");
    await coordinator.end("SIGKILL");
    await place.run("drop table if exists public.before");
    await place.run("drop schema if exists ablate cascade");
  }
}
