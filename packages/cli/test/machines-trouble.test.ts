/** A grid on many machines in trouble: whatever befalls it, its store is the one that one machine makes. */
import { join } from "node:path";
import { workersOf } from "@ablate/runner/test/processes";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { differences, faults } from "./chaos/whole-grid.ts";
import { lines } from "./json-rules.ts";
import { ablate, makeFolder } from "./make.ts";
import { type Started, startTold } from "./started.ts";

const { missing } = postgresFound();
const STEPS = ["--set", "train.steps=60000", "--set", "record.checkpoint={ every: 2000 }"];
const folder = makeFolder();
let store = "";
let stores = 0;
let postgres: Postgres;
let url = "";

beforeAll(async () => {
  if (missing !== null) return;
  postgres = await Postgres.make({ isFsyncOff: true });
  url = postgres.url;
  await ablate(folder, "run", "small.yaml", ...STEPS, "--quiet", "--store", "alone.db");
}, 60_000);

afterAll(() => postgres?.stop());

beforeEach(async () => {
  stores += 1;
  store = join(folder, `${stores}.db`);
  if (missing === null) await ablate(folder, "workers", url, "--drop", "--force");
});

function run(...args: readonly string[]): Started {
  const words = ["--store", store, "--on", url, "--json", ...args];
  return startTold({}, folder, "run", "small.yaml", ...STEPS, ...words);
}

function work(...args: readonly string[]): Started {
  return startTold({}, folder, "worker", url, "--json", ...args);
}

type Event = Readonly<Record<string, unknown>>;

function eventsOf({ stdout }: Started, name: string): readonly Event[] {
  return lines(stdout().slice(0, stdout().lastIndexOf("\n") + 1) || "{}").flatMap((event) =>
    typeof event === "object" && event !== null && "event" in event && event.event === name
      ? [{ ...event }]
      : [],
  );
}

/** The store is whole, and that of one machine. */
function expectSame(): void {
  expect(differences(store, join(folder, "alone.db"))).toEqual([]);
  expect(faults(store)).toEqual([]);
}

describe.skipIf(missing !== null)(`in trouble${missing === null ? "" : ` (${missing})`}`, () => {
  test("local workers train a grid without any other, and all there is", async () => {
    const grid = run("--workers", "2");

    expect(await grid.ended, grid.stderr()).toBe(0);
    expect(eventsOf(grid, "placed")).toEqual([]);
    expectSame();
  });

  test("a new coordinator adopts what one that was killed has handed out", async () => {
    const worker = work("--workers", "2");
    const first = run();
    await worker.said(/"progress","run":"small\/plain"/);
    await worker.said(/"progress","run":"small\/normed"/);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = run();

    expect(await second.ended, second.stderr()).toBe(0);
    expect(eventsOf(second, "retried")).toEqual([]);
    expect(eventsOf(worker, "taken")).toHaveLength(2);
    expectSame();
  });

  test("a second signal gives a run up at once, and another worker goes on with it", async () => {
    const first = work();
    const grid = run();
    await first.said('"progress"');
    first.child.kill("SIGSTOP");
    const second = work();
    await second.said('"progress"');
    first.child.kill("SIGCONT");
    const forks = workersOf(first.child.pid);
    for (const pid of forks) process.kill(pid, "SIGSTOP");

    first.child.kill("SIGINT");
    await first.said('"leaving"');
    first.child.kill("SIGINT");

    expect(await first.ended).toBe(130);
    expect(await grid.ended, grid.stderr()).toBe(0);
    expectSame();
  });

  test("Postgres that is killed and comes back costs nothing", async () => {
    const worker = work("--workers", "2");
    const grid = run();
    await worker.said('"progress"');
    await postgres.kill();
    await Promise.all([grid, worker].map(({ said }) => said(/"database","state":"waiting"/)));

    await postgres.start();

    expect(await grid.ended, grid.stderr()).toBe(0);
    expect(eventsOf(grid, "retried")).toEqual([]);
    for (const one of [grid, worker]) {
      expect(eventsOf(one, "database").at(-1)).toMatchObject({ state: "over", error: null });
    }
    expectSame();
  });

  test("a worker waits while a coordinator that stands still leaves it no room", async () => {
    const worker = work();
    const grid = run("--max-outbox", "100KB");
    await worker.said('"progress"');
    grid.child.kill("SIGSTOP");
    await worker.said(/"outbox","state":"full"/);

    grid.child.kill("SIGCONT");

    await worker.said(/"outbox","state":"over"/);
    expect(await grid.ended, grid.stderr()).toBe(0);
    expectSame();
  });
});
