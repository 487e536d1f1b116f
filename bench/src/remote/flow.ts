/** What comes through a coordinator in some seconds: simulated workers on one side, a real `ablate run --on` on the other. */
import { setTimeout as sleep } from "node:timers/promises";
import { gridArguments, type Load } from "./loads.ts";
import type { Place } from "./place.ts";
import { Ablate, SimulatedPool } from "./processes.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";

export type Flow = {
  readonly workers: number;
  readonly seconds: number;
  /** A second, committed in Postgres. */
  readonly messages: number;
  readonly bytes: number;
  readonly steps: number;
  /** Bytes a second that are in SQLite. */
  readonly drained: number;
  /** Bytes a second that lie in the outbox more than before. */
  readonly growth: number;
  /** Of the workers' time: their training stood still for messages that were not acknowledged. */
  readonly still: number;
  /** Of the workers' time: they had no run. */
  readonly idle: number;
  /** Times a second that a worker was told that the outbox is full. */
  readonly full: number;
  /** Processor seconds a second: of one core. */
  readonly cpu: Readonly<Record<"coordinator" | "postgres" | "workers", number>>;
  /** Milliseconds until a message is committed, and from a run's end to the next one's request. */
  readonly put: Quantiles;
  readonly next: Quantiles;
  /** Of workers and coordinator together. */
  readonly connections: number;
  /** Of the outbox on Postgres' disk, dead rows included: at its largest, and at the end. */
  readonly disk: { readonly most: number; readonly last: number };
};

export type FlowOptions = {
  readonly load: Load;
  readonly recording: string;
  readonly workers: number;
  readonly isPaced: boolean;
  readonly seconds: number;
  /** Before they count. */
  readonly settling?: number;
  readonly maxOutbox?: string;
  /** Dead rows of the outbox stay where they are. */
  readonly isUnvacuumed?: boolean;
};

const UNVACUUMED =
  "alter table ablate.outbox set (autovacuum_enabled = false, toast.autovacuum_enabled = false)";
const DISK_POLL_MS = 1000;
const BUSY_POLL_MS = 100;
/** Workers of short runs are never all busy. */
const MOST_STARTING_MS = 20_000;

/** More runs than are sent, however fast. */
const MOST_RUNS = 2000;

/** Measures a flow between two moments in which workers are busy. */
export async function measureFlow(place: Place, options: FlowOptions): Promise<Flow> {
  const { load, recording, workers, isPaced, seconds, settling = 1, maxOutbox } = options;
  const store = place.newStore();
  const limit = maxOutbox === undefined ? [] : ["--max-outbox", maxOutbox];
  const args = ["run", ...gridArguments(load, MOST_RUNS), "--on", place.url, ...limit];
  const coordinator = new Ablate([...args, "--store", store], { cwd: place.folder });
  try {
    await coordinator.until(({ event }) => event === "planned");
    const pool = await SimulatedPool.start({ url: place.url, workers, recording, isPaced });
    try {
      await coordinator.until(({ event }) => event === "started");
      if (options.isUnvacuumed === true) await place.run(UNVACUUMED);
      await allBusy(pool, workers);
      await sleep(settling * 1000);
      const measure = async () => ({
        tally: await pool.tally(),
        outbox: await place.number("select sum(length(body)) from ablate.outbox"),
        coordinator: coordinator.cpuSeconds,
        postgres: place.cpuSeconds,
      });
      const before = await measure();
      const disk = await watchDisk(place, seconds);
      const after = await measure();
      const connections = await place.number(
        "select count(*) - 1 from pg_stat_activity where backend_type = 'client backend'",
      );
      return flowBetween(before, after, { workers, connections, disk });
    } finally {
      await pool.end();
    }
  } finally {
    await coordinator.end("SIGKILL");
    await place.run("drop schema if exists ablate cascade");
  }
}

/** The first runs of many workers are handed out one after the other. */
async function allBusy(pool: SimulatedPool, workers: number): Promise<void> {
  const end = performance.now() + MOST_STARTING_MS;
  let { busy } = await pool.tally();
  while (busy < workers && performance.now() < end) {
    await sleep(BUSY_POLL_MS);
    busy = Math.max(busy, (await pool.tally()).busy);
  }
}

async function watchDisk(place: Place, seconds: number): Promise<Flow["disk"]> {
  const end = performance.now() + seconds * 1000;
  let [most, last] = [0, 0];
  while (performance.now() < end) {
    await sleep(Math.min(DISK_POLL_MS, end - performance.now()));
    last = await place.number("select pg_total_relation_size('ablate.outbox')");
    most = Math.max(most, last);
  }
  return { most, last };
}

type Reading = {
  readonly tally: Awaited<ReturnType<SimulatedPool["tally"]>>;
  readonly outbox: number;
  readonly coordinator: number;
  readonly postgres: number;
};

function flowBetween(
  before: Reading,
  after: Reading,
  known: Pick<Flow, "workers" | "connections" | "disk">,
): Flow {
  const seconds = (after.tally.atMs - before.tally.atMs) / 1000;
  const rate = (from: number, to: number): number => (to - from) / seconds;
  const tallied = (
    key: "messages" | "bytes" | "steps" | "full" | "stillMs" | "idleMs" | "cpuMs",
  ): number => rate(before.tally[key], after.tally[key]);
  const growth = rate(before.outbox, after.outbox);
  return {
    ...{ ...known, seconds, growth },
    ...{ messages: tallied("messages"), bytes: tallied("bytes"), steps: tallied("steps") },
    drained: tallied("bytes") - growth,
    still: tallied("stillMs") / 1000 / known.workers,
    idle: tallied("idleMs") / 1000 / known.workers,
    full: tallied("full"),
    cpu: {
      coordinator: rate(before.coordinator, after.coordinator),
      postgres: rate(before.postgres, after.postgres),
      workers: tallied("cpuMs") / 1000,
    },
    put: quantilesOf(after.tally.putMs),
    next: quantilesOf(after.tally.nextMs),
  };
}
