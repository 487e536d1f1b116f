import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, workersOf } from "@ablate/runner/test/processes";
import { expect, test, vi } from "vitest";
import { breakAt, heldWorkers } from "./held-workers.ts";
import { ablate, jsonRows, makeFolder, spawnAblateWith } from "./make.ts";
import { type Event, PATIENCE, startHeldRun, startRun } from "./start-run.ts";

const MIDWAY = "steps 9";

/** A process that is stopped while it writes keeps the store locked. */
async function stopOutsideOfTransactions(child: ChildProcess, folder: string): Promise<void> {
  do {
    child.kill("SIGCONT");
    child.kill("SIGSTOP");
  } while ((await ablate(folder, "tag", "small/plain", "stopped")).status !== 0);
}

async function stateOf(folder: string): Promise<Event[]> {
  const query = "select run, state, reason, last_step from runs order by run";
  return [...jsonRows(await ablate(folder, "query", query, "--json"))];
}

test("two coordinators that start together on 50 runs train each of them once", async () => {
  const folder = makeFolder();
  const seeds = Array.from({ length: 25 }, (_, i) => i).join(",");
  const plan = ["small.yaml", "--seeds", seeds, "--steps", "50"];

  // The first worker of each waits until both are there.
  const both = [0, 1].map(() =>
    startHeldRun("started 1 SIGSTOP 2", folder, ...plan, "--workers", "1"),
  );
  const { release } = await heldWorkers(folder, 2);
  release();
  const codes = await Promise.all(both.map(({ ended }) => ended));

  expect([codes, both.map(({ errors }) => errors())]).toEqual([
    [0, 0],
    ["", ""],
  ]);
  const started = both.map(({ events }) => events("started").map(({ run }) => run));
  expect(started.flat().toSorted()).toEqual([...new Set(started.flat())].toSorted());
  expect(started.flat()).toHaveLength(50);
  expect(Math.min(...started.map((runs) => runs.length))).toBeGreaterThan(0);
  expect(
    (await stateOf(folder)).filter(
      ({ state, last_step }) => state === "finished" && last_step === 49,
    ),
  ).toHaveLength(50);
  const kinds = "select run_id, group_concat(kind) kinds from event group by run_id";
  expect(jsonRows(await ablate(folder, "query", kinds, "--json")).map((row) => row.kinds)).toEqual(
    Array.from({ length: 50 }, () => "started,finished"),
  );
});

test("two coordinators that restart the same runs do not train again what the other has trained", async () => {
  const folder = makeFolder();
  const plan = ["small.yaml", "--steps", "1000", "--workers", "1"];
  expect((await ablate(folder, "run", ...plan, "--quiet")).status).toBe(0);

  const first = startHeldRun("started 1", folder, ...plan, "--restart");
  const { release } = await heldWorkers(folder);
  const second = startRun(folder, ...plan, "--restart");
  await vi.waitFor(() => expect(second.events("planned")).toHaveLength(1), PATIENCE);
  release();

  expect([await first.ended, await second.ended]).toEqual([0, 0]);
  const planned = second.events("planned").map(({ to_train }) => to_train);
  const started = [first, second].flatMap(({ events }) => events("started").map(({ run }) => run));
  expect(planned).toEqual([2]);
  expect(started.toSorted()).toEqual(["small/normed", "small/plain"]);
  expect([first.errors(), second.errors()]).toEqual(["", ""]);
});

test("a store that another process is just making is as good as none to plan and run", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  writeFileSync(store, "");

  const plan = await ablate(folder, "plan", "small.yaml");
  expect([plan.status, plan.stderr, readFileSync(store).length]).toEqual([0, "", 0]);
  expect(await ablate(folder, "runs")).toMatchObject({
    status: 2,
    stderr: `ablate: ${store} is not an ablate store: it is empty; \`ablate run CONFIG\` would create one\n`,
  });
  expect((await ablate(folder, "run", "small.yaml", "--steps", "5")).status).toBe(0);
});

test("a coordinator that was stopped too long leaves its run to the one that has taken it", async () => {
  const folder = makeFolder();
  const args = ["small.yaml", "--steps", "20000", "--workers", "1"];
  const first = startHeldRun(MIDWAY, folder, ...args);
  const { release } = await heldWorkers(folder);

  await stopOutsideOfTransactions(first.child, folder);
  const second = startRun(folder, ...args, "--only", "plain");
  expect([await second.ended, second.errors()]).toEqual([0, ""]);
  expect(second.events("skipped")).toEqual([
    {
      ...{ event: "skipped", run: "small/plain", state: "running" },
      ...{ other_revision: null, kept_step: null, kept_revision: null },
    },
  ]);
  const third = await vi.waitFor(async () => {
    const next = startRun(folder, ...args, "--only", "plain");
    expect([await next.ended, next.events("started")]).toEqual([0, [expect.anything()]]);
    return next;
  }, PATIENCE);
  first.child.kill("SIGCONT");
  release();

  expect(third.events("done")).toMatchObject([{ trained: 1, bad: 0 }]);
  expect([await first.ended, first.errors()]).toEqual([0, ""]);
  expect(first.events("ended")[0]).toMatchObject({
    run: "small/plain",
    state: "interrupted",
    error: expect.stringMatching(/^another process has taken it over/),
  });
  expect(await stateOf(folder)).toEqual(
    ["small/normed", "small/plain"].map((run) => {
      return { run, state: "finished", reason: "steps", last_step: 19_999 };
    }),
  );
  const counts = jsonRows(
    await ablate(
      folder,
      "query",
      "select count(*) n, max(step) last from loss group by run",
      "--json",
    ),
  );
  expect(counts).toEqual([
    { n: 20_000, last: 19_999 },
    { n: 20_000, last: 19_999 },
  ]);
});

test("a run that is freed while a coordinator has work is trained by it", async () => {
  const folder = makeFolder();
  const args = ["small.yaml", "--steps", "5000", "--workers", "1"];
  const first = startHeldRun("steps 9 SIGSTOP 2", folder, ...args, "--only", "plain");
  await heldWorkers(folder);
  const second = startHeldRun("steps 9 SIGSTOP 2", folder, ...args);
  const both = await heldWorkers(folder, 2);

  first.child.kill("SIGKILL");
  await first.ended;
  both.release();

  expect(await second.ended).toBe(0);
  expect(second.events("started").map(({ run }) => run)).toEqual(["small/normed", "small/plain"]);
  expect((await stateOf(folder)).map(({ state }) => state)).toEqual(["finished", "finished"]);
});

test("workers of a coordinator that is killed end by themselves within 5 seconds", async () => {
  const folder = makeFolder();
  const { child, begun, pid } = startRun(folder, "small.yaml", "--steps", "5000000");
  await begun();
  const workers = await vi.waitFor(() => {
    const found = workersOf(pid);
    expect(found.length).toBeGreaterThan(0);
    return found;
  }, PATIENCE);

  child.kill("SIGKILL");

  await vi.waitFor(() => expect(workers.filter(isRunning)).toEqual([]), { timeout: 5000 });
});

test("so do workers that are in the middle of a long evaluation", async () => {
  const folder = makeFolder();
  const names = Array.from({ length: 60_000 }, (_, i) => i.toString(26));
  writeFileSync(join(folder, "names.txt"), names.join("\n"));
  const wide = ["--set", "model.hidden=[600, 600, 600, 600]", "--steps", "1"];
  const { child, events, pid } = startRun(folder, "small.yaml", "--only", "normed", ...wide);
  await vi.waitFor(() => expect(events("progress")).toHaveLength(1), PATIENCE);
  const workers = workersOf(pid);
  expect(workers).toHaveLength(1);

  child.kill("SIGKILL");

  await vi.waitFor(() => expect(workers.filter(isRunning)).toEqual([]), { timeout: 5000 });
  expect(events("ended")).toEqual([]);
});

test.each(["SIGTERM", "SIGHUP"] as const)(
  "%s stops every worker and leaves the store clean",
  async (signal) => {
    const folder = makeFolder();
    const { child, ended, begun, pid } = startRun(
      folder,
      "small.yaml",
      "--steps",
      "5000000",
      "--workers",
      "2",
    );
    await begun();

    child.kill(signal);

    expect(await ended).toBe(130);
    expect(workersOf(pid)).toEqual([]);
    expect((await stateOf(folder)).map(({ state }) => state)).not.toContain("running");
  },
);

test("a second signal does not wait for workers that do not answer", async () => {
  const folder = makeFolder();
  const run = startRun(folder, "small.yaml", "--steps", "5000000", "--workers", "1");
  await run.begun();
  for (const worker of workersOf(run.pid)) process.kill(worker, "SIGSTOP");

  run.child.kill("SIGINT");
  await vi.waitFor(() => expect(run.errors()).toMatch(/Ctrl-C again stops at once/), PATIENCE);
  run.child.kill("SIGINT");

  expect(await run.ended).toBe(130);
  expect(workersOf(run.pid)).toEqual([]);
  expect((await stateOf(folder)).map(({ state }) => state)).toEqual(["pending", "stopped"]);
});

test("Ctrl-C in a terminal, which goes to workers too, stops them in order", async () => {
  const folder = makeFolder();
  const run = startRun(folder, "small.yaml", "--steps", "5000000", "--workers", "1");
  await run.begun();

  for (const pid of [...workersOf(run.pid), run.pid]) process.kill(pid, "SIGINT");

  expect(await run.ended).toBe(130);
  expect(run.events("ended")).toEqual([expect.objectContaining({ state: "stopped", error: null })]);
});

test.each([
  [["--workers", "0"], '--workers takes a whole number of at least 1, not "0"'],
  [["--workers", "many"], '--workers takes a whole number of at least 1, not "many"'],
  [["--max-retries", "-1"], '--max-retries takes a whole number of at least 0, not "-1"'],
  [["--timeout", "10"], '--timeout takes a duration like 90s, 10m or 1h30m, not "10"'],
  [["--timeout", "0s"], '--timeout takes a duration like 90s, 10m or 1h30m, not "0s"'],
  [["--timeout", "soon"], '--timeout takes a duration like 90s, 10m or 1h30m, not "soon"'],
])("run %j is refused with a sentence", async (args, sentence) => {
  const { status, stderr } = await ablate(makeFolder(), "run", "small.yaml", ...args);

  expect([status, stderr]).toEqual([2, `ablate: ${sentence}\n`]);
});

test("a run over its --timeout fails, and --retry-failed takes it again", async () => {
  const folder = makeFolder();
  const args = ["run", "small.yaml", "--only", "plain", "--steps", "2000", "--quiet"];

  // Its worker comes to a halt on the way.
  const { status, stderr } = spawnAblateWith(
    breakAt(MIDWAY),
    folder,
    ...args,
    "--timeout",
    "500ms",
  );

  expect([status, stderr]).toEqual([1, "small/plain: failed: timeout: not done after 0.5 s\n"]);
  expect((await stateOf(folder))[0]).toMatchObject({ state: "failed", reason: "timeout" });
  expect((await ablate(folder, ...args, "--retry-failed")).status).toBe(0);
});

test("--fail-fast leaves what comes after a bad run pending and exits with 1", async () => {
  const folder = makeFolder();
  const args = ["--set", "train.lr=1e38,0.1", "--workers", "1", "--fail-fast"];

  const { status } = await ablate(folder, "run", "small.yaml", ...args);

  expect(status).toBe(1);
  const states = (await stateOf(folder)).map(({ state }) => state);
  expect(states.toSorted()).toEqual(["diverged", "pending", "pending", "pending"]);
});
