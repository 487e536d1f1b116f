/** Hears what a worker says of runs that it trains in this process. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { THRESHOLDS } from "@ablate/core";
import type { TrainMessage, WorkerMessage } from "@ablate/runner";
import { Worker } from "../src/worker/worker.ts";
import { makeSpec, NAMES, ONE_THREAD } from "./run-make.ts";

export const DATA_HASH = "hash of the names";

/** A request as a coordinator makes it. */
export function trainRequest(changes: Partial<TrainMessage> = {}): TrainMessage {
  const probes = { decades: [1, 2, 5], every: 100, saturated: 0.97 } as const;
  const record = { evaluate: { every: 100 }, samples: 3, checkpoint: { every: 150 } } as const;
  return {
    type: "train",
    runId: 7,
    spec: makeSpec(),
    record: { ...record, probes, best: true },
    engine: "simd",
    backend: undefined,
    dataHash: DATA_HASH,
    thresholds: THRESHOLDS,
    stopOn: [],
    resume: null,
    threads: ONE_THREAD,
    ...changes,
  };
}

/** Trains what is asked for and returns copies of all messages; `onMessage` hears each when it is said. */
export async function saidOf(
  request: TrainMessage,
  onMessage: (message: WorkerMessage, worker: Worker) => void = () => {},
): Promise<readonly WorkerMessage[]> {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const said: WorkerMessage[] = [];
  const worker: Worker = new Worker({
    send: (message) => {
      said.push(structuredClone(message));
      onMessage(message, worker);
      if (["ended", "failed", "refused"].includes(message.type)) resolve();
    },
    ready: () => nextTurn(),
  });
  worker.receive({ type: "data", data: NAMES, dataHash: DATA_HASH });
  worker.receive(request);
  await end;
  return said;
}
