import { copyFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { wandb } from "../src/wandb/wandb.ts";
import {
  filesIn,
  missingOf,
  temporaryFolder,
  type Written,
  writtenBy,
  writtenPoints,
} from "./python-log.ts";
import {
  emptyLog,
  keepEntries,
  logOf,
  logsOf,
  points,
  type ReadLog,
  readLog,
  readOn,
} from "./read-log.ts";

const missing = missingOf(["logs"]);

test.skipIf(missing !== null)(`reads what W&B writes offline${missing ?? ""}`, () => {
  const { folder, written } = writtenBy(["logs"], ["wandb_log.py", "3"]);
  const logs = logsOf(wandb, filesIn(folder));
  const expected = written["my run"] ?? {};
  const log = logs.find(({ label }) => label === "my run");
  const [path] = log?.paths ?? [];
  if (log === undefined || path === undefined) throw new Error("no log of the run");

  const whole = readLog(log, 1 << 20);

  expect(logs.map(({ label }) => label).sort()).toEqual(["my run", "two"]);
  expect(log).toMatchObject({ grid: "a project", identity: "/a project/abc123" });
  expectPoints(whole, expected);
  expect([...whole.metrics.keys()].sort()).toEqual(Object.keys(expected).sort());
  expect(whole.run?.seed).toBe(7);
  const model = { hidden: [1, 2], act: "größe" };
  expect(whole.config).toEqual({ lr: 0.1, seed: 7, model, none: null, later: { key: 1 } });
  expect(whole.end).toMatchObject({ state: "failed", error: "exit code 3" });
  expect(whole.events.join()).toMatch(/^left_out no numbers, left out: (text, list|list, text)$/);
  expect(whole.troubles).toEqual([]);
  expectWeights(whole);
  expectPoints(readLog(log, 50), expected);
  const again = readInPieces(path);
  expectPoints(again, expected);
  expect(again.config).toEqual(whole.config);
  expectCuts(path, whole);
  expectFlips(path, whole);
  expectOneOfLink(path);

  const resumed = logs.find(({ label }) => label === "two");
  expect(resumed?.paths).toHaveLength(2);
  const both = readLog(resumed ?? log);
  expect(both.rewinds).toBe(1);
  expectPoints(both, written.two ?? {});
  expect(both.end?.state).toBe("finished");
});

function expectPoints(read: ReadLog, expected: Written[string]): void {
  for (const [name, all] of Object.entries(expected)) {
    expect([name, points(read, name)]).toEqual([name, writtenPoints(all)]);
  }
}

/** Checks 1,000 weights from -1 to 2 in 64 buckets. */
function expectWeights({ probes: [probe, ...others] }: ReadLog): void {
  expect(others).toEqual([]);
  expect(probe).toMatchObject({ step: 1000, layers: [{ name: "fc1" }] });
  const { weight } = probe?.layers[0]?.tensors ?? {};
  expect(weight?.min).toBeCloseTo(-1, 10);
  expect(weight?.max).toBeCloseTo(2, 10);
  expect(weight?.mean).toBeCloseTo(0.5, 2);
  const counts = [...(weight?.histogram?.counts ?? [])];
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1000);
}

/** Reads a log piece by piece, each with a new reader. */
function readInPieces(path: string): ReadLog {
  const log = logOf(wandb, [path]);
  const into = emptyLog();
  for (let pieces = 1; pieces > 0; ) {
    const reader = log.open(into.positions);
    const entries = reader.read(4000);
    pieces = entries.length;
    keepEntries(into, entries);
    into.positions = reader.positions();
  }
  return into;
}

/** Checks that a file that grows is read as far as it is whole, wherever it ends for now. */
function expectCuts(path: string, whole: ReadLog): void {
  const growing = join(temporaryFolder(), "run-abc123.wandb");
  const bytes = readFileSync(path);
  const sizes = [...Array(40).keys()].map((i) => 2000 + Math.floor((i * bytes.length) / 40) + i);
  writeFileSync(growing, bytes.subarray(0, 2000));
  const reader = logOf(wandb, [growing]).open([]);
  const into = emptyLog();
  for (const size of [...sizes, bytes.length]) {
    copyFileSync(path, growing);
    truncateSync(growing, Math.min(size, bytes.length));
    readOn(reader, into);
    expect(into.troubles).toEqual([]);
  }
  expect(into.metrics).toEqual(whole.metrics);
  expect(into.end).toEqual(whole.end);
}

/** Checks that one wrong byte is told in a sentence, and costs nothing before it. */
function expectFlips(path: string, whole: ReadLog): void {
  const damaged = join(temporaryFolder(), "run-abc123.wandb");
  const bytes = readFileSync(path);
  const loss = points(whole, "loss");
  for (let at = 0; at < bytes.length; at += 997) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x41;
    writeFileSync(damaged, flipped);
    const log = readLog(logOf(wandb, [damaged]));
    // A byte that fills a block up is read by nobody; a length that reaches beyond the end waits for what follows.
    expect(log.troubles.length).toBeLessThanOrEqual(1);
    if (log.troubles.length === 1) expect(log.troubles[0]).toContain(damaged);
    const read = points(log, "loss");
    expect(read).toEqual(loss.slice(0, read.length));
    if (log.troubles.length === 0) continue;
    expect(log.troubles[0]?.split("\n")).toHaveLength(1);
  }
}

/** Checks that the folder of the latest run, a link to one that is there by its own name, is no other run. */
function expectOneOfLink(path: string): void {
  const folder = dirname(path);
  const link = join(temporaryFolder(), "latest-run");
  symlinkSync(folder, link);
  expect(logsOf(wandb, [path, join(link, "run-abc123.wandb")])).toHaveLength(1);
}
