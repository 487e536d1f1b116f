import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import {
  CoordinatorWire,
  dropSchema,
  HeldStoreError,
  listWorkers,
  queueName,
  readAddress,
  WorkerWire,
} from "../src/index.ts";

const { missing } = postgresFound();
const QUEUE = queueName("simd");

let postgres: Postgres;

beforeAll(async () => {
  if (missing === null) postgres = await Postgres.make();
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

function coordinate(store: string, maxOutbox = 1e9): Promise<CoordinatorWire> {
  return CoordinatorWire.open(readAddress(postgres.url, {}), {
    store,
    grid: "small",
    host: "lab1",
    pid: 4711,
    version: "1.0.0",
    maxOutbox,
  });
}

function work(name = "lab2"): Promise<WorkerWire> {
  return WorkerWire.open(readAddress(postgres.url, {}), {
    id: randomUUID(),
    host: name,
    pid: 1,
    name,
    cpu: null,
    os: "linux",
    node: "24",
    version: "1.0.0",
    slots: 1,
    queues: [QUEUE],
  });
}

const IDLE = { runs: [], isLeaving: false, waitsFor: null };

function attempt(run: string) {
  const request = Buffer.from(`request of ${run}`);
  return { runHash: run, run: `small/${run}`, queue: QUEUE, token: "t", dataHash: "h", request };
}

const ALL = { rows: 100, bytes: 1e6 };

describe.skipIf(missing !== null)(`the wire${missing === null ? "" : ` (${missing})`}`, () => {
  test("an attempt goes out, its messages come back once and in order, and it is over", async () => {
    const coordinator = await coordinate("one");
    const worker = await work();
    try {
      await worker.present(IDLE);
      expect((await coordinator.workers()).slots).toBe(1);
      expect(await worker.coordinators()).toMatchObject([{ host: "lab1", grid: "small" }]);
      await coordinator.putFile("h", Buffer.from("names"));
      await coordinator.putFile("h", Buffer.from("names"));
      const { id } = await coordinator.handOut(attempt("a"));
      expect(await coordinator.states()).toEqual([{ attempt: id, state: "waiting", worker: null }]);
      expect(await worker.take(["runs.1.nothing.1"])).toBeNull();
      const taken = await worker.take([QUEUE]);
      expect(taken).toEqual({
        attempt: id,
        job: id,
        queue: QUEUE,
        run: "small/a",
        dataHash: "h",
        request: Buffer.from("request of a"),
      });
      expect(await worker.take([QUEUE])).toBeNull();
      expect(await worker.file(id)).toEqual(Buffer.from("names"));
      await worker.beat([id]);
      expect(await coordinator.states()).toEqual([{ attempt: id, state: "taken", worker: "lab2" }]);
      for (const seq of [0, 1, 2, 1]) {
        expect(await worker.put(id, seq, Buffer.from(`m${seq}`))).toBe("stored");
      }
      const rows = await coordinator.rows(new Map(), ALL);
      expect(rows.map(({ seq, body }) => [seq, body.toString()])).toEqual([
        [0, "m0"],
        [1, "m1"],
        [2, "m2"],
      ]);
      await coordinator.stored(rows);
      expect(await coordinator.rows(new Map([[id, 2]]), ALL)).toEqual([]);
      expect((await coordinator.rows(new Map(), ALL)).map(({ seq }) => seq)).toEqual([0]);
      await coordinator.order(id, "user");
      expect(await worker.orders([id])).toEqual([{ attempt: id, stop: "user", isOver: false }]);
      await worker.finish(id);
      expect(await coordinator.states()).toMatchObject([{ state: "done" }]);
      await coordinator.revoke(id);
      expect(await worker.put(id, 3, Buffer.from("late"))).toBe("over");
      expect(await worker.orders([id])).toMatchObject([{ isOver: true }]);
      expect(await coordinator.rows(new Map(), ALL)).toEqual([]);
      expect(await coordinator.live()).toEqual([]);
      const listed = await listWorkers(readAddress(postgres.url, {}));
      expect(listed).toMatchObject({
        workers: [{ name: "lab2", slots: 1 }],
        outbox: { rows: 0, bytes: 0 },
      });
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("an attempt that nobody took is withdrawn, one that is taken is not, one given up is lost", async () => {
    const coordinator = await coordinate("two");
    const worker = await work();
    try {
      const a = await coordinator.handOut(attempt("a"));
      expect(await coordinator.withdraw(a.id)).toBe(true);
      expect(await coordinator.withdraw(a.id)).toBe(true);
      expect(await worker.take([QUEUE])).toBeNull();
      const b = await coordinator.handOut(attempt("b"));
      expect((await worker.take([QUEUE]))?.attempt).toBe(b.id);
      expect(await coordinator.withdraw(b.id)).toBe(false);
      await worker.fail(b.id, "no memory");
      expect(await coordinator.states()).toMatchObject([{ attempt: b.id, state: "lost" }]);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("a store has one coordinator, and the second is told who that is", async () => {
    const first = await coordinate("three");
    try {
      const refused = await coordinate("three").catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(HeldStoreError);
      expect(String(refused)).toMatch(/process 4711.*lab1.*since 20/);
    } finally {
      await first.close();
    }
    await (await coordinate("three")).close();
  });

  test("a full outbox takes nothing but the first message of an attempt until it is drained", async () => {
    const coordinator = await coordinate("four", 10);
    const worker = await work();
    try {
      const { id } = await coordinator.handOut(attempt("a"));
      await worker.take([QUEUE]);
      expect(await worker.put(id, 0, Buffer.alloc(100))).toBe("stored");
      expect(await worker.put(id, 1, Buffer.alloc(100))).toBe("stored");
      expect(await worker.put(id, 2, Buffer.alloc(1))).toBe("full");
      await coordinator.stored([{ attempt: id, seq: 1 }]);
      expect(await worker.put(id, 2, Buffer.alloc(1))).toBe("stored");
      await coordinator.revoke(id);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("a coordinator that stores waits for no message that is being put, and forgets what is drained", async () => {
    const coordinator = await coordinate("waits");
    const worker = await work();
    const other = new pg.Client({ connectionString: postgres.url });
    await other.connect();
    try {
      const { id } = await coordinator.handOut(attempt("a"));
      await worker.take([QUEUE]);
      for (const seq of [0, 1, 2]) await worker.put(id, seq, Buffer.alloc(10));
      await other.query("begin");
      await other.query("update ablate.attempt set last_seq = 3 where id = $1", [id]);
      await coordinator.stored([0, 1, 2].map((seq) => ({ attempt: id, seq })));
      expect((await coordinator.rows(new Map(), ALL)).map(({ seq }) => seq)).toEqual([0]);
      await other.query("rollback");
      await coordinator.revoke(id);
      const left = "select from ablate.attempt where id = $1";
      await vi.waitFor(async () => expect((await other.query(left, [id])).rowCount).toBe(0), {
        timeout: 20_000,
      });
      expect(await worker.put(id, 3, Buffer.alloc(10))).toBe("over");
      await worker.finish(id);
    } finally {
      await other.end();
      await worker.close();
      await coordinator.close();
    }
  }, 30_000);

  test("messages that follow each other call a coordinator once, and are found all the same", async () => {
    const coordinator = await coordinate("calls");
    const worker = await work();
    try {
      const { id } = await coordinator.handOut(attempt("a"));
      await worker.take([QUEUE]);
      const seen = new Map<string, number>();
      coordinator.onNews(async () => {
        for (const { attempt: of, seq } of await coordinator.rows(seen, ALL)) seen.set(of, seq);
      });
      for (let seq = 0; seq < 50; seq++) await worker.put(id, seq, Buffer.alloc(10));
      await vi.waitFor(() => expect(seen.get(id)).toBe(49), { timeout: 10_000 });
      await coordinator.revoke(id);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("messages and locks outlive kill -9 of the postmaster, and what is asked meanwhile waits", async () => {
    const coordinator = await coordinate("five");
    const worker = await work();
    try {
      const { id } = await coordinator.handOut(attempt("a"));
      await worker.take([QUEUE]);
      await worker.put(id, 0, Buffer.from("before"));
      await postgres.kill("SIGKILL");
      const put = worker.put(id, 1, Buffer.from("during"));
      const rows = coordinator.rows(new Map(), ALL);
      await postgres.start();
      expect(await put).toBe("stored");
      expect((await rows).length).toBeGreaterThan(0);
      expect((await coordinator.rows(new Map(), ALL)).map(({ seq }) => seq)).toEqual([0, 1]);
      expect(await coordinator.live()).toMatchObject([{ id, runHash: "a", number: 1 }]);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  }, 60_000);

  test("everything is dropped when nobody is there, or by force", async () => {
    const address = readAddress(postgres.url, {});
    const coordinator = await coordinate("six");
    await expect(dropSchema(address, { isForced: false })).rejects.toThrow(
      /a coordinator on lab1 is there/,
    );
    await coordinator.close();
    await dropSchema(address, { isForced: false });
    await dropSchema(address, { isForced: false });
    expect(await listWorkers(address)).toMatchObject({ workers: [], coordinators: [] });
    await expect(work()).rejects.toThrow(/no coordinator has been here yet/);
  });
});
