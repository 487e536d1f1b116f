/**
 * Workers that train nothing, many in one process: each takes runs as a worker does and sends the messages of a recorded
 * run, at their own pace or as fast as they are taken. Stands still as a worker does while four are not acknowledged.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { queueName, readAddress, type Taken, WorkerWire } from "@ablate/remote";
import { loadRecording, type Recording } from "./recording.ts";

export type PoolOrder = {
  readonly url: string;
  readonly workers: number;
  /** A file of `saveRecording`. */
  readonly recording: string;
  readonly isPaced: boolean;
};

/** What all of them have done since they are there. */
export type PoolTally = {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly messages: number;
  readonly bytes: number;
  readonly steps: number;
  readonly runs: number;
  /** Workers that have a run now. */
  readonly busy: number;
  /** Times that the outbox was full. */
  readonly full: number;
  /** Milliseconds of all workers in which their training stood still, for messages that were not acknowledged. */
  readonly stillMs: number;
  /** Milliseconds of all workers without a run. */
  readonly idleMs: number;
  /** Each message, until it was committed. */
  readonly putMs: readonly number[];
  /** From the end of a run until the next was there, where one followed at once. */
  readonly nextMs: readonly number[];
};

/** As a worker's outlet. */
const MOST_OPEN = 4;
const BEAT_MS = 3000;
/** How often a worker without a run polls. */
const POLL_MS = 1000;
const FULL_MS = 500;

type Mutable = {
  -readonly [key in keyof PoolTally]: PoolTally[key] extends number ? number : number[];
};

const tally: Mutable = {
  ...{ atMs: 0, cpuMs: 0, messages: 0, bytes: 0, steps: 0, runs: 0, busy: 0, full: 0, stillMs: 0 },
  idleMs: 0,
  ...{ putMs: [], nextMs: [] },
};

const pool: SimulatedWorker[] = [];

class SimulatedWorker {
  readonly #wire: WorkerWire;
  readonly #recording: Recording;
  readonly #isPaced: boolean;
  #taken: Taken | null = null;
  /** Milliseconds without a run, but for those since the last one. */
  #idleMs = 0;
  #idleSince: number | null = performance.now();

  constructor(wire: WorkerWire, recording: Recording, isPaced: boolean) {
    this.#wire = wire;
    this.#recording = recording;
    this.#isPaced = isPaced;
  }

  get idleMs(): number {
    return this.#idleMs + (this.#idleSince === null ? 0 : performance.now() - this.#idleSince);
  }

  async work(): Promise<never> {
    const signal = new Signal();
    this.#wire.onNews(() => signal.send());
    this.#present();
    setInterval(() => this.#present(), BEAT_MS);
    const queues = [queueName("simd")];
    let ended: number | null = null;
    for (;;) {
      const taken = await this.#wire.take(queues);
      if (taken === null) {
        await signal.wait(POLL_MS);
        continue;
      }
      if (ended !== null) tally.nextMs.push(performance.now() - ended);
      this.#idleMs = this.idleMs;
      this.#idleSince = null;
      this.#taken = taken;
      tally.busy += 1;
      await this.#send(taken);
      await this.#wire.finish(taken.job);
      ended = performance.now();
      this.#idleSince = ended;
      tally.busy -= 1;
      tally.runs += 1;
      this.#taken = null;
    }
  }

  #present(): void {
    const taken = this.#taken;
    const runs = taken === null ? [] : [{ run: taken.run, stepsPerSecond: null }];
    void this.#wire.present({ runs, isLeaving: false, waitsFor: null });
    if (taken !== null) void this.#wire.beat([taken.job]);
  }

  /** Sends all messages; those of a run whose coordinator does not want it any more are dropped. */
  async #send({ attempt }: Taken): Promise<void> {
    let begin = performance.now();
    const open = new Set<Promise<void>>();
    let isOver = false;
    for (const [seq, { ms, body, steps }] of this.#recording.messages.entries()) {
      if (this.#isPaced) await sleep(Math.max(0, begin + ms - performance.now()));
      const due = performance.now();
      while (open.size >= MOST_OPEN) await Promise.race(open);
      const still = performance.now() - due;
      tally.stillMs += still;
      begin += still;
      if (isOver) return;
      const put = this.#put(attempt, seq, body).then((isStored) => {
        open.delete(put);
        isOver ||= !isStored;
        tally.messages += 1;
        tally.bytes += body.length;
        tally.steps += steps;
      });
      open.add(put);
    }
    await Promise.all(open);
  }

  async #put(attempt: string, seq: number, body: Buffer): Promise<boolean> {
    const began = performance.now();
    for (;;) {
      const outcome = await this.#wire.put(attempt, seq, body);
      if (outcome === "full") {
        tally.full += 1;
        await sleep(FULL_MS);
        continue;
      }
      tally.putMs.push(performance.now() - began);
      return outcome === "stored";
    }
  }
}

/** Wakes a task that waits, or the next one that will. */
class Signal {
  #news = Promise.withResolvers<void>();

  send(): void {
    this.#news.resolve();
  }

  async wait(ms: number): Promise<void> {
    const timer = setTimeout(() => this.send(), ms);
    await this.#news.promise;
    clearTimeout(timer);
    this.#news = Promise.withResolvers();
  }
}

async function start({ url, workers, recording: file, isPaced }: PoolOrder): Promise<void> {
  const recording = loadRecording(file);
  const address = readAddress(url, {});
  for (let i = 0; i < workers; i++) {
    const id = randomUUID();
    const facts = { id, host: hostname(), pid: process.pid, name: `simulated-${i}`, cpu: null };
    const versions = { os: process.platform, node: process.versions.node, version: "0.0.0" };
    const what = { slots: 1, queues: [queueName("simd")] };
    const wire = await WorkerWire.open(
      address,
      { ...facts, ...versions, ...what },
      { isPatient: true },
    );
    const worker = new SimulatedWorker(wire, recording, isPaced);
    pool.push(worker);
    void worker.work();
  }
  process.send?.("ready");
}

process.on("message", (message: PoolOrder | "tally") => {
  if (message === "tally") {
    const { user, system } = process.cpuUsage();
    tally.idleMs = pool.reduce((sum, { idleMs }) => sum + idleMs, 0);
    process.send?.({ ...tally, atMs: performance.now(), cpuMs: (user + system) / 1000 });
    tally.putMs = [];
    tally.nextMs = [];
    return;
  }
  start(message).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit());
