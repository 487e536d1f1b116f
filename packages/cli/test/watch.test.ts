import { renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { breakAt, type HeldWorkers, heldWorkers } from "./held-workers.ts";
import { ablate, makeFolder, type startAblate, startAblateWith } from "./make.ts";
import { train } from "./train.ts";

type Started = {
  readonly child: ReturnType<typeof startAblate>["child"];
  readonly ended: Promise<number | null>;
  readonly text: () => string;
};

/** Starts a command that the test does not leave behind. */
function started(folder: string, ...args: readonly string[]): Started {
  return startedWith({}, folder, ...args);
}

function startedWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): Started {
  const { child, ended } = startAblateWith(variables, folder, ...args);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, ended, text: () => output };
}

const PATIENCE = { timeout: 60_000, interval: 50 };

type Training = Started & Pick<HeldWorkers, "release">;

/** Trains a grid, one run after the other; the first waits on its way until it is released. */
async function training(folder: string, steps = 5000): Promise<Training> {
  const args = ["small.yaml", "--workers", "1", "--steps", String(steps), "--json"];
  const run = startedWith(breakAt("steps 9"), folder, "run", ...args);
  const { release } = await heldWorkers(folder);
  await vi.waitFor(() => expect(run.text()).toContain('"progress"'), PATIENCE);
  return { ...run, release };
}

/** Lets a run go on as soon as a command that looks at it has seen it. */
async function seenBy(watch: Started, run: Training): Promise<void> {
  await vi.waitFor(
    () => expect(watch.text()).toMatch(/\[1\/\d\] small\/plain|"progress"/),
    PATIENCE,
  );
  run.release();
}

type Event = Readonly<Record<string, unknown>>;

function eventsOf(text: string): Event[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{")) // the others are notes
    .map((line): Event => JSON.parse(line));
}

test("watch tells of a grid what the command that trains it tells", async () => {
  const folder = makeFolder();
  const run = await training(folder);

  const watch = started(folder, "watch", "small", "--json");
  await seenBy(watch, run);

  expect(await run.ended).toBe(0);
  expect(await watch.ended).toBe(0);
  const [ran, watched] = [run, watch].map(({ text }) => eventsOf(text()));
  const of = (events: readonly Event[] | undefined, name: string) =>
    (events ?? []).filter(({ event }) => event === name);
  for (const name of ["planned", "started"]) expect(of(watched, name)).toEqual(of(ran, name));
  const ends = (events: readonly Event[] | undefined) =>
    of(events, "ended").map(({ steps_per_s: _, loss: __, ...rest }) => rest);
  expect(ends(watched)).toEqual(ends(ran));
  expect(of(watched, "progress").length).toBeGreaterThan(0);
  expect(Object.keys(of(watched, "progress")[0] ?? {})).toEqual(
    Object.keys(of(ran, "progress")[0] ?? {}),
  );
  const findings = (events: readonly Event[] | undefined) =>
    [...Map.groupBy(of(events, "findings"), ({ run }) => run).values()].map(
      (ofRun) => ofRun.at(-1)?.findings,
    );
  expect(findings(watched)).toEqual(findings(ran));
  expect(findings(watched)).toHaveLength(2);
  expect(of(watched, "done")).toMatchObject([{ grid: "small", trained: 2, bad: 0, left: 0 }]);
});

test("watch says where a run goes on, and from which", async () => {
  const folder = makeFolder();
  const small = ["small.yaml", "--workers", "1"];
  await train(folder, ...small, "--only", "plain");
  const longer = ["run", ...small, "--steps", "5000", "--json"];
  const run = startedWith(breakAt("steps 3 SIGSTOP 2"), folder, ...longer);
  const first = await heldWorkers(folder);
  const [longRun] = eventsOf(run.text()).flatMap(({ event, run: name }) =>
    event === "started" ? [name] : [],
  );
  const watch = started(folder, "watch", String(longRun), "--json");
  await vi.waitFor(() => expect(watch.text()).toContain('"progress"'), PATIENCE);
  run.child.kill("SIGKILL");
  await run.ended;
  first.release();
  expect(await watch.ended).toBe(1);

  const again = startedWith(breakAt("steps 3 SIGSTOP 2"), folder, ...longer, "--only", "plain");
  const second = await heldWorkers(folder, 2);
  const watchAgain = started(folder, "watch", String(longRun), "--json");
  await vi.waitFor(() => expect(watchAgain.text()).toContain('"progress"'), PATIENCE);
  second.release();

  expect([await again.ended, await watchAgain.ended]).toEqual([0, 0]);
  const [ran, watched, ranAgain, watchedAgain] = [run, watch, again, watchAgain].map(({ text }) => {
    const start = eventsOf(text()).find(
      ({ event, run: name }) => event === "started" && name === longRun,
    );
    return { from: start?.from, of: start?.of };
  });
  expect(ran).toEqual({ from: 200, of: "small/plain" });
  expect(ranAgain).toEqual({ from: 200, of: longRun });
  expect([watched, watchedAgain]).toEqual([ran, ranAgain]);
});

test("watch of a killed grid says interrupted and what is left, as runs and show do", async () => {
  const folder = makeFolder();
  const run = await training(folder, 5_000_000);
  const watch = started(folder, "watch", "small");
  await seenBy(watch, run);
  const before = statSync(join(folder, "ablate.db")).mtimeMs;

  run.child.kill("SIGKILL");

  expect(await watch.ended).toBe(1);
  expect(watch.text()).toMatch(/^small\/plain: interrupted after [\d,]+ steps/m);
  expect(watch.text()).toMatch(/^small: 1 interrupted, 1 pending; nothing is being trained$/m);
  expect((await ablate(folder, "runs")).stdout).toMatch(/^small\/plain +interrupted/m);
  expect((await ablate(folder, "runs", "--state", "running", "--json")).stdout).toBe("[]\n");
  expect((await ablate(folder, "runs", "state:interrupted")).stdout).toMatch(/^small\/plain/m);
  expect((await ablate(folder, "show", "small/plain")).stdout).toContain(
    "interrupted (process died)",
  );
  expect((await ablate(folder, "plan", "small.yaml", "--steps", "5000000")).stdout).toContain(
    "2 to train",
  );
  const sql = "select state from runs where run = 'small/plain'";
  expect((await ablate(folder, "query", sql)).stdout).toContain("running");
  expect(statSync(join(folder, "ablate.db")).mtimeMs).toBe(before);
});

test("watch stays with a process that is silent for longer than its heartbeat, and comes back", async () => {
  const folder = makeFolder();
  const run = await training(folder);
  const watch = started(folder, "watch", "small");
  await vi.waitFor(() => expect(watch.text()).toContain("[1/2] small/plain"), PATIENCE);

  run.child.kill("SIGSTOP");
  await vi.waitFor(() => expect(watch.text()).toContain("small/plain: interrupted"), PATIENCE);
  run.child.kill("SIGCONT");
  run.release();

  expect([await run.ended, await watch.ended]).toEqual([0, 0]);
  expect(watch.text()).toMatch(/^small: 2 finished$/m);
});

test("watch of one run ends with it", async () => {
  const folder = makeFolder();
  const run = await training(folder);

  const watch = started(folder, "watch", "small/plain");
  await seenBy(watch, run);

  expect(await watch.ended).toBe(0);
  expect(watch.text()).toMatch(/^small\/plain: finished {2}train [\d.]+ {2}valid/m);
  expect(watch.text()).toMatch(/^small\/plain: \S.* so far$|^small\/plain: .*\d % saturated/m);
  expect(watch.text()).toMatch(/^small\/plain: 1 finished$/m);
  expect(watch.text()).not.toContain("normed");
  await run.ended;
});

test("watch of what is done says so at once, with the exit code of run", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml");
  await ablate(folder, "run", "small.yaml", "--only", "plain", "--set", "train.lr=1e38", "--quiet");

  const finished = await ablate(folder, "watch", "small/normed");
  const diverged = await ablate(folder, "watch", "small");

  expect([finished.status, finished.stdout]).toEqual([0, "small/normed: 1 finished\n"]);
  expect([diverged.status, diverged.stdout]).toEqual([1, "small: 2 finished, 1 diverged\n"]);
});

test("Ctrl-C ends watch, not what it watches", async () => {
  const folder = makeFolder();
  const run = await training(folder);
  const watch = started(folder, "watch", "small");
  await vi.waitFor(() => expect(watch.text()).toContain("[1/2] small/plain"), PATIENCE);

  watch.child.kill("SIGINT");

  expect(await watch.ended).toBe(130);
  run.release();
  expect(await run.ended).toBe(0);
});

test("watch ends with a sentence where its store is removed", async () => {
  const folder = makeFolder();
  const run = await training(folder, 5_000_000);
  const watch = started(folder, "watch", "small");
  await seenBy(watch, run);

  const store = join(folder, "ablate.db");
  renameSync(store, `${store}.away`);

  expect(await watch.ended).toBe(2);
  expect(watch.text()).toContain(`ablate: ${store} was removed or replaced`);
  run.child.kill("SIGKILL");
});

test("watch without a store or a grid of that name is a sentence", async () => {
  const folder = makeFolder();
  expect(await ablate(folder, "watch", "small")).toMatchObject({ status: 2 });
  expect((await ablate(folder, "watch", "small")).stderr).toMatch(
    /^ablate: there is no store at .*\n$/,
  );
  await train(folder, "small.yaml", "--steps", "5");

  expect(await ablate(folder, "watch", "smoll")).toMatchObject({
    status: 2,
    stderr: 'ablate: there is no run or grid "smoll"; did you mean small?\n',
  });
});

test("run says what its plan has to say, and so does plan --json on stderr", async () => {
  const folder = makeFolder();
  const twice = "name: twice\nextends: small.yaml\nvariants: { a: {}, b: {} }\n";
  writeFileSync(join(folder, "twice.yaml"), twice);

  const plan = await ablate(folder, "plan", "twice.yaml");
  const json = await ablate(folder, "plan", "twice.yaml", "--json");
  const run = await ablate(folder, "run", "twice.yaml", "--steps", "5");

  expect(plan.stderr).toMatch(/same/);
  expect(json.stderr).toBe(plan.stderr);
  expect(JSON.parse(json.stdout)).toBeInstanceOf(Array);
  expect(run.stderr).toContain(plan.stderr.trim().split("\n")[0]);
  expect((await ablate(folder, "run", "twice.yaml", "--quiet")).stderr).toBe("");
});
