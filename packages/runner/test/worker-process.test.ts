import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { THRESHOLDS } from "@ablate/core";
import { expect, onTestFinished, test, vi } from "vitest";
import type { CoordinatorMessage, ThreadOffer, WorkerMessage } from "../src/train/messages.ts";
import { makeSpec, NAMES, ONE_THREAD } from "./run-make.ts";

const ENTRY = fileURLToPath(new URL("../src/worker/worker-process.ts", import.meta.url));
const PATIENCE = { timeout: 60_000 };

/** A worker whose coordinator is this test: it stores nothing and acknowledges when it likes. */
function startWorker() {
  const child = fork(ENTRY, [String(process.pid)], {
    serialization: "advanced",
    execArgv: ["--conditions=@ablate/source"],
    stdio: ["ignore", "ignore", "inherit", "ipc", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const messages: WorkerMessage[] = [];
  let beats = 0;
  child.on("message", (message: WorkerMessage) => messages.push(message));
  child.stdio[4]?.on("data", () => {
    beats += 1;
  });
  const send = (message: CoordinatorMessage): void => {
    child.send(message);
  };
  return { child, messages, beats: () => beats, send };
}

function train(
  worker: ReturnType<typeof startWorker>,
  steps: number,
  threads: ThreadOffer = ONE_THREAD,
): void {
  const dataHash = "hash of the names";
  worker.send({ type: "data", data: NAMES, dataHash });
  const record = { evaluate: "none", samples: 0, probes: "none", checkpoint: "none" } as const;
  const spec = makeSpec({ steps });
  worker.send({
    type: "train",
    runId: 1,
    spec,
    record,
    engine: "simd",
    dataHash,
    thresholds: THRESHOLDS,
    stopOn: [],
    resume: null,
    threads,
  });
}

test("a worker waits when four of its messages are not acknowledged, and gives signs of life meanwhile", async () => {
  const worker = startWorker();
  train(worker, 5_000_000);
  await vi.waitFor(() => expect(worker.messages).toHaveLength(4), PATIENCE);

  const before = worker.beats();
  await vi.waitFor(() => expect(worker.beats()).toBeGreaterThan(before + 2), PATIENCE);
  expect(worker.messages).toHaveLength(4);
  worker.send({ type: "ack" });
  await vi.waitFor(() => expect(worker.messages).toHaveLength(5), PATIENCE);

  const types = worker.messages.map(({ type }) => type);
  expect(types).toEqual(["started", "findings", "steps", "steps", "steps"]);
});

test.runIf(process.platform === "linux")(
  "a worker that waits leaves its threads asleep",
  async () => {
    const worker = startWorker();
    train(worker, 5_000_000, { now: 3, most: 3, isMeasured: false });
    await vi.waitFor(() => expect(worker.messages).toHaveLength(4), PATIENCE);
    const ticks = (): number => {
      const stat = readFileSync(`/proc/${worker.child.pid}/stat`, "utf8").split(") ")[1] ?? "";
      const [user = Number.NaN, system = Number.NaN] = stat.split(" ").slice(11, 13).map(Number);
      return user + system;
    };

    const [before, beats] = [ticks(), worker.beats()];
    await vi.waitFor(() => expect(worker.beats()).toBeGreaterThan(beats + 2), PATIENCE); // seconds

    expect(worker.messages.map(({ type }) => type)).toContain("computed by");
    expect(ticks() - before).toBeLessThan(30); // hundredths of a second; one that spins takes 200
  },
);

test("batches carry typed arrays without a gap between them", async () => {
  const worker = startWorker();
  worker.child.on("message", () => worker.send({ type: "ack" }));
  train(worker, 20_000);
  await vi.waitFor(() => expect(worker.messages.at(-1)?.type).toBe("ended"), PATIENCE);

  const blocks = worker.messages.flatMap((message) =>
    message.type === "steps" ? [message.block] : [],
  );
  let next = 0;
  for (const { first, count, loss, lr, ratios } of blocks) {
    expect(first).toBe(next);
    expect([loss, lr, ratios].map((array) => array.constructor)).toEqual([
      Float64Array,
      Float64Array,
      Float32Array,
    ]);
    expect([loss.length, lr.length, ratios.length]).toEqual([count, count, count * 5]);
    next += count;
  }
  expect(next).toBe(20_000);
});

test("a worker ends when its coordinator closes the channel", async () => {
  const worker = startWorker();
  train(worker, 5_000_000);
  await vi.waitFor(() => expect(worker.messages.length).toBeGreaterThan(0), PATIENCE);

  worker.child.disconnect();

  await vi.waitFor(() => expect(worker.child.exitCode).toBe(0), PATIENCE);
});
