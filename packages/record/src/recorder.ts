/** Brings the logs below some files and folders into a store, and follows them where that is asked for. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setImmediate as breathe, setTimeout as delay } from "node:timers/promises";
import {
  type Claim,
  collectEarly,
  RetryingWriter,
  type StorageError,
  type StoreWriter,
} from "@ablate/store";
import { Discoverer } from "./discover.ts";
import type { FoundLog } from "./log.ts";
import type { RecordEvent } from "./record-event.ts";
import { RecordedLog } from "./recorded-log.ts";
import { logHash } from "./write-entries.ts";

export type RecordOptions = {
  readonly store: StoreWriter;
  /** Files and folders. */
  readonly paths: readonly string[];
  /** The column of tables that counts steps; unless given, the one whose name says so. */
  readonly stepColumn?: string | undefined;
  /** Goes on with what is written later, until `signal`. */
  readonly isFollowed?: boolean;
  /** Ends following once nothing new has come for so long. */
  readonly idleMs?: number | undefined;
  readonly signal?: AbortSignal;
  /** A store that takes nothing for so long is given up. */
  readonly storageTimeoutMs?: number | undefined;
  readonly onEvent?: (event: RecordEvent) => void;
  /** Files beside those of the store that this process must not open: it would give back its locks on them. */
  readonly leftOut?: readonly string[];
  /** Whether the store is a cache of these logs: runs whose logs are not there at the start are removed from it. */
  readonly isCache?: boolean;
  /** Hears every now and then how far it is. */
  readonly onRead?: (read: LogsRead) => void;
};

export type LogsRead = {
  readonly found: number;
  /** Logs that are read to their present end. */
  readonly read: number;
  /** Whether all that was there has been read once. */
  readonly isCaughtUp: boolean;
};

export type RecordOutcome = {
  /** Logs that were found. */
  readonly logs: number;
  /** Those of them that the store has a run of. */
  readonly runs: number;
  /** Files that were seen. */
  readonly files: number;
  /** Logs that another process records. */
  readonly held: number;
  /** Sentences about what could not be recorded. */
  readonly troubles: number;
  /** Why nothing was written any more. */
  readonly trouble: StorageError | null;
};

/** A log shows a little of itself before any is read in full. */
const FIRST_BUDGET = 64 * 1024;
const MOST_BUDGET = 4 * 1024 * 1024;

/** Milliseconds between two polls of files that are followed. */
const POLL_MS = 500;

/** A walk over many folders may take a tenth of the time. */
const WALKS_APART = 10;

export const BEAT_EVERY_MS = 2000;
const READ_EVERY_MS = 200;

/** As of training: `ablate run --storage-timeout`. */
export const STORAGE_TIMEOUT_MS = 60_000;

/** Records what is there, and, where it is followed, what comes. */
export async function recordLogs(options: RecordOptions): Promise<RecordOutcome> {
  collectEarly();
  const recorder = new Recorder(options);
  try {
    return await recorder.run();
  } finally {
    recorder.close();
  }
}

class Recorder {
  readonly #options: RecordOptions;
  readonly #store: RetryingWriter;
  readonly #discoverer: Discoverer;
  readonly #claim: Claim = { token: randomUUID(), pid: process.pid, host: hostname() };
  readonly #logs = new Map<string, RecordedLog>();
  readonly #told = new Set<string>();
  #troubles = 0;
  #files = 0;
  #nextWalk = 0;
  #hasForgotten = false;
  #nextBeat = 0;
  #nextRead = 0;

  constructor(options: RecordOptions) {
    this.#options = options;
    const {
      store,
      storageTimeoutMs = STORAGE_TIMEOUT_MS,
      signal,
      paths,
      stepColumn = null,
      leftOut = [],
    } = options;
    const onEvent = (event: RecordEvent): void => this.#tell(event);
    const retry = { store, limitMs: storageTimeoutMs, killSignal: signal, onEvent };
    this.#store = new RetryingWriter(retry);
    this.#discoverer = new Discoverer(paths, { stepColumn }, [...store.files, ...leftOut]);
  }

  async run(): Promise<RecordOutcome> {
    try {
      await this.#follow();
      for (const log of this.#logs.values()) await log.settle(false);
    } catch (error) {
      if (this.#store.givenUp === null) throw error;
    }
    const logs = [...this.#logs.values()];
    return {
      logs: logs.length,
      runs: logs.filter(({ isRun }) => isRun).length,
      files: this.#files,
      held: logs.filter(({ isHeldByOther }) => isHeldByOther).length,
      troubles: this.#troubles,
      trouble: this.#store.givenUp,
    };
  }

  close(): void {
    for (const log of this.#logs.values()) log.close();
  }

  async #follow(): Promise<void> {
    const { isFollowed = false, signal, idleMs = Number.POSITIVE_INFINITY } = this.#options;
    let budget = FIRST_BUDGET;
    let newsAt = performance.now();
    while (signal?.aborted !== true) {
      await this.#find();
      const isNews = await this.#round(budget);
      this.#tellRead(!isNews);
      if (isNews) {
        newsAt = performance.now();
        budget = Math.min(2 * budget, MOST_BUDGET);
        continue;
      }
      budget = FIRST_BUDGET;
      if (!isFollowed || performance.now() - newsAt >= idleMs) return;
      for (const log of this.#logs.values()) await log.settle(true);
      await this.#beat();
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }

  /** Records a part of each log that may have more. Returns whether any had. */
  async #round(budget: number): Promise<boolean> {
    let isNews = false;
    for (const log of this.#logs.values()) {
      if (this.#options.signal?.aborted === true) return false;
      if (!log.mayHaveMore) continue;
      isNews = (await log.advance(budget)) || isNews;
      await this.#beat();
      if (performance.now() >= this.#nextRead) this.#tellRead(false);
      await breathe();
    }
    return isNews;
  }

  async #find(): Promise<void> {
    const began = performance.now();
    if (began < this.#nextWalk) return;
    const { logs, troubles, files } = this.#discoverer.discover();
    this.#nextWalk = began + Math.max(POLL_MS, WALKS_APART * (performance.now() - began));
    this.#files = files;
    for (const message of troubles) this.#once(message);
    await this.#forgetOthers(logs);
    const unknown = logs.filter(({ identity }) => !this.#logs.has(identity));
    for (const log of logs) this.#logs.get(log.identity)?.replace(log);
    await this.#dropGone(new Set(logs.map(({ identity }) => identity)));
    if (unknown.length === 0) return;
    await this.#add(unknown);
    this.#tell({ event: "found", logs: this.#logs.size });
  }

  async #add(logs: readonly FoundLog[]): Promise<void> {
    const hashes = logs.map(logHash);
    const known = await this.#store.write((writer) => writer.recordedRuns(hashes));
    const options = {
      store: this.#store,
      claim: this.#claim,
      onEvent: (event: RecordEvent): void => this.#tell(event),
    };
    for (const [i, log] of logs.entries()) {
      this.#logs.set(log.identity, new RecordedLog(log, known.get(hashes[i] ?? ""), options));
    }
  }

  /** Removes from a cache, once, the runs whose logs went while nobody looked. */
  async #forgetOthers(logs: readonly FoundLog[]): Promise<void> {
    if (this.#hasForgotten || this.#options.isCache !== true) return;
    this.#hasForgotten = true;
    await this.#store.write((writer) => writer.forgetOthers(logs.map(logHash)));
  }

  /** Ends runs whose logs are there no more. */
  async #dropGone(there: ReadonlySet<string>): Promise<void> {
    for (const [identity, log] of this.#logs) {
      if (there.has(identity)) continue;
      await log.settle(false);
      log.close();
      this.#logs.delete(identity);
    }
  }

  /** Gives a sign of life for the runs that are recorded. */
  async #beat(): Promise<void> {
    const now = performance.now();
    if (now < this.#nextBeat) return;
    this.#nextBeat = now + BEAT_EVERY_MS;
    const held = [...this.#logs.values()].flatMap(({ heldRun }) => heldRun ?? []);
    if (held.length > 0) await this.#store.write((writer) => writer.beat(held));
  }

  #tellRead(isCaughtUp: boolean): void {
    const { onRead } = this.#options;
    if (onRead === undefined) return;
    this.#nextRead = performance.now() + READ_EVERY_MS;
    const logs = [...this.#logs.values()];
    const read = logs.filter(({ mayHaveMore }) => !mayHaveMore).length;
    onRead({ found: logs.length, read, isCaughtUp });
  }

  #once(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#tell({ event: "trouble", run: null, message });
  }

  #tell(event: RecordEvent): void {
    if (event.event === "trouble") this.#troubles += 1;
    this.#options.onEvent?.(event);
  }
}
