/** Trains what coordinators hand out, on this machine, until it has to go. */
import { loadEngine, type TfjsBackend } from "@ablate/core";
import { CoreShares, ForkedLine } from "@ablate/runner";
import type { Taken, WorkerWire } from "../wire/worker-wire.ts";
import { tellOfTrouble } from "./database-news.ts";
import { type AttemptContext, HeldAttempt } from "./held-attempt.ts";
import { Leaving } from "./leaving.ts";
import { NamesFiles } from "./names-files.ts";
import { Outbox } from "./outbox.ts";
import { Queues } from "./queues.ts";
import type { RelayEnd } from "./relay.ts";
import { Signal } from "./signal.ts";
import { trainedOn } from "./trained-on.ts";
import { Waiting } from "./waiting.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

export type RemoteWorkerOptions = {
  readonly wire: WorkerWire;
  /** Runs that are trained at a time. */
  readonly workers: number;
  /** Cores that runs may use. */
  readonly cores: number;
  /** Threads by which every run is computed here. */
  readonly threads?: number | undefined;
  /** The backend of `tfjs` instead of the best one that works. */
  readonly backend?: TfjsBackend | undefined;
  /** Ends after so many runs. */
  readonly maxRuns?: number | undefined;
  /** Ends when there was nothing to train for so long. */
  readonly exitWhenIdleMs?: number | undefined;
  /** What the provenance of the runs calls this worker. */
  readonly name: string;
  /** Of this program, for the same. */
  readonly version: string;
  /** What schedulers say of this process, for the same. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A process that trains without a sign of life for so long has hung. */
  readonly silenceMs?: number;
  /** Runs have so long to make a checkpoint once the worker has to go. */
  readonly graceMs?: number;
  /** The worker has to go: runs make a checkpoint and are handed on. */
  readonly signal?: AbortSignal | undefined;
  /** At once: runs are given back as they are. */
  readonly killSignal?: AbortSignal | undefined;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
};

export type RemoteWorkerEnd = {
  readonly why: "evicted" | "killed" | "max runs" | "idle";
  /** Attempts that it has taken. */
  readonly runs: number;
};

/** Leases end after 10 s: two beats may be late before. */
const BEAT_MS = 3000;
/** A free worker asks for runs this often where nobody tells it that there are any. */
const ASK_AGAIN_MS = 2000;
/** News are of any worker's runs: so soon this one looks whether it is meant, once for all of them that came meanwhile. */
const OBEY_MS = 250;
const SILENCE_MS = 30_000;
/** What Slurm and Kubernetes give by default, or are told to give. */
const GRACE_MS = 60_000;

/**
 * Trains the runs that coordinators assign until the worker is told to stop, or has waited long enough.
 *
 * @throws EngineError - nothing trains on this machine
 * @throws DatabaseError - the database refuses something that another try cannot change
 */
export async function runWorker(options: RemoteWorkerOptions): Promise<RemoteWorkerEnd> {
  await loadEngine("simd");
  const worker = new RemoteWorker(options);
  try {
    return await worker.run();
  } finally {
    worker.close();
  }
}

class RemoteWorker {
  readonly #options: RemoteWorkerOptions;
  readonly #context: AttemptContext;
  readonly #lines: readonly ForkedLine[];
  readonly #free: ForkedLine[];
  readonly #held = new Set<HeldAttempt>();
  readonly #leaving: Leaving;
  readonly #waiting: Waiting;
  readonly #queues: Queues;
  /** Sent when a line is free, or there is news of the wire. */
  readonly #signal: Signal = new Signal();
  readonly #broken = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  readonly #endOfNews: () => void;
  #isObeying = false;
  #obeying: NodeJS.Timeout | undefined;
  #runs = 0;

  constructor(options: RemoteWorkerOptions) {
    const { wire, cores, threads, workers, onEvent } = options;
    this.#options = options;
    this.#lines = Array.from({ length: workers }, () => new ForkedLine());
    this.#free = [...this.#lines];
    this.#queues = new Queues(options.backend, (error) => onEvent({ event: "engine", error }));
    const room = new Signal();
    this.#context = {
      ...{ cores, threads, onEvent },
      backendOf: (queue) => this.#queues.backendOf(queue),
      trainedOn: { ...trainedOn(options.version, options.environment), worker: options.name },
      files: new NamesFiles(wire),
      outbox: new Outbox({ wire, news: room, onEvent }),
      shares: new CoreShares({ cores, asked: threads, waiting: () => 0 }),
      silenceMs: options.silenceMs ?? SILENCE_MS,
    };
    this.#waiting = new Waiting({ ...options, queues: this.#queues });
    this.#leaving = new Leaving({
      ...options,
      graceMs: options.graceMs ?? GRACE_MS,
      held: this.#held,
      onLeave: () => {
        this.#signal.send();
        this.#beat();
      },
    });
    wire.onNews(() => {
      this.#signal.send();
      room.send();
      this.#obeying ??= setTimeout(() => {
        this.#obeying = undefined;
        this.#do(this.#obey());
      }, OBEY_MS);
    });
    this.#endOfNews = tellOfTrouble(wire.database, onEvent);
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  run(): Promise<RemoteWorkerEnd> {
    for (const line of this.#lines) line.prepare();
    this.#leaving.listen();
    return Promise.race([this.#serve(), this.#broken.promise]);
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#obeying);
    this.#endOfNews();
    this.#leaving.close();
    for (const line of this.#lines) line.kill();
  }

  async #serve(): Promise<RemoteWorkerEnd> {
    this.#beat();
    for (;;) {
      const why = this.#whyDone();
      if (why !== null && this.#held.size === 0) return { why, runs: this.#runs };
      const line = why === null ? this.#free.pop() : undefined;
      if (line === undefined) {
        await this.#signal.wait(ASK_AGAIN_MS);
        continue;
      }
      const taken = await this.#take();
      if (taken !== null) {
        this.#do(this.#train(taken, line));
        continue;
      }
      this.#free.push(line);
      await this.#leaving.unlessGone(this.#waiting.ask());
      await this.#signal.wait(ASK_AGAIN_MS);
    }
  }

  #whyDone(): RemoteWorkerEnd["why"] | null {
    if (this.#leaving.why !== null) return this.#leaving.why;
    const { maxRuns = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#runs >= maxRuns) return "max runs";
    return this.#waiting.leftMs <= 0 ? "idle" : null;
  }

  /** Asks for a run; what comes when this worker does not wait for it any more goes back. */
  async #take(): Promise<Taken | null> {
    const { wire } = this.#options;
    const taking = wire.take(this.#queues.names);
    const taken = await this.#leaving.unlessGone(taking, this.#waiting.leftMs);
    if (taken !== undefined) return taken;
    taking.then((late) => late && wire.fail(late.job, "its worker has ended")).catch(() => {});
    return null;
  }

  async #train(taken: Taken, line: ForkedLine): Promise<void> {
    this.#runs += 1;
    this.#waiting.end();
    const held = new HeldAttempt(taken, line, this.#context);
    this.#held.add(held);
    this.#options.onEvent({ event: "taken", run: taken.run });
    if (this.#leaving.why !== null) held.stop("evicted");
    const end = await held.train();
    await this.#leaving.unlessGivenUp(this.#giveBack(taken.job, end));
    this.#held.delete(held);
    this.#free.push(line);
    if (this.#held.size === 0) this.#waiting.begin();
    this.#signal.send();
  }

  #giveBack(job: string, end: RelayEnd): Promise<void> {
    const { wire } = this.#options;
    return end.kind === "lost" ? wire.fail(job, end.cause) : wire.finish(job);
  }

  /** Keeps the leases, says what is trained, and does what coordinators order. */
  #beat(): void {
    const { wire } = this.#options;
    const held = [...this.#held];
    const runs = held.map(({ taken, stepsPerSecond }) => ({ run: taken.run, stepsPerSecond }));
    const waitsFor = this.#context.outbox.isFull ? "outbox" : null;
    const isLeaving = this.#leaving.why !== null;
    // None waits for another: a lease does not last as long as a connection that has died may be waited for.
    this.#do(wire.beat(held.map(({ taken }) => taken.job)));
    this.#do(wire.present({ runs, isLeaving, waitsFor }));
    this.#do(this.#obey());
  }

  async #obey(): Promise<void> {
    if (this.#isObeying || this.#held.size === 0) return;
    this.#isObeying = true;
    try {
      const held = new Map([...this.#held].map((one) => [one.taken.attempt, one]));
      for (const { attempt, stop, isOver } of await this.#options.wire.orders([...held.keys()])) {
        if (isOver) held.get(attempt)?.abandon({ kind: "over" });
        else if (stop !== null) held.get(attempt)?.stop(stop);
      }
    } finally {
      this.#isObeying = false;
    }
  }

  /** Ends the worker where this fails: what the wire does not wait for is not to be waited for. */
  #do(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#broken.reject(error));
  }
}
