import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { CoordinatorWire, dropSchema, queueName, readAddress, WorkerWire } from "../src/index.ts";

const { missing } = postgresFound();
const QUEUE = queueName("simd");
const ROLES = readFileSync(new URL("../sql/roles.sql", import.meta.url), "utf8");
const LOGINS = `
  create role lab_coordinator login password 'c' in role ablate_coordinator;
  create role lab_coordinator_2 login password 'c2' in role ablate_coordinator;
  create role lab_worker login password 'w' in role ablate_worker;`;

let postgres: Postgres;

function loginOf(user: string): string {
  return `postgres://${user}@127.0.0.1:${postgres.port}/postgres`;
}

async function asUser<T>(user: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(loginOf(user));
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

function coordinate(user: string): Promise<CoordinatorWire> {
  const facts = { grid: "small", host: "lab1", pid: 4711, version: "1.0.0", maxOutbox: 1e9 };
  return CoordinatorWire.open(readAddress(loginOf(user), {}), { store: "s", ...facts });
}

function work(name: string): Promise<WorkerWire> {
  const facts = { cpu: null, os: "linux", node: "24", version: "1.0.0", slots: 1, queues: [QUEUE] };
  const who = { id: randomUUID(), host: name, pid: 1, name };
  return WorkerWire.open(readAddress(loginOf("lab_worker"), {}), { ...who, ...facts });
}

beforeAll(async () => {
  if (missing !== null) return;
  postgres = await Postgres.make();
  await asUser("postgres", async (client) => {
    await client.query(ROLES);
    await client.query(ROLES);
    await client.query(LOGINS);
  });
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

const ATTEMPT = {
  runHash: "a",
  run: "small/a",
  queue: QUEUE,
  token: "token of a",
  dataHash: "h",
  request: Buffer.from("r"),
};

describe.skipIf(missing !== null)(`roles${missing === null ? "" : ` (${missing})`}`, () => {
  test("a worker's role does a worker's work", async () => {
    const coordinator = await coordinate("lab_coordinator");
    const worker = await work("lab2");
    try {
      await coordinator.putFile("h", Buffer.from("names"));
      await worker.present({ runs: [], isLeaving: false, waitsFor: null });
      expect((await coordinator.workers()).slots).toBe(1);
      const { id } = await coordinator.handOut(ATTEMPT);
      expect((await worker.take([QUEUE]))?.attempt).toBe(id);
      expect(await worker.file(id)).toEqual(Buffer.from("names"));
      await worker.beat([id]);
      expect(await worker.put(id, 0, Buffer.from("m"))).toBe("stored");
      expect(await worker.orders([id])).toMatchObject([{ isOver: false }]);
      await worker.finish(id);
      expect(await coordinator.states()).toMatchObject([{ state: "done", worker: "lab2" }]);
      await coordinator.revoke(id);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("a hostile worker reads and changes nothing of another's run", async () => {
    const coordinator = await coordinate("lab_coordinator");
    const worker = await work("lab2");
    try {
      const { id } = await coordinator.handOut(ATTEMPT);
      await worker.take([QUEUE]);
      await worker.put(id, 0, Buffer.from("mine"));
      await asUser("lab_worker", async (client) => {
        await client.query(`select set_config('ablate.secret', 'guessed', false)`);
        const refused = async (text: string) => {
          await expect(client.query(text), text).rejects.toMatchObject({ code: "42501" });
        };
        const tables = [
          "attempt",
          "outbox",
          "holder",
          "worker",
          "coordinator",
          "file",
          "meta",
          "job",
        ];
        for (const table of tables) {
          await refused(`select * from ablate.${table}`);
          await refused(`delete from ablate.${table}`);
        }
        await refused(`update ablate.attempt set is_over = true`);
        await refused(`delete from ablate.job_common`);
        await refused(`insert into ablate.job_common (name) values ('${QUEUE}')`);
        await refused(`update ablate.job_common set data = '{}'`);
        await refused(`update ablate.queue set expire_seconds = 1`);
        await refused(`create table ablate.mine (a int)`);
        await refused(`drop schema ablate cascade`);
        await refused(`alter table ablate.job_common disable row level security`);
        await refused(`set role ablate_coordinator`);
        await refused(`select ablate.create_queue('x', '{}')`);
        const nothing = async (text: string) => {
          expect((await client.query(text)).rowCount, text).toBe(0);
        };
        await nothing(`select id from ablate.job_common`);
        await nothing(`update ablate.job_common set state = 'completed'`);
        await nothing(`update ablate.job_common set heartbeat_on = now() where id = '${id}'`);
        await nothing(`select * from ablate.open_attempt('${id}', 'me')`);
        const said = async (text: string) => (await client.query(text)).rows[0];
        expect(await said(`select ablate.put('${id}', 1, 'x')`)).toEqual({ put: "over" });
        expect(await said(`select ablate.file('${id}')`)).toEqual({ file: null });
        await client.query(`select ablate.give_up('${id}', 'x')`);
        expect(await said(`select is_over, stop from ablate.orders(array['${id}'::uuid])`)).toEqual(
          {
            is_over: true,
            stop: null,
          },
        );
      });
      expect(await coordinator.states()).toMatchObject([{ attempt: id, state: "taken" }]);
      const waiting = await coordinator.handOut({ ...ATTEMPT, runHash: "b" });
      await asUser("lab_worker", async (client) => {
        const spoil = `update ablate.job_common set state = 'completed' where id = '${waiting.id}'`;
        await expect(client.query(spoil)).rejects.toMatchObject({ code: "42501" });
        const future = `update ablate.job_common set state = 'active', heartbeat_on = 'infinity' where id = $1`;
        await client.query(`select set_config('ablate.secret', 'own', false)`);
        await client.query(future, [waiting.id]);
        const { rows } = await client.query(
          `select heartbeat_on <= now() as past from ablate.job_common`,
        );
        expect(rows).toEqual([{ past: true }]);
      });
      expect(await worker.put(waiting.id, 0, Buffer.from("x"))).toBe("over");
      const messages = await coordinator.rows(new Map(), { rows: 10, bytes: 1e6 });
      expect(messages.map(({ body }) => body.toString())).toEqual(["mine"]);
      await coordinator.revoke(id);
      await coordinator.revoke(waiting.id);
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("a worker's secret is in no view of what the database does", async () => {
    const coordinator = await coordinate("lab_coordinator");
    const worker = await work("lab2");
    try {
      const [row] = await worker.database.query(
        `select current_setting('ablate.secret') as secret`,
      );
      await asUser("postgres", async (client) => {
        const { rows } = await client.query(`select * from pg_stat_activity`);
        expect(JSON.stringify(rows)).not.toContain(row?.secret);
      });
    } finally {
      await worker.close();
      await coordinator.close();
    }
  });

  test("another login of the coordinators' role goes on, and may drop what the first made", async () => {
    await (await coordinate("lab_coordinator")).close();
    await (await coordinate("lab_coordinator_2")).close();
    await dropSchema(readAddress(loginOf("lab_coordinator_2"), {}), { isForced: false });
    await (await coordinate("lab_coordinator")).close();
    await (await coordinate("lab_coordinator_2")).close();
    const worker = readAddress(loginOf("lab_worker"), {});
    await expect(dropSchema(worker, { isForced: true })).rejects.toThrow(/must be owner/);
  });

  test("coordinators that start at once make the schema together", async () => {
    await dropSchema(readAddress(postgres.url, {}), { isForced: true });
    const facts = { grid: "small", host: "lab1", pid: 1, version: "1", maxOutbox: 1e9 };
    const opened = await Promise.all(
      ["x", "y", "z"].map((store) =>
        CoordinatorWire.open(readAddress(loginOf("lab_coordinator"), {}), { store, ...facts }),
      ),
    );
    await Promise.all(opened.map((one) => one.close()));
  });
});
