import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { expect, onTestFinished, test, vi } from "vitest";
import { breakAt, heldWorkers } from "./held-workers.ts";
import { ablate, jsonRows, makeFolder, startAblateWith } from "./make.ts";
import { PATIENCE, type StartedRun, startHeldRun } from "./start-run.ts";
import { train } from "./train.ts";

const RUNS = ["small/plain", "small/normed"];
const GRID = [
  ...["small.yaml", "--steps", "12000", "--workers", "2"],
  ...["--set", "record.checkpoint={ every: 700 }", "--set", "record.evaluate={ every: 4000 }"],
];
/** Both workers stand still on their way, with most of it before them. */
const MIDWAY = "checkpoint 2 SIGSTOP 2";

/** Something that befalls the store of a grid that is being trained. */
type Trouble = {
  readonly name: string;
  readonly begin: (run: StartedRun, store: string) => void | Promise<void>;
  readonly end: (run: StartedRun, store: string) => void | Promise<void>;
  readonly sentence: RegExp;
  /** How long the command tries before it gives up. */
  readonly patience: string;
};

const TROUBLES: readonly Trouble[] = [
  {
    name: "made read-only",
    begin: (_, store) => chmodSync(store, 0o444),
    end: (_, store) => chmodSync(store, 0o644),
    sentence: /it has become read-only; allow writing to it$/,
    patience: "700ms",
  },
  {
    name: "removed",
    begin: (_, store) => move(store, `${store}-away`),
    end: (_, store) => move(`${store}-away`, store),
    sentence: /it has been removed or renamed; put it back$/,
    patience: "700ms",
  },
  {
    name: "replaced by another file",
    begin: (_, store) => {
      renameSync(store, `${store}-away`);
      copyFileSync(`${store}-away`, store);
    },
    end: (_, store) => renameSync(`${store}-away`, store),
    sentence: /another file has taken its place; put back the one that was there$/,
    patience: "700ms",
  },
  {
    name: "kept locked",
    begin: (_, store) => lock(store),
    end: (_, store) => locks.get(store)?.(),
    sentence: /another process keeps it locked; try again$/,
    patience: "700ms",
  },
  {
    name: "as large as files may be",
    begin: ({ pid }) => limitFiles(pid, "200000"),
    end: ({ pid }) => limitFiles(pid, "unlimited"),
    sentence: /the device rejects it; check .* limits of file sizes \(SQLITE_IOERR_WRITE\)$/,
    patience: "700ms",
  },
];

test.each(TROUBLES)(
  "a store that is $name pauses training, which goes on without a gap",
  async ({ begin, end, sentence }) => {
    const folder = makeFolder();
    const store = join(folder, "ablate.db");
    const run = startHeldRun(MIDWAY, folder, ...GRID);
    const { release } = await heldWorkers(folder, 2);

    await begin(run, store);
    release();
    await waitFor(run, "waiting");
    const [waiting] = run.events("storage");
    const look = ["--store", existing(store)];
    const seen = [
      await ablate(folder, "runs", ...look, "--json"),
      await ablate(folder, "ui", ...look, "--once", "--size", "80x24"),
    ];
    await end(run, store);
    await waitFor(run, "over");

    expect(String(waiting?.error)).toMatch(sentence);
    expect(waiting).toMatchObject({ seconds: 0, limit: 60 });
    expect(seen.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect([await run.ended, run.errors()]).toEqual([0, ""]);
    await expectUndisturbed(folder);
  },
);

test.each(TROUBLES)(
  "a store that stays $name ends the command in a sentence, and the next start trains the rest",
  async ({ begin, end, sentence, patience }) => {
    const folder = makeFolder();
    const store = join(folder, "ablate.db");
    const run = startHeldRun(MIDWAY, folder, ...GRID, "--storage-timeout", patience);
    const { release } = await heldWorkers(folder, 2);

    await begin(run, store);
    release();
    expect(await run.ended).toBe(1);
    await end({ ...run, pid: process.pid }, store);

    const [said = "", ...more] = run.errors().trim().split("\n");
    expect(more).toEqual([]);
    const [reason = "", rest] = said.split("; 2 runs are left to train, ");
    expect(reason).toMatch(sentence);
    expect(rest).toBe("the same command goes on from the last checkpoints");
    expect(run.events("done")).toEqual([expect.objectContaining({ left: 2, bad: 0 })]);
    const states = jsonRows(await ablate(folder, "runs", "--json")).map(({ state }) => state);
    expect(states).toEqual(["interrupted", "interrupted"]);
    expect(await ablate(folder, "run", ...GRID, "--quiet")).toMatchObject({
      status: 0,
      stderr: "",
    });
    await expectUndisturbed(folder);
  },
);

test("a store that is gone for good is made anew by the next start, with the same history", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  const run = startHeldRun(MIDWAY, folder, ...GRID, "--storage-timeout", "300ms");
  const { release } = await heldWorkers(folder, 2);

  for (const name of readdirSync(folder)) {
    if (name.startsWith("ablate.db")) rmSync(join(folder, name));
  }
  release();
  expect(await run.ended).toBe(1);

  expect(readdirSync(folder).filter((name) => name.startsWith("ablate.db"))).toEqual([]);
  expect((await ablate(folder, "run", ...GRID, "--quiet")).status).toBe(0);
  expect(existsSync(store)).toBe(true);
  await expectUndisturbed(folder);
});

test("trouble that comes and goes all the time changes no bit", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  const run = startHeldRun(MIDWAY, folder, ...GRID);
  const { release } = await heldWorkers(folder, 2);

  // In the turn in which it is heard, so that a fast machine cannot be done in between.
  let times = 0;
  run.child.stdout?.on("data", () => {
    const begun = run.events("storage").filter(({ state }) => state === "waiting").length;
    const over = run.events("storage").length - begun;
    if (begun > over) chmodSync(store, 0o644);
    else if (over === times && times < 12) {
      times += 1;
      chmodSync(store, 0o444);
    }
  });
  chmodSync(store, 0o444);
  times += 1;
  release();

  expect([await run.ended, run.errors()]).toEqual([0, ""]);
  expect(run.events("storage").length).toBeGreaterThan(4);
  await expectUndisturbed(folder);
});

test("what waits for the store does not count for --timeout", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  const alone = ["small.yaml", "--steps", "2000", "--only", "plain"];
  const began = performance.now();
  expect((await ablate(makeFolder(), "run", ...alone, "--quiet")).status).toBe(0);
  const seconds = Math.ceil((3 * (performance.now() - began)) / 1000);
  const run = startHeldRun("steps 9", folder, ...alone, "--timeout", `${seconds}s`);
  const { release } = await heldWorkers(folder);

  chmodSync(store, 0o444);
  release();
  await waitFor(run, "waiting");
  const since = performance.now();
  await vi.waitFor(() => expect(performance.now() - since).toBeGreaterThan(1000 * seconds), {
    timeout: 100_000,
    interval: 100,
  });
  chmodSync(store, 0o644);

  expect([await run.ended, run.errors()]).toEqual([0, ""]);
});

test("Ctrl-C twice does not wait for the store", async () => {
  const folder = makeFolder();
  const run = startHeldRun(MIDWAY, folder, ...GRID);
  const { release } = await heldWorkers(folder, 2);
  chmodSync(join(folder, "ablate.db"), 0o444);
  release();
  await waitFor(run, "waiting");

  await run.interrupt();
  run.child.kill("SIGINT");

  expect(await run.ended).toBe(130);
});

test("without --json it is one line when it begins and one when it is over", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  const args = ["small.yaml", "--steps", "5000", "--only", "plain"];
  const quiet = ["--quiet", "--storage-timeout", "20s"];
  const { child, ended } = startAblateWith(breakAt("steps 9"), folder, "run", ...args, ...quiet);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const { release } = await heldWorkers(folder);

  chmodSync(store, 0o444);
  release();
  await vi.waitFor(() => expect(errors).toContain("\n"), PATIENCE);
  chmodSync(store, 0o644);

  expect(await ended).toBe(0);
  expect(errors).toMatch(
    /^storage: cannot write to \S+: it has become read-only; allow writing to it; training waits and tries again for 20 s\nstorage: written again, after \d+ s; training goes on\n$/,
  );
});

test("a store that is read-only from the start is one sentence, and stays as it is", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  await train(folder, "small.yaml");
  chmodSync(store, 0o444);

  const { status, stdout, stderr } = await ablate(folder, "run", "small.yaml", "--steps", "300");

  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^ablate: cannot write to \S+: it is read-only; allow writing to it first\n$/m,
  );
  expect(jsonRows(await ablate(folder, "runs", "--json"))).toHaveLength(2);
});

/** A line a second counts: nothing but what is asked for may have changed. */
async function expectUndisturbed(folder: string): Promise<void> {
  for (const run of RUNS) {
    const [was, is] = [
      wholeRun(join(await undisturbed(), "ablate.db"), run),
      wholeRun(join(folder, "ablate.db"), run),
    ];
    expect(is).toEqual(was);
  }
  const check = "select integrity_check from pragma_integrity_check";
  expect(jsonRows(await ablate(folder, "query", check, "--json"))).toEqual([
    { integrity_check: "ok" },
  ]);
}

const trained: string[] = [];

/** The same grid, trained once and without trouble. */
async function undisturbed(): Promise<string> {
  const [known] = trained;
  if (known !== undefined) return known;
  const folder = makeFolder();
  await train(folder, ...GRID);
  trained.push(folder);
  return folder;
}

async function waitFor(run: StartedRun, state: string): Promise<void> {
  await vi.waitFor(
    () => expect(run.events("storage").map((event) => event.state)).toContain(state),
    PATIENCE,
  );
}

function existing(store: string): string {
  return existsSync(store) ? store : `${store}-away`;
}

function move(from: string, to: string): void {
  for (const suffix of ["-wal", "-shm", ""]) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

const locks = new Map<string, () => Promise<void>>();

/** Keeps a store locked by a process of its own, as soon as nobody else writes. */
async function lock(store: string): Promise<void> {
  const child = spawn("sqlite3", [store]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin.write(".timeout 20000\nbegin immediate;\nselect 'locked';\n");
  await vi.waitFor(() => expect(said).toContain("locked"), PATIENCE);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  locks.set(store, async () => {
    child.stdin.end("rollback;\n.quit\n");
    await ended;
  });
}

function limitFiles(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:`]);
  expect([status, String(stderr)]).toEqual([0, ""]);
}
