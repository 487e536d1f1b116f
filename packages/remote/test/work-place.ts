/** A coordinator on a real Postgres, and workers that train real runs for it. */
import { randomUUID } from "node:crypto";
import type { TrainMessage, WorkerMessage } from "@ablate/runner";
import { NAMES } from "@ablate/runner/test/run-make";
import { DATA_HASH, trainRequest } from "@ablate/runner/test/said";
import { onTestFinished, vi } from "vitest";
import type { Postgres } from "../../../testing/postgres.ts";
import { decodeWorkerMessage, encodeMessage, encodeNames } from "../src/codec/codec.ts";
import { readAddress } from "../src/database/address.ts";
import { CoordinatorWire } from "../src/wire/coordinator-wire.ts";
import { queueName } from "../src/wire/protocol.ts";
import { WorkerWire } from "../src/wire/worker-wire.ts";
import {
  type RemoteWorkerEnd,
  type RemoteWorkerOptions,
  runWorker,
} from "../src/worker/run-worker.ts";
import type { RemoteWorkerEvent } from "../src/worker/worker-event.ts";
import { workerFacts } from "../src/worker/worker-facts.ts";

export const PATIENCE = { timeout: 60_000, interval: 50 };

/** A coordinator of a store of its own, until the test is over. */
export async function coordinate(postgres: Postgres, maxOutbox = 1e9): Promise<CoordinatorWire> {
  const facts = { store: randomUUID(), grid: "small", host: "lab1", pid: 1, version: "1.0.0" };
  const wire = await CoordinatorWire.open(readAddress(postgres.url, {}), { ...facts, maxOutbox });
  await wire.putFile(DATA_HASH, encodeNames(NAMES));
  onTestFinished(() => wire.close());
  return wire;
}

/** Hands out a run; returns its attempt. */
export async function handOut(
  wire: CoordinatorWire,
  changes: Partial<TrainMessage> | Buffer = {},
  queue: string = queueName("simd"),
): Promise<string> {
  const request = Buffer.isBuffer(changes) ? changes : encodeMessage(trainRequest(changes));
  const runHash = randomUUID();
  const run = `small/${runHash.slice(0, 4)}`;
  const { id } = await wire.handOut({
    runHash,
    run,
    queue,
    token: "t",
    dataHash: DATA_HASH,
    request,
  });
  return id;
}

/** A worker in this process. */
export type Hired = {
  readonly events: readonly RemoteWorkerEvent[];
  readonly end: Promise<RemoteWorkerEnd>;
  /** Resolves once there is an event of this name. */
  readonly saw: (name: RemoteWorkerEvent["event"]) => Promise<RemoteWorkerEvent>;
};

export async function hire(
  postgres: Postgres,
  options: Partial<RemoteWorkerOptions> = {},
): Promise<Hired> {
  const facts = workerFacts("1.0.0", 1, {});
  const wire = await WorkerWire.open(readAddress(postgres.url, {}), facts);
  const events: RemoteWorkerEvent[] = [];
  const killing = new AbortController();
  const end = runWorker({
    ...{ wire, workers: 1, cores: 1, name: "lab2", version: "1.0.0", environment: {} },
    killSignal: killing.signal,
    ...options,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(async () => {
    killing.abort();
    await end;
    await wire.close();
  });
  const saw = (name: RemoteWorkerEvent["event"]): Promise<RemoteWorkerEvent> =>
    vi.waitFor(() => {
      const event = events.find((one) => one.event === name);
      if (event === undefined) throw new Error(`no ${name} in ${JSON.stringify(events)}`);
      return event;
    }, PATIENCE);
  return { events, end, saw };
}

/** What was said in an attempt so far, drained as a coordinator does. */
export class Drain {
  readonly messages: WorkerMessage[] = [];
  readonly #wire: CoordinatorWire;
  readonly #attempt: string;
  #seq = -1;

  constructor(wire: CoordinatorWire, attempt: string) {
    this.#wire = wire;
    this.#attempt = attempt;
  }

  /** Drains until this holds of what was said. */
  async until(isEnough: (messages: readonly WorkerMessage[]) => boolean): Promise<void> {
    await vi.waitFor(async () => {
      const after = new Map([[this.#attempt, this.#seq]]);
      const rows = await this.#wire.rows(after, { rows: 100, bytes: 1e7 });
      for (const { attempt, seq, body } of rows) {
        if (attempt !== this.#attempt) continue;
        if (seq !== this.#seq + 1) throw new Error(`message ${seq} came after ${this.#seq}`);
        this.#seq = seq;
        this.messages.push(decodeWorkerMessage(body));
      }
      await this.#wire.stored(rows.filter(({ attempt }) => attempt === this.#attempt));
      if (!isEnough(this.messages)) throw new Error(`${this.messages.length} messages, not all`);
    }, PATIENCE);
  }

  /** Drains to the last message and returns it. */
  async last(): Promise<WorkerMessage> {
    await this.until((messages) => isLast(messages.at(-1)));
    const last = this.messages.at(-1);
    if (last === undefined) throw new Error("nothing was said");
    return last;
  }
}

function isLast(message: WorkerMessage | undefined): boolean {
  return message !== undefined && ["ended", "failed", "refused"].includes(message.type);
}

/** Waits until the coordinator sees an attempt so. */
export async function becomes(
  wire: CoordinatorWire,
  attempt: string,
  state: "waiting" | "taken" | "done" | "lost",
): Promise<void> {
  await vi.waitFor(async () => {
    const found = (await wire.states()).find((one) => one.attempt === attempt);
    if (found?.state !== state) throw new Error(`it is ${found?.state}, not ${state}`);
  }, PATIENCE);
}
