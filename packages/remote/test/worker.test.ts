import { hostname } from "node:os";
import type { StepBlock } from "@ablate/core";
import type { WorkerMessage } from "@ablate/runner";
import { workersOf } from "@ablate/runner/test/processes";
import { makeSpec } from "@ablate/runner/test/run-make";
import { saidOf, trainRequest } from "@ablate/runner/test/said";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { queueName } from "../src/wire/protocol.ts";
import { becomes, coordinate, Drain, handOut, hire } from "./work-place.ts";

const { missing } = postgresFound();

let postgres: Postgres;

beforeAll(async () => {
  if (missing === null) postgres = await Postgres.make({ isFsyncOff: true });
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

/** More steps than any test waits for. */
const LONG = { spec: makeSpec({ steps: 1e9 }) };

describe.skipIf(missing !== null)(`a worker${missing === null ? "" : ` (${missing})`}`, () => {
  test("trains what is handed out: the coordinator gets what it would have said here", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator);
    const worker = await hire(postgres, {
      maxRuns: 1,
      environment: { SLURM_JOB_ID: "17", SLURM_ARRAY_TASK_ID: "3" },
    });
    expect(await worker.end).toEqual({ why: "max runs", runs: 1 });
    const drain = new Drain(coordinator, attempt);
    await drain.last();
    await becomes(coordinator, attempt, "done");
    const here = await saidOf(trainRequest());
    expect(kindsOf(drain.messages)).toEqual(kindsOf(here));
    expect(lossesOf(drain.messages)).toEqual(lossesOf(here));
    const [started] = drain.messages;
    expect(started).toMatchObject({
      trainedOn: {
        ablate: "1.0.0",
        host: hostname(),
        slurm_job: "17",
        slurm_array_task: "3",
        worker: "lab2",
      },
    });
    const events = worker.events.map(({ event }) => event);
    expect([...new Set(events)]).toEqual(["taken", "started", "progress", "ended"]);
    expect(workersOf()).toEqual([]);
  });

  test("stops a run when its coordinator says so", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator, LONG);
    const worker = await hire(postgres);
    await worker.saw("started");
    await coordinator.order(attempt, "user");
    const drain = new Drain(coordinator, attempt);
    expect(await drain.last()).toMatchObject({ state: "stopped", reason: "user" });
    expect(drain.messages.findLast((one) => "block" in one)?.type).toBe("checkpoint");
  });

  test("that has to go makes checkpoints, hands its runs on and ends", async () => {
    const coordinator = await coordinate(postgres);
    const attempts = [await handOut(coordinator, LONG), await handOut(coordinator, LONG)];
    const going = new AbortController();
    const worker = await hire(postgres, { workers: 2, signal: going.signal });
    const drains = attempts.map((attempt) => new Drain(coordinator, attempt));
    for (const drain of drains) await drain.until((messages) => messages.length > 0);
    going.abort();
    expect(await worker.end).toEqual({ why: "evicted", runs: 2 });
    for (const [i, drain] of drains.entries()) {
      expect(await drain.last()).toMatchObject({ state: "stopped", reason: "evicted" });
      expect(drain.messages.findLast((one) => "block" in one)?.type).toBe("checkpoint");
      await becomes(coordinator, attempts[i] ?? "", "done");
    }
    expect(workersOf()).toEqual([]);
  });

  test("that has to go gives a run back which makes no checkpoint in time", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator, LONG);
    const going = new AbortController();
    const worker = await hire(postgres, { signal: going.signal, graceMs: 500 });
    await worker.saw("started");
    for (const pid of workersOf()) process.kill(pid, "SIGSTOP");
    going.abort();
    await worker.end;
    expect(await worker.saw("lost")).toMatchObject({
      error: "worker died: it had to go, and the run had no checkpoint within 0.5 s",
    });
    await becomes(coordinator, attempt, "lost");
    expect(workersOf()).toEqual([]);
  });

  test("that is ended at once gives its runs back, so that nobody waits for a lease", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator, LONG);
    const killing = new AbortController();
    const worker = await hire(postgres, { killSignal: killing.signal });
    await worker.saw("started");
    killing.abort();
    expect(await worker.end).toEqual({ why: "killed", runs: 1 });
    await becomes(coordinator, attempt, "lost");
    expect(workersOf()).toEqual([]);
  });

  test("gives a run back whose process dies or hangs, and takes the next one", async () => {
    const coordinator = await coordinate(postgres);
    const [dies, hangs] = [await handOut(coordinator, LONG), await handOut(coordinator, LONG)];
    const worker = await hire(postgres, { silenceMs: 2000, maxRuns: 3 });
    for (const [attempt, signal] of [
      [dies, "SIGKILL"],
      [hangs, "SIGSTOP"],
    ] as const) {
      await new Drain(coordinator, attempt).until((messages) => messages.length > 1);
      for (const pid of workersOf()) process.kill(pid, signal);
      await becomes(coordinator, attempt, "lost");
    }
    const last = await handOut(coordinator);
    await new Drain(coordinator, last).last();
    expect(await worker.end).toEqual({ why: "max runs", runs: 3 });
    const errors = worker.events.flatMap((one) => (one.event === "lost" ? [one.error] : []));
    expect(errors).toEqual([
      expect.stringMatching(/^worker died: SIGKILL/),
      "worker hung: no sign of life for 2 s",
    ]);
  });

  test("leaves a run that its coordinator does not wait for any more", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator, LONG);
    const worker = await hire(postgres);
    await worker.saw("started");
    await coordinator.revoke(attempt);
    await worker.saw("over");
    const next = await handOut(coordinator);
    expect(await new Drain(coordinator, next).last()).toMatchObject({ state: "finished" });
  });

  test("gives back what it cannot read, with a sentence, and goes on", async () => {
    const coordinator = await coordinate(postgres);
    const poisoned = await handOut(coordinator, Buffer.from("a request"));
    const worker = await hire(postgres);
    expect(await worker.saw("lost")).toMatchObject({
      error: "a message cannot be read: no frame begins here",
    });
    await becomes(coordinator, poisoned, "lost");
    const next = await handOut(coordinator);
    await new Drain(coordinator, next).last();
  });

  test("waits with its run while the outbox is full, says so once, and loses nothing", async () => {
    const coordinator = await coordinate(postgres, 50_000);
    const attempt = await handOut(coordinator, { spec: makeSpec({ steps: 3000 }) });
    const worker = await hire(postgres, { maxRuns: 1 });
    expect(await worker.saw("outbox")).toMatchObject({ state: "full" });
    const drain = new Drain(coordinator, attempt);
    expect(await drain.last()).toMatchObject({ state: "finished" });
    expect(stepsOf(drain.messages)).toBe(3000);
    await worker.end;
    const states = worker.events.flatMap((one) => (one.event === "outbox" ? [one.state] : []));
    expect(states.filter((state) => state === "full")).toHaveLength(states.length / 2);
  });

  test("waits with its run while Postgres is gone, says so once, and loses nothing", async () => {
    const coordinator = await coordinate(postgres);
    const attempt = await handOut(coordinator, { spec: makeSpec({ steps: 30_000 }) });
    const worker = await hire(postgres, { maxRuns: 1 });
    await worker.saw("started");
    await postgres.kill();
    expect(await worker.saw("database")).toMatchObject({ state: "waiting" });
    await postgres.start();
    const drain = new Drain(coordinator, attempt);
    expect(await drain.last()).toMatchObject({ state: "finished" });
    expect(stepsOf(drain.messages)).toBe(30_000);
    await worker.end;
    const states = worker.events.flatMap((one) => (one.event === "database" ? [one.state] : []));
    expect(states).toEqual(["waiting", "over"]);
  });

  test("says at once when nobody hands out runs to its version, and ends when it was idle", async () => {
    const coordinator = await coordinate(postgres);
    await handOut(coordinator, {}, "runs.0.simd.1");
    const worker = await hire(postgres, { exitWhenIdleMs: 500 });
    expect(await worker.end).toEqual({ why: "idle", runs: 0 });
    expect(worker.events).toEqual([
      {
        event: "mismatch",
        message: expect.stringMatching(
          /^no grid here speaks to this version: protocol 1, simd revision \d+; lab1 coordinates small with ablate 1\.0\.0/,
        ),
      },
    ]);
  });

  test("takes runs of tfjs, too, once there are any", async () => {
    const coordinator = await coordinate(postgres);
    const request = { engine: "tfjs", backend: "wasm", spec: makeSpec({ steps: 20 }) } as const;
    const attempt = await handOut(coordinator, request, queueName("tfjs"));
    await hire(postgres);
    const drain = new Drain(coordinator, attempt);
    expect(await drain.last()).toMatchObject({ state: "finished" });
    const [started] = drain.messages;
    expect(started).toMatchObject({ engine: { engine: "tfjs", backend: "wasm" } });
    if (started?.type !== "started") throw new Error("it has not started");
    const version = started.engine.version ?? "";
    // One that has begun on a backend goes on there, whatever is liked better here.
    const tied = queueName("tfjs", { backend: "wasm", version });
    const next = await handOut(coordinator, { ...request, backend: undefined }, tied);
    const drained = new Drain(coordinator, next);
    await drained.last();
    expect(drained.messages[0]).toMatchObject({ engine: { backend: "wasm", version } });
  });

  test("computes a run with as many threads as its coordinator's user wants, if it has the cores", async () => {
    const coordinator = await coordinate(postgres);
    const spec = makeSpec({ steps: 50, model: { hidden: [256] } });
    const threads = { now: 8, most: 8, isMeasured: false };
    const attempt = await handOut(coordinator, { spec, threads });
    await hire(postgres, { cores: 2 });
    const drain = new Drain(coordinator, attempt);
    await drain.last();
    const told = drain.messages.flatMap((one) => (one.type === "computed by" ? [one.threads] : []));
    expect(told).toEqual([2]);
  });
});

/** Types of the messages but for steps, which time packs. */
function kindsOf(messages: readonly WorkerMessage[]): readonly string[] {
  return messages.map(({ type }) => type).filter((type) => type !== "steps");
}

function blocksOf(messages: readonly WorkerMessage[]): readonly StepBlock[] {
  return messages.flatMap((message) => ("block" in message ? [message.block] : []));
}

function lossesOf(messages: readonly WorkerMessage[]): readonly number[] {
  return blocksOf(messages).flatMap(({ loss }) => [...loss]);
}

/** Steps that follow each other from 0. */
function stepsOf(messages: readonly WorkerMessage[]): number {
  return blocksOf(messages).reduce((next, { first, count }) => {
    expect(first).toBe(next);
    return first + count;
  }, 0);
}
