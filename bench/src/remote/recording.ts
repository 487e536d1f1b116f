/** Messages of one run as a worker process really sends them, with the time of each: to be measured, and to be sent again. */
import { readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { encodeMessage } from "@ablate/remote";
import { ForkedLine, type WorkerMessage } from "@ablate/runner";
import { type Load, requestOf } from "./loads.ts";

export type Sent = {
  /** Since the start of the training. */
  readonly ms: number;
  readonly type: WorkerMessage["type"];
  /** Steps that it has. */
  readonly steps: number;
  readonly body: Buffer;
};

export type Recording = {
  readonly load: string;
  readonly steps: number;
  readonly seconds: number;
  readonly messages: readonly Sent[];
};

/** Trains a run in a worker process at full speed; every message is acknowledged at once. */
export async function recordRun(load: Load): Promise<Recording> {
  const { request, data } = requestOf(load);
  const messages: Sent[] = [];
  const line = new ForkedLine();
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let begin = Number.NaN;
  line.listen({
    onMessage: (message) => {
      const { type } = message;
      // Before it the process has started, and read its data.
      if (type === "started") begin = performance.now();
      const ms = performance.now() - begin;
      messages.push({ ms, type, steps: stepsOf(message), body: encodeMessage(message) });
      line.send({ type: "ack" });
      if (type === "ended") resolve();
      if (type === "failed" || type === "refused") reject(new Error(message.error));
    },
    onGone: (cause) => reject(new Error(`the worker process is gone: ${cause}`)),
  });
  line.train(request, data);
  try {
    await ended;
  } finally {
    line.kill();
  }
  const seconds = (messages.at(-1)?.ms ?? 0) / 1000;
  return { load: load.name, steps: load.steps, seconds, messages };
}

/** For the processes that play it back; both ends are ours, of the same build. */
export function saveRecording(path: string, recording: Recording): void {
  writeFileSync(path, serialize(recording));
}

export function loadRecording(path: string): Recording {
  return deserialize(readFileSync(path));
}

function stepsOf(message: WorkerMessage): number {
  return message.type === "steps" || message.type === "checkpoint" ? message.block.count : 0;
}
