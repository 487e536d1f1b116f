/** A grid on many machines in its user's hands: shared with this machine, watched, stopped, refused. */
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { differences, faults } from "./chaos/whole-grid.ts";
import { ablate, COMMAND, jsonRows, makeFolder } from "./make.ts";
import { openTerminal } from "./pty.ts";
import { PATIENCE } from "./start-run.ts";
import { type Started, startTold } from "./started.ts";

const { missing } = postgresFound();
/** A second or two on one core. */
const STEPS = ["--set", "train.steps=100000", "--set", "record.checkpoint={ every: 2000 }"];
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
  if (missing !== null) return;
  await ablate(folder, "workers", url, "--drop", "--force");
  // Workers are there once a coordinator has made the schema.
  await ablate(
    folder,
    ..."run small.yaml --steps 1 --workers 1 --store first.db --quiet --on".split(" "),
    url,
  );
});

function run(...args: readonly string[]): Started {
  const words = ["--store", store, "--on", url, "--json", ...args];
  return startTold({}, folder, "run", "small.yaml", ...STEPS, ...words);
}

/** Resolves once the worker is there for a coordinator that starts then. */
async function work(): Promise<Started> {
  const worker = startTold({}, folder, "worker", url);
  await vi.waitFor(async () => {
    const { stdout } = await ablate(folder, "workers", url);
    expect(stdout).toContain("1 worker");
  }, PATIENCE);
  return worker;
}

function expectSame(): void {
  expect(differences(store, join(folder, "alone.db"))).toEqual([]);
  expect(faults(store)).toEqual([]);
}

/** The worker that a run has in its provenance; null: this machine trained it. */
async function workerOf(name: string): Promise<string | null> {
  const [row] = jsonRows(await ablate(folder, "show", name, "--store", store, "--json"));
  return JSON.stringify(row).match(/"worker":"([^"]*)"/)?.[1] ?? null;
}

describe.skipIf(missing !== null)(`in hands${missing === null ? "" : ` (${missing})`}`, () => {
  test("a worker of this machine and one of another share a grid, and watch says where each is", async () => {
    await work();
    const grid = run("--workers", "1");
    await grid.said(/"progress","run":"small\/plain"/);
    await grid.said(/"progress","run":"small\/normed"/);

    const watch = startTold({}, folder, "watch", "small", "--store", store, "--json");

    expect(await grid.ended, grid.stderr()).toBe(0);
    expect(await watch.ended, watch.stderr()).toBe(0);
    const placed = grid.stdout().match(/"event":"placed","run":"([^"]*)"[^\n]*/) ?? [];
    expect(watch.stdout()).toContain(placed[0]);
    const workers = await Promise.all(["plain", "normed"].map(workerOf));
    expect(workers.filter((one) => one !== null)).toHaveLength(1);
    expect(await workerOf(placed[1] ?? "")).not.toBeNull();
    expectSame();
  });

  test("a worker of this machine takes back what one elsewhere does not begin with", async () => {
    const worker = await work();
    worker.child.kill("SIGSTOP");

    const grid = run("--workers", "1");

    expect(await grid.ended, grid.stderr()).toBe(0);
    expect(grid.stdout()).not.toContain('"placed"');
    expect(grid.stdout().split('"event":"started"')).toHaveLength(1 + 3);
    expectSame();
  });

  test("Ctrl-C lets a worker finish its block and keep a checkpoint, from which another run goes on", async () => {
    await work();
    const first = run("--only", "plain");
    await first.said('"progress"');

    first.child.kill("SIGINT");

    expect(await first.ended).toBe(130);
    const [stopped] = jsonRows(await ablate(folder, "runs", "--store", store, "--json"));
    expect(stopped).toMatchObject({ state: "stopped", reason: "user" });
    const second = run();
    expect(await second.ended, second.stderr()).toBe(0);
    expect(second.stdout()).toMatch(/"event":"started","run":"small\/plain",[^\n]*"from":[1-9]/);
    expectSame();
  });

  test("a second Ctrl-C waits for no worker, which lets go of the run by itself", async () => {
    const worker = await work();
    const first = run("--only", "plain");
    await first.said('"progress"');
    worker.child.kill("SIGSTOP");
    first.child.kill("SIGINT");
    await first.said("Ctrl-C again stops at once");
    first.child.kill("SIGINT");

    expect(await first.ended).toBe(130);

    worker.child.kill("SIGCONT");
    await worker.said("no coordinator waits for it any more");
    const second = run();
    expect(await second.ended, second.stderr()).toBe(0);
    expectSame();
  });

  test("a worker on a terminal shows its run in one line that is renewed, and then that it ended", async () => {
    const environment = { PATH: process.env.PATH ?? "", NO_COLOR: "1", TERM: "xterm-256color" };
    const words = [...COMMAND, "worker", url, "--max-runs", "1"];
    const terminal = openTerminal(words, { folder, environment });
    await terminal.waitFor(/\nwaits for runs/);
    const grid = run("--only", "plain");

    const begun = "small/plain: 100,000 steps\n";
    await terminal.waitFor(new RegExp(`${begun}small/plain  [\\d,]+/100,000  [\\d,]+ steps/s$`));
    await terminal.waitFor(new RegExp(`${begun}small/plain: finished after 100,000 steps `));
    expect(await grid.ended, grid.stderr()).toBe(0);
  });

  test("TensorFlow.js computes elsewhere what it computes here", async () => {
    const tfjs = ["run", "small.yaml", "--engine", "tfjs", "--steps", "60", "--quiet"];
    await ablate(folder, ...tfjs, "--store", "tfjs-alone.db", "--workers", "1");
    await work();

    const grid = startTold({}, folder, ...tfjs, "--store", store, "--on", url);

    expect(await grid.ended, grid.stderr()).toBe(0);
    expect(await workerOf("plain")).not.toBeNull();
    expect(differences(store, join(folder, "tfjs-alone.db"))).toEqual([]);
  });

  test("a store that has a coordinator is left to it, under another name, too", async () => {
    copyFileSync(join(folder, "first.db"), store);
    copyFileSync(store, join(folder, "copy.db"));
    const grid = run();
    await grid.said('"workers":0');

    const [same, copy] = [store, "copy.db"].map((path) =>
      startTold({}, folder, "run", "small.yaml", "--on", url, "--store", path, "--quiet"),
    );

    for (const one of [same, copy]) {
      expect(await one?.ended).toBe(2);
      expect(one?.stderr()).toMatch(
        /^ablate: process \d+ on [^\n]* has coordinated this store since [^\n]*\n$/,
      );
      expect(one?.stderr()).toContain(String(grid.child.pid));
    }
  });

  test("a password is in no argument, event, store, or what the database shows of its sessions", async () => {
    const secret = url.replace("postgres@", "postgres:hush-hush@");
    const worker = startTold({ ABLATE_ON: secret }, folder, "worker", "--json");
    const words = ["run", "small.yaml", ...STEPS, "--store", store, "--on", "--json"];
    const grid = startTold({ ABLATE_ON: secret }, folder, ...words);
    await worker.said('"progress"');

    const seen = spawnSync("ps", ["-A", "-ww", "-o", "args="], { encoding: "utf8" }).stdout;

    expect(seen).toContain("run small.yaml");
    expect(seen).not.toContain("hush");
    expect(await grid.ended, grid.stderr()).toBe(0);
    for (const one of [grid, worker]) expect(one.stdout() + one.stderr()).not.toContain("hush");
    expect(readFileSync(store).includes("hush")).toBe(false);
    expect(postgres.log).not.toContain("hush");
  });
});

test("--max-outbox without --on is refused before anything is written", async () => {
  const words = ["run", "small.yaml", "--max-outbox", "1MB", "--store", "none.db"];

  const refused = await ablate(folder, ...words);

  expect(refused).toEqual({
    status: 2,
    stdout: "",
    stderr: "ablate: --max-outbox needs --on\n",
  });
});

describe.skipIf(missing !== null)(`logins${missing === null ? "" : ` (${missing})`}`, () => {
  test("a wrong password, and TLS that the database does not have, are one sentence each", async () => {
    const guarded = await Postgres.make({
      isFsyncOff: true,
      logins: ["host all postgres 127.0.0.1/32 scram-sha-256"],
    });
    const call = async (address: string, ...verb: readonly string[]) => {
      const one = startTold({ PGPASSWORD: "hush-hush" }, folder, ...verb, address);
      return { status: await one.ended, said: one.stdout() + one.stderr() };
    };
    try {
      for (const verb of [
        ["worker"],
        ["workers"],
        ["run", "small.yaml", "--store", store, "--on"],
      ]) {
        const wrong = await call(guarded.url, ...verb);
        expect(wrong).toEqual({
          status: 2,
          said: expect.stringMatching(/^ablate: .*password.*\n$/),
        });
        expect(wrong.said).not.toContain("hush");
        const tls = await call(`${guarded.url}?sslmode=verify-full`, ...verb);
        expect(tls).toEqual({
          status: 2,
          said: expect.stringMatching(/^ablate: .*(TLS|SSL).*\n$/),
        });
      }
    } finally {
      await guarded.stop();
    }
  });
});
