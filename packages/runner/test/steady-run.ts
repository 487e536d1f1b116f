/**
 * Trains a run by a worker whose messages are stored as they come, and prints what its steps after a warm-up left on the
 * heap; see steady-run.test.ts.
 */
import { hostname } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import { THRESHOLDS } from "@ablate/core";
import { openWriter, RetryingWriter } from "@ablate/store";
import type { CoordinatorMessage, WorkerMessage } from "../src/train/messages.ts";
import { RunWriter } from "../src/train/run-writer.ts";
import { Worker } from "../src/worker/worker.ts";
import { makePath, makeSpec, NAMES, ONE_THREAD, storedConfig } from "./run-make.ts";

const WARM_UP = 30_000;
const steps = WARM_UP + Number(process.argv[2]);
const spec = makeSpec({ steps });
const probes = { decades: [1, 2, 5], every: 10_000, saturated: 0.97 } as const;

const store = openWriter(makePath());
const named = { name: "g/r", label: "r", hash: "h", config: storedConfig(spec, probes) };
const planned = { ...named, seed: 1, engine: "simd", steps };
const runId = store.planGrid({ name: "g", description: "", spec: "", runs: [planned] })[0]?.id ?? 0;
const storage = new RetryingWriter({
  store,
  limitMs: 0,
  killSignal: undefined,
  onEvent: () => {},
});
const writer = new RunWriter(storage, runId, {
  claim: { token: "ours", pid: process.pid, host: hostname() },
  provenance: {},
  onWritten: () => {},
});

const { promise: end, resolve } = Promise.withResolvers<number>();
let stored = Promise.resolve();
let first: number | null = null;
let seen = 0;

/** Stores a message as it arrives at another process. */
async function take(bytes: Buffer): Promise<void> {
  const message: WorkerMessage = deserialize(bytes);
  if (message.type === "ended") resolve(settledHeap() - (first ?? Number.NaN));
  await writer.write(message);
  if (message.type !== "steps") return;
  seen = message.block.first + message.block.count;
  if (first === null && seen >= WARM_UP) first = settledHeap();
}

function settledHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const worker = new Worker({
  send: (message) => {
    const bytes = serialize(message);
    stored = stored.then(() => take(bytes));
  },
  ready: async () => {
    await nextTurn();
    await stored;
  },
});
const dataHash = "names";
const record = { evaluate: "none", samples: 0, checkpoint: "none", probes } as const;
const told: readonly CoordinatorMessage[] = [
  { type: "data", data: NAMES, dataHash },
  {
    ...{ type: "train", runId, spec, record, engine: "simd", dataHash, threads: ONE_THREAD },
    ...{ thresholds: THRESHOLDS, stopOn: [], resume: null },
  },
];
for (const message of told) worker.receive(message);
const grownBytes = await end;
process.stdout.write(JSON.stringify({ steps: seen - WARM_UP, grownBytes }));
