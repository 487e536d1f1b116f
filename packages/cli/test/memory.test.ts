import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { workersOf } from "@ablate/runner/test/processes";
import { expect, test, vi } from "vitest";
import { makeFolder } from "./make.ts";
import { withMostMemory } from "./most-memory.ts";
import { startRun } from "./start-run.ts";

/** `pnpm test:long` has the long form. */
const STEPS = process.env.ABLATE_LONG ? 200_000 : 50_000;
const MB = 1024;
/** Some 300 bytes for each step between the two halves. */
const MOST_GROWN = (30 * MB * STEPS) / 200_000;
const LONG = { timeout: 600_000, interval: 100 };

test(
  `${STEPS.toLocaleString("en")} recorded steps leave the memory of coordinator and worker where it was`,
  async () => {
    const folder = makeFolder();
    // Large batches take long enough for many samples of each half, also on a busy machine.
    const slow = ["--set", "train.batch_size=500"];
    const args = [
      "small.yaml",
      "--only",
      "plain",
      "--steps",
      String(STEPS),
      "--workers",
      "1",
      ...slow,
    ];
    const { begun, events, ended, pid } = startRun(folder, ...args);
    await begun();
    const [worker = 0] = workersOf(pid);
    const samples: { readonly step: number; readonly own: number; readonly worker: number }[] = [];
    const look = (): void => {
      const step = Number(events("progress").at(-1)?.step);
      samples.push({ step, own: kilobytes(pid), worker: kilobytes(worker) });
    };

    await vi.waitFor(() => {
      if (events("done").length === 0) look();
      expect(events("done")).toHaveLength(1);
    }, LONG);

    expect(await ended).toBe(0);
    const early = samples.filter(({ step }) => step > STEPS / 4 && step <= STEPS / 2);
    const late = samples.filter(({ step, own, worker: other }) => {
      return step > STEPS / 2 && own > 0 && other > 0;
    });
    expect([early.length > 0, late.length > 0]).toEqual([true, true]);
    expect(mostOf(late, "own") - mostOf(early, "own")).toBeLessThan(MOST_GROWN);
    expect(mostOf(late, "worker") - mostOf(early, "worker")).toBeLessThan(MOST_GROWN);
  },
  LONG.timeout,
);

test("a plan of 10,000 runs takes less than 300 MB", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "many.yaml"), MANY);

  const { status, stdout, most } = withMostMemory(folder, "plan", "many.yaml", "--json");

  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(10_000);
  expect(most).toBeGreaterThan(30 * MB);
  expect(most).toBeLessThan(300 * MB);
});

const MANY = `name: many
data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
grid: { train.lr: { linspace: [0.01, 0.1, 10] } }
seeds: { range: [0, 1000] }
`;

function mostOf<K extends string>(samples: readonly Readonly<Record<K, number>>[], key: K): number {
  return Math.max(...samples.map((sample) => sample[key]));
}

/** Resident memory; 0 of a process that is gone. */
function kilobytes(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(stdout);
}
