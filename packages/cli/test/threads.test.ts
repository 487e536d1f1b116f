/** `ablate run --threads`: the bits of a run are those of one thread, whatever happens on the way. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { workersOf } from "@ablate/runner/test/processes";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { expect, test, vi } from "vitest";
import { heldWorkers } from "./held-workers.ts";
import { ablate, makeFolder } from "./make.ts";
import { PATIENCE, startHeldRun } from "./start-run.ts";

const WIDE = `
name: wide
data: { file: names.txt, context: 3 }
model: { embedding: 7, hidden: [260, 301] }
variants:
  tanh: {}
  normed: { model: { activation: relu, batch_norm: { where: all } }, train: { l2: 0.001 } }
train: { steps: 90, batch_size: 33, lr: 0.02 }
record: { samples: 2, probes: { every: 40 }, evaluate: { every: 30 }, checkpoint: { every: 20 } }
`;
const RUNS = ["wide/tanh", "wide/normed"];

function makeWide(): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "wide.yaml"), WIDE);
  return folder;
}

function contents(folder: string): readonly unknown[] {
  return RUNS.map((run) => wholeRun(join(folder, "ablate.db"), run));
}

async function threadsOf(folder: string, run: string): Promise<unknown> {
  const { stdout } = await ablate(folder, "show", run, "--json");
  return JSON.parse(stdout)[0].provenance.threads;
}

test("one thread and two leave the same runs, and the provenance says how many they were", async () => {
  const [one, two] = [makeWide(), makeWide()];
  const run = (folder: string, threads: string) =>
    ablate(folder, "run", "wide.yaml", "--threads", threads, "--json");

  const ended = [await run(one, "1"), await run(two, "2")];

  expect(ended.map(({ status }) => status)).toEqual([0, 0]);
  expect(contents(two)).toEqual(contents(one));
  const most = Math.min(2, availableParallelism());
  expect([await threadsOf(one, "wide/tanh"), await threadsOf(two, "wide/tanh")]).toEqual([1, most]);
  const events = jsonLines(ended[1]?.stdout ?? "").filter(({ event }) => event === "threads");
  expect(events).toContainEqual({
    event: "threads",
    run: "wide/tanh",
    threads: most,
    refusal: null,
  });
});

test("killed in the middle, a run goes on with another number of threads and the same bits", async () => {
  const [folder, undisturbed] = [makeWide(), makeWide()];
  await ablate(undisturbed, "run", "wide.yaml", "--threads", "1", "--quiet");

  const { child, ended } = startHeldRun("checkpoint 3", folder, "wide.yaml", "--threads", "2");
  const { release } = await heldWorkers(folder);
  child.kill("SIGKILL");
  await ended;
  release();
  await vi.waitFor(() => expect(workersOf(child.pid)).toEqual([]), PATIENCE);
  const { status, stdout } = await ablate(
    ...([folder, "run", "wide.yaml", "--threads", "1", "--json"] as const),
  );

  expect(status).toBe(0);
  const begun = jsonLines(stdout).filter(({ event }) => event === "started");
  expect(begun.some(({ from }) => Number(from) > 0)).toBe(true);
  expect(contents(folder)).toEqual(contents(undisturbed));
});

test.each([
  ["0", 'takes a whole number of at least 1, not "0"'],
  ["two", 'takes a whole number of at least 1, not "two"'],
  ["1.5", 'takes a whole number of at least 1, not "1.5"'],
])("--threads %s is refused in one sentence", async (threads, sentence) => {
  const { status, stderr } = await ablate(makeWide(), "run", "wide.yaml", "--threads", threads);

  expect(status).toBe(2);
  expect(stderr).toContain(`--threads ${sentence}`);
});

test("more threads than cores are as many as there are cores, which is said", async () => {
  const folder = makeWide();
  const cores = availableParallelism();

  const { status, stderr } = await ablate(
    ...([
      folder,
      "run",
      "wide.yaml",
      "--only",
      "tanh",
      "--steps",
      "5",
      "--threads",
      "999",
    ] as const),
  );

  expect(status).toBe(0);
  expect(stderr).toMatch(new RegExp(`^--threads 999: this machine has ${cores} cores? for them, `));
  expect(await threadsOf(folder, "wide/tanh")).toBe(cores);
});

test("--threads says that the engine tfjs does not take it", async () => {
  const args = ["--only", "tanh", "--steps", "2", "--engine", "tfjs", "--threads", "2"];

  const { stderr } = await ablate(makeWide(), "run", "wide.yaml", ...args);

  expect(stderr).toMatch(/^--threads applies to the engine simd only, not to tfjs\n/);
});

function jsonLines(text: string): Readonly<Record<string, unknown>>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
