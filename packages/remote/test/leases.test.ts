import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { CoordinatorWire, queueName, readAddress, WorkerWire } from "../src/index.ts";

const { missing } = postgresFound();
const QUEUE = queueName("simd");

let postgres: Postgres;

beforeAll(async () => {
  if (missing === null) postgres = await Postgres.make();
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

function coordinate(store: string, host: string): Promise<CoordinatorWire> {
  const facts = { grid: "small", pid: 4711, version: "1.0.0", maxOutbox: 1e9 };
  return CoordinatorWire.open(readAddress(postgres.url, {}), { store, host, ...facts });
}

function work(): Promise<WorkerWire> {
  const facts = { cpu: null, os: "linux", node: "24", version: "1.0.0", slots: 1, queues: [QUEUE] };
  const who = { id: randomUUID(), host: "lab2", pid: 1, name: "lab2" };
  return WorkerWire.open(readAddress(postgres.url, {}), { ...who, ...facts });
}

async function asked(text: string): Promise<readonly { readonly [column: string]: unknown }[]> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function attempt(runHash: string) {
  const request = Buffer.from("r");
  return { runHash, run: `small/${runHash}`, queue: QUEUE, token: "t", dataHash: "h", request };
}

const LOCKS = `select pid from pg_locks where locktype = 'advisory' and granted and pid <> pg_backend_pid()`;
const BREAK = `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`;
const SOON = { timeout: 20_000, interval: 100 };

describe.skipIf(missing !== null)(`leases${missing === null ? "" : ` (${missing})`}`, () => {
  test("the lease of a worker that says nothing ends, that of one that says it is there does not", async () => {
    const coordinator = await coordinate("leases", "lab1");
    const [silent, alive] = await Promise.all([work(), work()]);
    try {
      const a = await coordinator.handOut(attempt("a"));
      await silent.take([QUEUE]);
      const b = await coordinator.handOut(attempt("b"));
      await alive.take([QUEUE]);
      await vi.waitFor(async () => {
        await alive.beat([b.id]);
        expect(await coordinator.states()).toMatchObject([
          { attempt: a.id, state: "lost" },
          { attempt: b.id, state: "taken" },
        ]);
      }, SOON);
    } finally {
      await Promise.all([silent.close(), alive.close()]);
      await coordinator.close();
    }
  }, 30_000);

  test("a server that may forget what it said is stored is noted", async () => {
    await asked(`alter role postgres set synchronous_commit = off`);
    const coordinator = await coordinate("notes", "lab1");
    try {
      expect(coordinator.notes).toEqual([expect.stringMatching(/synchronous_commit is off there/)]);
    } finally {
      await asked(`alter role postgres reset synchronous_commit`);
      await coordinator.close();
    }
  });

  test("a lock whose connection broke is taken again", async () => {
    const coordinator = await coordinate("broken", "lab1");
    try {
      const [before] = await asked(LOCKS);
      await asked(BREAK);
      await vi.waitFor(async () => {
        const [after] = await asked(LOCKS);
        expect(after).toBeDefined();
        expect(after).not.toEqual(before);
      }, SOON);
      await expect(coordinate("broken", "lab3")).rejects.toThrow(/process 4711 on lab1/);
    } finally {
      await coordinator.close();
    }
  });

  test("a coordinator whose store another one has taken meanwhile is told", async () => {
    const first = await coordinate("taken", "lab1");
    try {
      const lost = new Promise<Error>((resolve) => first.onLost(resolve));
      await asked(`update ablate.coordinator set instance = 'another', host = 'lab3', pid = 12`);
      await asked(BREAK);
      expect((await lost).message).toMatch(/process 12 on lab3 has coordinated this store since/);
    } finally {
      await first.close();
    }
  });

  test("a job that a crash left unsent is sent when its attempt is adopted", async () => {
    const first = await coordinate("adopted", "lab1");
    const { id } = await first.handOut(attempt("a"));
    await asked(`delete from ablate.job where id = '${id}'`);
    await first.close();
    const second = await coordinate("adopted", "lab1");
    const worker = await work();
    try {
      expect(await second.live()).toMatchObject([{ id, job: id, token: "t", number: 1 }]);
      expect((await worker.take([QUEUE]))?.attempt).toBe(id);
    } finally {
      await worker.close();
      await second.close();
    }
  });

  test("nothing is stored of an attempt after it was revoked, however both meet", async () => {
    const coordinator = await coordinate("revoked", "lab1");
    const worker = await work();
    try {
      for (const run of ["a", "b", "c", "d", "e"]) {
        const { id } = await coordinator.handOut(attempt(run));
        await worker.take([QUEUE]);
        const puts = Array.from({ length: 8 }, (_, seq) => worker.put(id, seq, Buffer.alloc(1000)));
        await puts[2];
        await coordinator.revoke(id);
        const rows = await coordinator.rows(new Map(), { rows: 100, bytes: 1e6 });
        const outcomes = await Promise.all(puts);
        expect(rows.length).toBe(outcomes.filter((outcome) => outcome === "stored").length);
        await coordinator.stored(rows);
        expect(await coordinator.rows(new Map(), { rows: 100, bytes: 1e6 })).toEqual([]);
      }
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("a limit of rows or bytes gives every attempt its share, in order", async () => {
    const coordinator = await coordinate("shares", "lab1");
    const worker = await work();
    try {
      const ids: string[] = [];
      for (const run of ["a", "b"]) {
        const { id } = await coordinator.handOut(attempt(run));
        ids.push(id);
        await worker.take([QUEUE]);
        for (const seq of [0, 1, 2, 3]) await worker.put(id, seq, Buffer.alloc(100));
      }
      const of = async (limit: { rows: number; bytes: number }) =>
        (await coordinator.rows(new Map(), limit))
          .map(({ attempt: id, seq }) => `${ids.indexOf(id)}.${seq}`)
          .sort();
      expect(await of({ rows: 4, bytes: 1e6 })).toEqual(["0.0", "0.1", "1.0", "1.1"]);
      expect(await of({ rows: 100, bytes: 150 })).toEqual(["0.0", "1.0"]);
      expect((await of({ rows: 100, bytes: 1 })).length).toBe(1);
      for (const id of ids) await coordinator.revoke(id);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });
});
