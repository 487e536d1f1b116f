import { Speed, timeLeft } from "@ablate/store";
import { expect, test } from "vitest";
import {
  type ActiveRun,
  GridProgress,
  type GridView,
} from "../src/print/progress/grid-progress.ts";
import { blockLines } from "../src/print/progress/layout.ts";

const AT_0 = { from: 0, of: null, ofRevision: null, revision: 2 } as const;

function activeRun(label: string, fields: Partial<ActiveRun> = {}): ActiveRun {
  return {
    run: `g/${label}`,
    host: null,
    step: 12_000,
    steps: 200_000,
    loss: 2.34567,
    validLoss: null,
    speed: 1234,
    secondsLeft: 152,
    ...fields,
  };
}

function viewOf(active: readonly ActiveRun[]): GridView {
  return { grid: "g", toTrain: 8, ended: 3, share: 0.4, speed: 2468, secondsLeft: 3700, active };
}

test("the block has a line for the grid and one for each run", () => {
  const runs = [activeRun("v1"), activeRun("v10", { validLoss: 2.4, step: 0, loss: null })];

  const lines = blockLines(viewOf(runs), { columns: 100, rows: 24, isAscii: false });

  expect(lines[0]).toBe(
    "g  █████████░░░░░░░░░░░░░░░  3/8 runs  40%  1 h 01 min left  2,468 steps/s",
  );
  expect(lines[1]).toMatch(
    /^ {2}v1 {3}[█░]+ {2}12,000\/200,000 {2}loss 2\.3457 {16}1,234 steps\/s {2}2 min 32 s left$/,
  );
  expect(lines[2]).toMatch(/^ {2}v10 {2}░+ {7}0\/200,000 {15}valid 2\.4000 {2}1,234 steps\/s/);
});

test("the block is never wider or taller than the terminal, and always says how far the grid is", () => {
  for (let columns = 2; columns <= 220; columns++) {
    for (const rows of [2, 3, 4, 10, 24]) {
      for (const count of [0, 1, 2, 9, 40]) {
        const runs = Array.from({ length: count }, (_, i) =>
          activeRun(`a-long-label-lr=0.${i}-hidden=100,100`, { validLoss: i % 2 ? 2.5 : null }),
        );
        const lines = blockLines(viewOf(runs), { columns, rows, isAscii: false });
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(line.length).toBeLessThan(columns);
        if (columns > 20) expect(lines[0]).toContain("3/8 runs");
      }
    }
  }
});

test("each row says on which machine its run trains, once one is another", () => {
  const runs = [
    activeRun("v1", { host: "node7" }),
    activeRun("v2"),
    activeRun("v3", { speed: null }),
  ];

  const [, ...rows] = blockLines(viewOf(runs), { columns: 120, rows: 24, isAscii: false });

  expect(rows[0]).toMatch(/2 min 32 s left {2}on node7$/);
  expect(rows[1]).toMatch(/2 min 32 s left {2}here$/);
  expect(rows[2]).toMatch(/2 min 32 s left$/);
});

test("long names of machines are cut so that they still differ, and give way last but for steps and loss", () => {
  const hosts = ["worker-0001.cluster.example.org", "worker-0002.cluster.example.org"];
  const runs = hosts.map((host, i) => activeRun(`v${i}`, { host, validLoss: 2.4 }));

  const [, ...rows] = blockLines(viewOf(runs), { columns: 80, rows: 24, isAscii: false });

  const shown = rows.map((row) => / on (\S+)$/.exec(row)?.[1] ?? "");
  expect(new Set(shown).size).toBe(2);
  expect(shown.every((host) => host.length > 0 && host.length <= 16)).toBe(true);
  expect(rows[0]).toContain("loss 2.3457");
});

test("runs that have no room are folded into one line", () => {
  const runs = Array.from({ length: 9 }, (_, i) => activeRun(`v${i}`));

  const lines = blockLines(viewOf(runs), { columns: 80, rows: 8, isAscii: false });

  expect(lines).toHaveLength(7);
  expect(lines.at(-2)).toMatch(/^ {2}v4 /);
  expect(lines.at(-1)).toBe("  +4 more");
});

test("without UTF-8 the block is ASCII", () => {
  const lines = blockLines(viewOf([activeRun("v".repeat(60))]), {
    columns: 60,
    rows: 24,
    isAscii: true,
  });

  expect(lines.join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
  expect(lines[0]).toContain("#");
});

test("the present speed is by the clock, of the last ten seconds", () => {
  const speed = new Speed();
  for (let second = 0; second <= 20; second++) speed.add(second * 100, second * 1000);
  expect(speed.at(20_000)).toBeCloseTo(100);
  for (let second = 21; second <= 40; second++) {
    speed.add(2000 + (second - 20) * 10, second * 1000);
  }

  expect(speed.at(40_000)).toBeCloseTo(10);
  expect(speed.at(60_000)).toBeLessThan(5);
});

const STILL = { usualSpeed: null, workers: 1, opening: 0, closing: 0 };

test.each([
  ["one worker", { active: [{ steps: 100, speed: 10 }], workers: 1 }, 300, 40],
  [
    "two workers",
    { active: [100, 100].map((steps) => ({ steps, speed: 10 })), workers: 2 },
    300,
    25,
  ],
  ["a run that outlasts the rest", { active: [{ steps: 1000, speed: 10 }], workers: 4 }, 100, 100],
])("the time left is the steps left over the speed of %s", (_, work, steps, seconds) => {
  expect(timeLeft({ ...STILL, ...work, waiting: { runs: 1, steps } })).toBe(seconds);
});

test("the time left knows what a run takes beside its steps", () => {
  const active = [{ steps: 100, speed: 10 }];
  const waiting = { runs: 3, steps: 300 };

  expect(timeLeft({ ...STILL, active, waiting, opening: 1, closing: 4 })).toBe(10 + 30 + 4 + 15);
});

test("nothing is said of the time left before anything is measured", () => {
  const active = [{ steps: 100, speed: null }];

  expect(timeLeft({ ...STILL, active, waiting: { runs: 0, steps: 0 } })).toBeNull();
  expect(timeLeft({ ...STILL, active, waiting: { runs: 0, steps: 0 }, usualSpeed: 50 })).toBe(2);
});

test("a grid on two workers is forecast to the second by its events", () => {
  const progress = new GridProgress();
  progress.follow({ event: "planned", grid: "g", runs: 4, toTrain: 4, done: 0, steps: 4000 }, 0);
  const runs = [
    { run: "g/a", from: 0 },
    { run: "g/b", from: 0 },
    { run: "g/c", from: 12_000 },
    { run: "g/d", from: 12_000 },
  ];
  // 1,000 steps in 10 s, then 2 s of evaluation: 24 s in all.
  for (let now = 0; now <= 18_000; now += 500) {
    for (const [index, { run, from }] of runs.entries()) {
      const own = now - from;
      if (own === 0)
        progress.follow({ event: "started", run, index, toTrain: 4, steps: 1000, ...AT_0 }, now);
      if (own > 0 && own <= 10_000) {
        const numbers = { step: own / 10, steps: 1000, loss: 2, validLoss: null };
        progress.follow({ event: "progress", run, ...numbers, stepsPerSecond: 100 }, now);
      }
      if (own !== 12_000) continue;
      const end = { step: 1000, steps: 1000, loss: 2, trainLoss: 2, validLoss: 2 };
      const facts = { state: "finished", error: null, rule: null, stepsPerSecond: 100 } as const;
      progress.follow({ event: "ended", run, ...facts, ...end }, now);
    }
  }

  const { ended, share, speed, secondsLeft, active } = progress.at(18_000);

  expect([ended, share, active.length]).toEqual([2, 0.8, 2]);
  expect(speed).toBeCloseTo(200);
  expect(secondsLeft).toBeCloseTo(6);
});

test("names of runs in training differ in every width that has room for them", () => {
  const labels = ["0.5", "relu", "4"].flatMap((gain) =>
    ["none", "hidden"].map((norm) => `weight=kaiming_gain_${gain}-batch_norm=${norm}-seed=1`),
  );
  const view = viewOf(labels.map((label) => activeRun(label)));

  for (let columns = 12; columns <= 160; columns++) {
    const [, ...lines] = blockLines(view, { columns, rows: 24, isAscii: false });
    const names = lines.map((line) => line.trim().split(/ {2}/)[0]);
    expect([columns, new Set(names).size]).toEqual([columns, labels.length]);
  }
});
