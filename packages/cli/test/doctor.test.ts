import { spawnSync } from "node:child_process";
import { openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ablate, damageCheckpoints, inTurn, jsonRows, makeFolder, startAblate } from "./make.ts";
import { train } from "./train.ts";

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;
const damageTest = test.skipIf(!hasSqlite3 && !process.env.CI);

const STEPS = ["--steps", "1000"];

/** A folder whose `small.yaml` has been run for 1,000 steps. */
async function trainedFolder(): Promise<string> {
  const folder = makeFolder();
  await train(folder, "small.yaml", ...STEPS);
  return folder;
}

function sqlite3(folder: string, sql: string): void {
  const { status, stderr } = spawnSync("sqlite3", [join(folder, "ablate.db"), sql]);
  expect([status, String(stderr)]).toEqual([0, ""]);
}

/** Checks that are not fine, or were not until now. */
async function found(folder: string, ...flags: readonly string[]): Promise<unknown[]> {
  return jsonRows(await ablate(folder, "doctor", "--json", ...flags))
    .filter(({ ok, repaired }) => ok !== true || repaired === true)
    .map(({ check, ok, repaired }) => [check, ok, repaired]);
}

/** The numbers of a store: everything but times, places and speeds. */
async function numbersOf(folder: string): Promise<string> {
  const queries = [
    "select run, state, last_step, loss, train_loss, valid_loss, test_loss from runs order by run",
    "select run_id, step, loss, lr, hex(ratios) from step order by run_id, step",
    "select * from evals",
    "select * from samples",
    "select level, bucket, n, hex(data) from rollup order by run_id, level, bucket",
    "select run_id, step, sha256 from checkpoint order by run_id, step",
  ];
  const printed = await inTurn(queries, async (sql) => (await ablate(folder, "query", sql)).stdout);
  return printed.join("\n");
}

test("doctor has a line for every side of a store, and looking repairs nothing", async () => {
  const folder = await trainedFolder();
  const before = readFileSync(join(folder, "ablate.db"));

  const { status, stdout } = await ablate(folder, "doctor");

  expect(status).toBe(0);
  for (const line of [
    /^ok +store +.*ablate\.db: version \d+, write-ahead log of 0\.0 MB$/m,
    /^ok +integrity +intact \(integrity_check\)$/m,
    /^ok +foreign keys +all rows of \d+ tables have their parents$/m,
    /^ok +running +no run has lost its process$/m,
    /^ok +steps +2,000 steps without a hole$/m,
    /^ok +rollup +consistent with the steps \(2,000 steps compared\)$/m,
    /^ok +checkpoints +2 checkpoints, each as it was written$/m,
    /^ok +space +[\d.]+ MB, [\d.]+ MB unused, 0 MB in the trash$/m,
    /^ok +disk +[\d,.]+ MB free$/m,
  ])
    expect(stdout).toMatch(line);
  expect(readFileSync(join(folder, "ablate.db")).equals(before)).toBe(true);
});

damageTest("a hole in the history is cut out, and trained again to the same numbers", async () => {
  const folder = await trainedFolder();
  const undisturbed = await numbersOf(folder);
  sqlite3(folder, "delete from step where run_id = 1 and step between 500 and 600");

  expect((await ablate(folder, "doctor")).status).toBe(1);
  expect(await found(folder)).toEqual([
    ["steps", false, false],
    ["rollup", false, false],
  ]);
  expect((await ablate(folder, "doctor", "--repair")).stdout).toMatch(
    /^repaired +steps +kept the intact part: small\/plain is whole up to 500 steps of 1,000$/m,
  );
  expect((await ablate(folder, "doctor")).status).toBe(0);
  expect((await ablate(folder, "show", "small/plain")).stdout).toContain(
    "interrupted (history damaged)",
  );
  expect((await ablate(folder, "run", "small.yaml", "--quiet", ...STEPS)).status).toBe(0);

  expect(await numbersOf(folder)).toBe(undisturbed);
  expect(await found(folder)).toEqual([]);
});

damageTest("rollups are built anew, orphans are deleted, and the store is as before", async () => {
  const folder = await trainedFolder();
  const undisturbed = await numbersOf(folder);
  sqlite3(
    folder,
    `update rollup set data = zeroblob(length(data)) where run_id = 2 and level = 16 and bucket = 3;
     insert into step values (99, 0, 1, 1, x''); insert into tag values (99, 'lost')`,
  );

  expect(await found(folder)).toEqual([
    ["foreign keys", false, false],
    ["rollup", false, false],
  ]);
  const repair = await ablate(folder, "doctor", "--repair");

  expect(repair.status).toBe(0);
  expect(repair.stdout).toMatch(
    /^repaired +foreign keys +deleted 1 row of step without their run, 1 row of tag without their run$/m,
  );
  expect(repair.stdout).toMatch(/^repaired +rollup +rebuilt from the steps: small\/normed$/m);
  expect(await numbersOf(folder)).toBe(undisturbed);
});

test("damaged checkpoints are dropped, and --restart makes them anew", async () => {
  const folder = await trainedFolder();
  const undisturbed = await numbersOf(folder);
  damageCheckpoints(join(folder, "ablate.db"));

  expect(await found(folder)).toEqual([["checkpoints", false, false]]);
  expect(await found(folder, "--repair")).toEqual([["checkpoints", true, true]]);
  expect((await ablate(folder, "sample", "small/plain")).stderr).toContain("has no weights");
  const restart = await ablate(folder, "run", "small.yaml", "--restart", "--quiet", ...STEPS);
  expect(restart.status).toBe(0);

  expect(await numbersOf(folder)).toBe(undisturbed);
});

test("a run whose process was killed is marked, and not while it lives", async () => {
  const folder = makeFolder();
  const { child, ended } = startAblate(folder, "run", "small.yaml", "--steps", "5000000", "--json");
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain('"progress"'), { timeout: 60_000 });

  const whileLive = await found(folder, "--repair");
  child.kill("SIGKILL");
  await ended;

  expect(whileLive).toEqual([]);
  expect(await found(folder)).toContainEqual(["running", false, false]);
  expect(await found(folder, "--repair")).toContainEqual(["running", true, true]);
  expect(await found(folder)).toEqual([]);
  const sql = "select distinct state from runs where state <> 'pending'";
  expect((await ablate(folder, "query", sql, "--format", "csv")).stdout).toBe(
    "state\r\ninterrupted\r\n",
  );
});

test("what cannot be repaired is said in sentences, with exit code 1", async () => {
  const folder = await trainedFolder();
  const store = join(folder, "ablate.db");
  const size = readFileSync(store).length;
  const file = openSync(store, "r+");
  for (let at = 8 * 4096; at < size; at += 4 * 4096) {
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, at);
  }

  const checked = await ablate(folder, "doctor");
  const repaired = await ablate(folder, "doctor", "--repair");
  const read = await inTurn(["runs", "compare small", "gc --yes"], async (words) =>
    ablate(folder, ...words.split(" ")),
  );
  writeFileSync(store, "not a database, not even nearly one, whatever its name says");
  const replaced = await ablate(folder, "doctor", "--repair");

  for (const { status, stderr } of read) {
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ablate: .* is damaged[;:] /);
  }
  for (const { status, stderr, stdout } of [checked, repaired]) {
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^bad +(store|integrity) .*`\.recover`/m);
  }
  expect(replaced.status).toBe(1);
  expect(replaced.stdout).toMatch(/^bad +store +.* is not an ablate store: /m);
});
