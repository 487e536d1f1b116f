/** `ablate worker` and `ablate workers` beside a real Postgres, with nothing to train. */
import { randomUUID } from "node:crypto";
import { CoordinatorWire, readAddress } from "@ablate/remote";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { ablate, ablateWith, jsonRows, makeFolder } from "./make.ts";
import { startTold } from "./started.ts";

const { missing } = postgresFound();
const folder = makeFolder();
let postgres: Postgres;
let url = "";

beforeAll(async () => {
  if (missing !== null) return;
  postgres = await Postgres.make({ isFsyncOff: true });
  url = postgres.url;
}, 60_000);

afterAll(() => postgres?.stop());

beforeEach(async () => {
  if (missing === null) await ablate(folder, "workers", url, "--drop", "--force");
});

/** A coordinator that hands nothing out. */
async function coordinator(): Promise<CoordinatorWire> {
  const wire = await CoordinatorWire.open(readAddress(url, {}), {
    store: randomUUID(),
    ...{ grid: "small", host: "lab1", pid: 4711, version: "0.1.0", maxOutbox: 1e9 },
  });
  onTestFinished(() => wire.close());
  return wire;
}

test.each(["worker", "workers"])("%s without a URL says how to get a Postgres", async (verb) => {
  const { status, stdout, stderr } = await ablate(folder, verb);
  const [password = ""] = /(?<=POSTGRES_PASSWORD=)[0-9a-f]{24}/.exec(stderr) ?? [];

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^ablate: which Postgres\? Give its URL, or set ABLATE_ON\.\n/);
  for (const way of ["docker run -d", "apt install -y postgresql", "conda-forge postgresql"]) {
    expect(stderr).toContain(way);
  }
  expect(stderr).toContain(`export ABLATE_ON=postgres://ablate:${password}@localhost/ablate\n`);
  expect((await ablate(folder, verb)).stderr).not.toContain(password);
});

test.each([
  [["nonsense"], /is not postgres:\/\/USER@HOST\/DATABASE or service=NAME$/],
  [
    ["postgres://me:secret@localhost/x"],
    /read the password in an argument: put it into ~\/\.pgpass/,
  ],
  [["postgres://me@localhost:1/x"], /no Postgres answers there; is it running/],
  [["postgres://me@localhost/x?sslmode=maybe"], /sslmode/],
  [["service=nosuch"], /nosuch/],
  [["a", "b"], /^ablate: unexpected argument "b"; usage: ablate workers? \[URL\]$/],
])("%j is refused in one sentence", async (words, sentence) => {
  for (const verb of ["worker", "workers"]) {
    const { status, stdout, stderr } = await ablate(folder, verb, ...words);

    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(new RegExp(sentence.source, "m"));
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/secret| at /);
  }
});

test("an empty flag of a worker is refused before anything is connected", async () => {
  for (const [flag, value] of [
    ["--workers", "0"],
    ["--max-runs", "x"],
    ["--exit-when-idle", "soon"],
    ["--threads", "1.5"],
  ] as const) {
    const { status, stderr } = await ablate(folder, "worker", "postgres://h/x", flag, value);
    expect([status, stderr]).toEqual([2, expect.stringMatching(`${flag} takes a`)]);
  }
});

test.skipIf(missing !== null)("a database that is not there is a sentence", async () => {
  const { status, stderr } = await ablate(folder, "workers", url.replace(/\w+$/, "nosuch"));

  expect(status).toBe(2);
  expect(stderr).toMatch(/^ablate: postgres:.*\/nosuch: database "nosuch" does not exist\n$/);
});

test.skipIf(missing !== null)("where nobody is, workers says how to start one", async () => {
  const { status, stdout } = await ablate(folder, "workers", url);

  expect(status).toBe(0);
  expect(stdout).toBe(
    `no worker and no coordinator is connected; start a worker on any machine: \`ablate worker ${url}\`\n`,
  );
  expect(jsonRows(await ablate(folder, "workers", url, "--json"))).toEqual([
    { kind: "outbox", messages: 0, bytes: 0 },
  ]);
});

test.skipIf(missing !== null)(
  "a worker that comes first waits, says so, and goes on Ctrl-C",
  async () => {
    const worker = startTold({}, folder, "worker", url);
    await worker.said(/waits for runs, none is assigned now/);

    worker.child.kill("SIGINT");

    expect(await worker.ended).toBe(130);
    expect(worker.stdout()).toBe("");
    expect(worker.stderr()).toMatch(
      /^database: connected to \S+\nworker \d+ on \S+: ablate \S+, protocol \d+, engines simd \d+; one run at a time\nCtrl-C once /,
    );
  },
);

test.skipIf(missing !== null)(
  "a worker ends once there was nothing to train for long enough, with and without a coordinator",
  async () => {
    const first = startTold({ ABLATE_ON: url }, folder, "worker", "--exit-when-idle", "1s");
    expect(await first.ended).toBe(0);
    await coordinator();
    const args = ["worker", "--exit-when-idle", "1s", "--json"];
    const second = startTold({ ABLATE_ON: url }, folder, ...args);

    expect(await second.ended).toBe(0);

    const events = second
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(["connected", "waiting"]);
    expect(events[1]).toEqual({
      event: "waiting",
      coordinators: [{ host: "lab1", grid: "small" }],
    });
  },
);

test.skipIf(missing !== null)(
  "workers lists who is there, and --drop removes all of it once nobody is",
  async () => {
    const wire = await coordinator();
    const worker = startTold({ ABLATE_ON: url }, folder, "worker", "--workers", "2");
    await worker.said("waits for runs of small on lab1");

    const { stdout } = await ablate(folder, "workers", url);
    expect(stdout).toMatch(
      /^coordinator +grid +since +ablate +engines\nlab1 4711 +small +\d+ s +0/,
    );
    expect(stdout).toMatch(/\nworker +since +ablate +engines +slots +steps\/s +trains\n/);
    expect(stdout).toMatch(
      new RegExp(`\n\\S+ ${worker.child.pid} +\\d+ s +\\S+ +simd \\d+ +2 +- +waits for a run\n`),
    );
    expect(stdout).toMatch(/\n1 worker, 2 runs at a time\n$/);

    const refused = await ablate(folder, "workers", url, "--drop");
    expect([refused.status, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/a coordinator on lab1, the worker .* are there; stop them/);

    worker.child.kill("SIGTERM");
    expect(await worker.ended).toBe(130);
    await wire.close();
    const dropped = await ablate(folder, "workers", url, "--drop");
    expect([dropped.stderr, dropped.status, dropped.stdout]).toEqual([
      "",
      0,
      `${url}: removed the schema ablate, nothing was on its way to a store\n`,
    ]);
    const again = await ablateWith({ ABLATE_ON: url }, folder, "workers", "--drop");
    expect(again.stdout).toBe(`${url}: there is no schema ablate; nothing to remove\n`);
  },
);

test.skipIf(missing !== null)(
  "a worker says at once that nothing speaks to its version",
  async () => {
    const wire = await coordinator();
    await wire.database.query(
      "update ablate.coordinator set version = '9.9.9', queues = '{runs.9.simd.7}'",
    );
    const worker = startTold({}, folder, "worker", url);

    await worker.said(/version: no grid here speaks to this version: protocol \d+.*ablate 9\.9\.9/);
  },
);

test.skipIf(missing !== null)(
  "a schema of another protocol is refused, and can be removed",
  async () => {
    const wire = await coordinator();
    await wire.database.query("update ablate.meta set protocol = 99");

    const worker = await ablate(folder, "worker", url);
    expect([worker.status, worker.stderr]).toEqual([
      2,
      expect.stringMatching(/its schema ablate is of protocol 99, this ablate speaks 1: /),
    ]);
    const kept = await ablate(folder, "workers", url, "--drop");
    expect([kept.status, kept.stderr]).toEqual([2, expect.stringMatching(/--drop --force/)]);
    expect((await ablate(folder, "workers", url, "--drop", "--force")).status).toBe(0);
  },
);

test.skipIf(missing !== null)("a password of the environment is printed nowhere", async () => {
  const secret = url.replace("postgres@", "postgres:hush-hush@");
  const worker = startTold({ ABLATE_ON: secret }, folder, "worker", "--exit-when-idle", "1s");

  expect(await worker.ended).toBe(0);

  expect(worker.stderr()).toContain(`connected to ${url}\n`);
  expect(worker.stderr()).not.toContain("hush");
});
