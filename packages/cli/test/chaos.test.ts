import { type ChildProcess, spawnSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "@ablate/runner/test/processes";
import { openReader } from "@ablate/store";
import { beforeAll, expect, test, vi } from "vitest";
import { chaosFolder, configOf } from "./chaos/grid.ts";
import { live } from "./chaos/life.ts";
import { Random } from "./chaos/random.ts";
import { chaosRound, checkEnd } from "./chaos/round.ts";
import { differences, faults } from "./chaos/whole-grid.ts";
import { heldWorkers } from "./held-workers.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { type StartedRun, startHeldRun, startRun } from "./start-run.ts";

/** `pnpm test:chaos` does 200. */
const ROUNDS = 4;
/** Of the first round; the others follow. */
const FIRST_SEED = Number(process.env.ABLATE_CHAOS_SEED ?? 1) * 10_007 + 1;
const CONFIG = configOf("simd");
const UNDISTURBED = "undisturbed.db";
const LONG = { timeout: 90_000, interval: 200 };
const folder = chaosFolder();
const pathOf = (store: string): string => join(folder, store);

beforeAll(async () => {
  process.stdout.write(`chaos: seeds from ${FIRST_SEED}\n`);
  checkEnd(await live(folder, { config: CONFIG, store: UNDISTURBED, blows: [] }));
});

test("the undisturbed grid has eight runs, of which one diverges and one stops early", async () => {
  const { stdout } = await ablate(folder, "runs", "--store", UNDISTURBED, "--json");
  const rows: { state: string; reason: string }[] = JSON.parse(stdout);

  expect(rows.map(({ state, reason }) => `${state} ${reason}`).toSorted()).toEqual([
    "diverged loss",
    "finished patience",
    ...Array.from({ length: 6 }, () => "finished steps"),
  ]);
  expect([
    ...faults(pathOf(UNDISTURBED)),
    ...differences(pathOf(UNDISTURBED), pathOf(UNDISTURBED)),
  ]).toEqual([]);
});

test.each([
  [
    "a step is missing",
    "delete from step where run_id = 1 and step = 1000",
    /^step -\["chaos\/plain",1000/,
  ],
  ["a bit of a weight differs", "update checkpoint set weights = zeroblob(9)", /^checkpoint \+/],
  ["a run is another's", "update run set seed = seed + 1 where id = 2", /^run \+/],
  ["a finding is gone", "delete from finding where idx = 0", /^finding -/],
])("a store in which %s is told from an undisturbed one", (name, sql, sentence) => {
  const store = `${name.replaceAll(/\W/g, "-")}.db`;
  inStore(UNDISTURBED, `vacuum into '${store}'`);

  inStore(store, sql);

  expect(differences(pathOf(store), pathOf(UNDISTURBED)).join("\n")).toMatch(
    new RegExp(sentence, "m"),
  );
});

test.each(Array.from({ length: ROUNDS }, (_, i) => [i + 1, FIRST_SEED + i] as const))(
  "killed with -9 at random, a grid ends as if nothing had happened (round %i, seed %i)",
  async (number, seed) => {
    const round = await chaosRound({
      folder,
      config: CONFIG,
      store: `round-${number}.db`,
      undisturbed: UNDISTURBED,
      random: new Random(seed),
    });

    expect(round.wrong, `seed ${seed}`).toEqual([]);
  },
);

test.each([
  ["truncated", "substr(weights, 1, length(weights) / 2)", "id in"],
  ["flipped by a bit", "cast(x'7f' || substr(weights, 2) as blob)", "id in"],
  ["damaged, all of them", "zeroblob(length(weights))", "id > 0 or id in"],
])(
  "a checkpoint that is %s between a kill and the next start costs time only",
  async (name, damage, which) => {
    const store = `${name.replaceAll(/\W/g, "-")}.db`;
    const latest = "select max(id) from checkpoint where final = 0 group by run_id";
    const isOpen = "run_id in (select id from run where state = 'running') and final = 0";
    const injure = `update checkpoint set weights = ${damage} where ${isOpen} and (${which} (${latest}))`;
    let damaged = 0;
    for (let lives = 0; damaged === 0; lives++) {
      expect(lives, "lives without a checkpoint of a run that goes on").toBeLessThan(50);
      const blow = { victim: "both", events: 14, ms: 5 } as const;
      const { code } = await live(folder, { config: CONFIG, store, blows: [blow] });
      expect(code).toBe(null);
      damaged = Number(inStore(store, `${injure}; select changes()`));
    }

    const second = await live(folder, { config: CONFIG, store, blows: [] });

    checkEnd(second);
    const unused = second.events.filter(({ event }) => event === "unused");
    expect(unused.map(({ message }) => String(message))).toEqual(
      unused.map(() =>
        expect.stringMatching(/^the checkpoint of \S+ at step \d+ is damaged and passed over$/),
      ),
    );
    expect(unused).toHaveLength(damaged);
    expectUndisturbed(store);
  },
);

test("a coordinator that is stopped for longer than its heartbeat and goes on after another has taken over", async () => {
  const store = "stopped.db";
  const first = startHeld("checkpoint 3 SIGSTOP 2", store);
  await heldWorkers(folder, 2);

  stopOutsideOfTransactions(first.child, store);
  const held = statesOf(store).filter(([, state]) => state === "running");
  await vi.waitFor(() => expect(lostIn(store)).toHaveLength(held.length), LONG);
  const second = start(store);
  await second.begun();
  first.child.kill("SIGCONT");

  expect(await Promise.all([first.ended, second.ended])).toEqual([1, 1]);
  expect([first.errors(), second.errors()]).toEqual(["", ""]);
  const lost = first.events("ended").filter(({ state }) => state === "interrupted");
  expect(lost.map(({ run }) => run).toSorted()).toEqual(held.map(([run]) => run).toSorted());
  expectUndisturbed(store);
});

test("a worker that is stopped for longer than its heartbeat is replaced", async () => {
  const store = "hung.db";
  const run = startHeld("checkpoint 3", store);
  const [worker = 0] = (await heldWorkers(folder)).pids;

  expect(await run.ended).toBe(1);
  const retried = run.events("retried");
  expect(retried.map(({ error }) => error)).toEqual(["worker hung: no sign of life for 30 s"]);
  await vi.waitFor(() => expect(isRunning(worker)).toBe(false), { timeout: 10_000 });
  expectUndisturbed(store);
});

test("a store that is read-only at the next start is left alone until it is not", async () => {
  const store = "read-only.db";
  const blow = { victim: "both", events: 20, ms: 0 } as const;
  await live(folder, { config: CONFIG, store, blows: [blow] });

  chmodSync(pathOf(store), 0o444);
  const { code, errors } = await live(folder, { config: CONFIG, store, blows: [] });
  chmodSync(pathOf(store), 0o644);

  expect(code).toBe(2);
  expect(errors).toMatch(
    /^ablate: cannot write to \S+: it is read-only; allow writing to it first\n$/,
  );
  checkEnd(await live(folder, { config: CONFIG, store, blows: [] }));
  expectUndisturbed(store);
});

test.each(["pragma journal_mode = wal", "pragma auto_vacuum = 2; vacuum", ""])(
  "a store whose maker was killed before anything was in it is made by the next start (%s)",
  async (sql) => {
    const place = makeFolder();
    const store = join(place, "ablate.db");
    writeFileSync(store, "");
    expect(spawnSync("sqlite3", [store, sql]).status).toBe(0);

    expect(jsonRows(await ablate(place, "plan", "small.yaml", "--json"))[0]).toMatchObject({
      state: "new",
    });
    expect(await ablate(place, "run", "small.yaml", "--json")).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect((await ablate(place, "doctor")).status).toBe(0);
  },
);

function start(store: string): StartedRun {
  return startRun(folder, CONFIG, "--store", store, "--workers", "2");
}

function startHeld(where: string, store: string): StartedRun {
  for (const place of [0, 1]) rmSync(join(folder, `worker-${place}.pid`), { force: true });
  return startHeldRun(where, folder, CONFIG, "--store", store, "--workers", "2");
}

function expectUndisturbed(store: string): void {
  expect([...faults(pathOf(store)), ...differences(pathOf(store), pathOf(UNDISTURBED))]).toEqual(
    [],
  );
}

/** SQL by a process of its own. */
function inStore(store: string, sql: string): string {
  const { stdout, stderr } = spawnSync("sqlite3", ["-cmd", ".timeout 2000", pathOf(store), sql], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.trim();
}

/** A process that is stopped while it writes keeps the store locked, as long as it is stopped. */
function stopOutsideOfTransactions(child: ChildProcess, store: string): void {
  const tryToWrite = ["-cmd", ".timeout 200", pathOf(store), "begin immediate; rollback"];
  do {
    child.kill("SIGCONT");
    child.kill("SIGSTOP");
  } while (spawnSync("sqlite3", tryToWrite).status !== 0);
}

function statesOf(store: string): readonly (readonly [string, string])[] {
  const reader = openReader(pathOf(store));
  try {
    return reader.runs().map(({ name: run, state }) => [run, state] as const);
  } finally {
    reader.close();
  }
}

function lostIn(store: string): readonly string[] {
  const reader = openReader(pathOf(store));
  try {
    return reader.stamps(Date.now()).flatMap(({ run, isLost }) => (isLost ? [run] : []));
  } finally {
    reader.close();
  }
}
