import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../src/ui.ts", import.meta.url));
const SHORT = "--rounds 1 --steps 1000 --seconds 0.5 --frames 20 --sizes 120x40 --runs 500";

function bench(args: string): { status: number | null; stdout: string; stderr: string } {
  const all = ["--conditions=@ablate/source", script, ...args.split(" ")];
  return spawnSync(process.execPath, all, { encoding: "utf8" });
}

test("one short round measures every budget of the terminal UI", () => {
  const { status, stdout, stderr } = bench(`${SHORT} --json -`);

  expect([status, stderr]).toEqual([0, expect.stringContaining("first frame ...")]);
  const { store, figures, keys } = JSON.parse(stdout);
  expect(store).toMatchObject({ runs: 50, steps: 1000 });
  const budgets = figures.filter((one: { budget: number | null }) => one.budget !== null);
  expect(budgets.map((one: { name: string; budget: number }) => [one.name, one.budget])).toEqual([
    ["first frame, runs", 300],
    ["first frame, charts", 300],
    ["first frame, layers", 300],
    ["first frame, findings", 300],
    ["key, runs, 120x40", 50],
    ["key, charts, 120x40", 50],
    ["key, run, 120x40", 50],
    ["key, compare, 120x40", 50],
    ["key, layers, 120x40", 50],
    ["key, findings, 120x40", 50],
    ["bytes of a key, 120x40", 6000],
    ["mouse move, 120x40", 20],
    ["bytes of a mouse move, 120x40", 2000],
    ["first frame, 500 runs", 600],
    ["a key of a filter, 500 runs", 150],
    ["CPU, nothing written", 1],
    ["CPU, 13 runs of 10 steps/s", 20],
    ["CPU, 1 run of 10 steps/s", 20],
    ["CPU, 1 run of 40 steps/s", 20],
    ["heap growth a frame", 10_000],
  ]);
  for (const { unit, low, median, high } of figures) {
    expect(Math.min(median - low, high - median)).toBeGreaterThanOrEqual(0);
    if (unit === "ms" || unit === "MB") expect(low).toBeGreaterThan(0);
  }
  for (const { view, key, low } of keys) expect(low, `${key} in ${view}`).toBeGreaterThan(0);
});

test.each([
  ["--rounds 0", '--rounds takes a whole number from 1, not "0"'],
  ["--seconds soon", '--seconds takes a number above 0, not "soon"'],
  ["--sizes wide", '--sizes takes COLSxROWS,..., not "wide"'],
])("%s ends with one clear sentence", (args, sentence) => {
  const { status, stderr } = bench(args);

  expect([status, stderr]).toEqual([2, `bench: ${sentence}\n`]);
});
