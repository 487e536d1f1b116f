/** Records frames that come through a pipe. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { RetryingWriter } from "@ablate/store";
import { logOf, openFrames } from "./frames/frames-format.ts";
import { LogError } from "./log-error.ts";
import { PipeSource } from "./pipe-source.ts";
import type { RecordEvent } from "./record-event.ts";
import { RecordedLog } from "./recorded-log.ts";
import {
  BEAT_EVERY_MS,
  type RecordOptions,
  type RecordOutcome,
  STORAGE_TIMEOUT_MS,
} from "./recorder.ts";
import { logHash } from "./write-entries.ts";

/** Frames are taken as they come; a long one is waited for. */
const BUDGET = 4 * 1024 * 1024;

export type PipeOptions = Omit<RecordOptions, "paths" | "isFollowed" | "idleMs" | "stepColumn"> & {
  readonly input: AsyncIterable<Uint8Array>;
};

/**
 * Records a pipe to its end; without a frame that says so the run was interrupted.
 *
 * @throws LogError - if it does not begin as frames do
 */
export async function recordPipe(options: PipeOptions): Promise<RecordOutcome> {
  const { store, storageTimeoutMs = STORAGE_TIMEOUT_MS, signal, input } = options;
  let troubles = 0;
  const onEvent = (event: RecordEvent): void => {
    if (event.event === "trouble") troubles += 1;
    options.onEvent?.(event);
  };
  const retry = { store, limitMs: storageTimeoutMs, killSignal: signal, onEvent };
  const pipe = new Pipe(new RetryingWriter(retry), onEvent);
  const outcome = (trouble: RecordOutcome["trouble"]): RecordOutcome => ({
    ...{ logs: 1, runs: 1, files: 1, held: Number(pipe.isHeldByOther), troubles, trouble },
  });
  const beats = setInterval(pipe.beat, BEAT_EVERY_MS);
  try {
    for await (const bytes of input) {
      await pipe.take(bytes);
      if (signal?.aborted === true) break;
    }
    await pipe.end();
    return outcome(null);
  } catch (error) {
    if (pipe.givenUp === null) throw error;
    return outcome(pipe.givenUp);
  } finally {
    clearInterval(beats);
  }
}

class Pipe {
  readonly #source = new PipeSource();
  readonly #store: RetryingWriter;
  readonly #onEvent: (event: RecordEvent) => void;
  readonly #claim = { token: randomUUID(), pid: process.pid, host: hostname() };
  #log: RecordedLog | null = null;

  constructor(store: RetryingWriter, onEvent: (event: RecordEvent) => void) {
    this.#store = store;
    this.#onEvent = onEvent;
  }

  get givenUp(): RecordOutcome["trouble"] {
    return this.#store.givenUp;
  }

  get isHeldByOther(): boolean {
    return this.#log?.isHeldByOther ?? false;
  }

  async take(bytes: Uint8Array): Promise<void> {
    this.#source.push(bytes);
    this.#log ??= await this.#begin();
    if (this.#log === null) return;
    while (await this.#log.advance(BUDGET)) {
      // Until no whole frame is left.
    }
    this.#source.drop(this.#log.readTo);
  }

  async end(): Promise<void> {
    if (this.#log === null) throw new LogError("standard input: it ends within its first frame");
    await this.#log.settle(false);
    this.#log.close();
  }

  readonly beat = (): void => {
    const held = this.#log?.heldRun ?? null;
    if (held !== null) this.#store.attempt((writer) => void writer.beat([held]));
  };

  async #begin(): Promise<RecordedLog | null> {
    // Another pipe may have had less of the same run: its place is known by the run, not by this name.
    const name = `standard input of process ${process.pid}`;
    const file = openFrames(name, this.#source);
    if (file === undefined) return null;
    if ("trouble" in file) throw new LogError(file.trouble);
    const found = logOf([file]);
    const hash = logHash(found);
    const known = await this.#store.write((writer) => writer.recordedRuns([hash]));
    const options = { store: this.#store, claim: this.#claim, onEvent: this.#onEvent };
    return new RecordedLog(found, known.get(hash), options);
  }
}
