/** docs/json.md against what `run --on`, `worker` and `workers` print of a grid to which much happens. */
import { randomUUID } from "node:crypto";
import { CoordinatorWire, readAddress } from "@ablate/remote";
import { workersOf } from "@ablate/runner/test/processes";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { fits, isObject, leavesOf, lines, REMOTE_EVENTS, rulesOf } from "./json-rules.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { PATIENCE } from "./start-run.ts";
import { type Started, startTold } from "./started.ts";

const { missing } = postgresFound();
const folder = makeFolder();
let postgres: Postgres;
let url = "";

/** What each verb printed. */
const printed = new Map<string, readonly unknown[]>();

beforeAll(async () => {
  if (missing !== null) return;
  postgres = await Postgres.make({ isFsyncOff: true });
  url = postgres.url;
}, 60_000);

afterAll(() => postgres?.stop());

/** What a worker says where an engine does not run. */
const ELSEWHERE: ReadonlySet<string> = new Set(["engine", "failed"]);

function eventOf(key: string): string {
  return key.split(":")[0] ?? "";
}

function add(verb: string, rows: readonly unknown[]): void {
  printed.set(verb, [...(printed.get(verb) ?? []), ...rows]);
}

async function addWorkers(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = jsonRows(await ablate(folder, "workers", url, "--json"));
  add("workers", rows);
  return rows;
}

const worker = (...args: readonly string[]): Started =>
  startTold({}, folder, "worker", url, "--json", ...args);

describe.skipIf(missing !== null)(`many machines${missing === null ? "" : ` (${missing})`}`, () => {
  test("a worker tells of coordinators that it does not understand", async () => {
    const wire = await CoordinatorWire.open(readAddress(url, {}), {
      store: randomUUID(),
      ...{ grid: "small", host: "lab1", pid: 4711, version: "0.1.0", maxOutbox: 1e9 },
    });
    await wire.database.query(
      "update ablate.coordinator set version = '9.9.9', queues = '{runs.9.simd.7}'",
    );
    const { said, child, ended, stdout } = worker();
    await said('"mismatch"');
    child.kill("SIGTERM");
    expect(await ended).toBe(130);
    add("worker", lines(stdout()));
    await wire.close();
  }, 60_000);

  test("a grid is trained through lost processes, full outboxes, a dead Postgres and Ctrl-C", async () => {
    const args = ["--set", "train.steps=1000000", "--set", "record.checkpoint={ every: 500 }"];
    const run = startTold(
      {},
      folder,
      ...["run", "small.yaml", "--only", "plain", "--on", url, "--max-outbox", "100KB", "--json"],
      ...args,
    );
    await run.said(/"workers":0/);
    const first = worker();
    await first.said('"progress"');
    await vi.waitFor(async () => {
      const [row] = (await addWorkers()).filter(({ kind }) => kind === "worker");
      expect(row?.steps_per_s).toBeGreaterThan(0);
    }, PATIENCE);

    for (const pid of workersOf(first.child.pid)) process.kill(pid, "SIGKILL");
    await first.said('"lost"');
    await run.said('"retried"');
    const second = worker();
    await run.said(/"workers":2/);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(130);
    await run.said('"evicted"');
    await second.said('"progress"');
    await postgres.kill();
    await Promise.all([run, second].map(({ said }) => said(/"database","state":"waiting"/)));
    await postgres.start();
    await Promise.all([run, second].map(({ said }) => said(/"database","state":"over"/)));
    run.child.kill("SIGSTOP");
    await second.said(/"outbox","state":"full"/);
    await vi.waitFor(async () => {
      const [row] = (await addWorkers()).filter(({ kind }) => kind === "worker");
      expect(row?.waits_for).toBe("outbox");
    }, PATIENCE);
    run.child.kill("SIGCONT");
    await second.said(/"outbox","state":"over"/);
    await run.said('"outbox"');

    run.child.kill("SIGINT");
    await run.said("Ctrl-C again");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(130);
    add("run", lines(run.stdout()));
    for (const one of [first, second]) add("worker", lines(one.stdout()));
  }, 120_000);

  test.each(["run", "worker", "workers"])("%s prints documented keys, types and nulls", (verb) => {
    const rules = rulesOf(verb);
    const leaves = (printed.get(verb) ?? []).filter(isObject).flatMap((row) => leavesOf(row, verb));
    const keys = new Set(leaves.map(({ key }) => key));

    expect([...keys].filter((key) => !rules.has(key))).toEqual([]);
    expect(
      leaves.filter(({ key, value }) => {
        const rule = rules.get(key);
        return rule !== undefined && !fits(value, rule);
      }),
    ).toEqual([]);
    const isTold = (key: string): boolean =>
      verb === "run" ? REMOTE_EVENTS.includes(eventOf(key)) : !ELSEWHERE.has(eventOf(key));
    expect([...rules.keys()].filter((key) => isTold(key) && !keys.has(key))).toEqual([]);
  });
});
