import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, type Ended, inTurn, jsonRows, makeFolder } from "./make.ts";

/** A folder whose `small.yaml` has been run, for tests that only read. */
let trained = "";
let firstRun: Ended;

beforeAll(async () => {
  trained = makeFolder();
  firstRun = await ablate(trained, "run", "small.yaml");
}, 60_000);

test("run trains, puts the result on stdout and progress on stderr", () => {
  expect(firstRun.status).toBe(0);
  expect(firstRun.stdout).toMatch(/small\/plain +finished/);
  expect(firstRun.stdout).toMatch(/small\/normed +finished/);
  expect(firstRun.stderr).toContain("[1/2] small/plain: 200 steps");
});

test("a finished run is not trained again", async () => {
  const again = await ablate(trained, "run", "small.yaml");

  expect(again.status).toBe(0);
  expect(again.stderr).toContain("small/plain: already trained");
  expect(again.stderr).not.toContain("[1/");
});

test("plan without a store says new and makes none", async () => {
  const folder = makeFolder();

  const plan = await ablate(folder, "plan", "small.yaml", "--json");

  expect(plan.status).toBe(0);
  expect(jsonRows(plan).map(({ run, state }) => [run, state])).toEqual([
    ["small/plain", "new"],
    ["small/normed", "new"],
  ]);
  expect(Object.keys(jsonRows(plan)[0] ?? {})).toEqual([
    ...["run", "hash", "seed", "state", "kept_step", "kept_revision", "instead_of"],
    ...["because", "config"],
  ]);
  expect(existsSync(join(folder, "ablate.db"))).toBe(false);
});

test("plan shows what is done", async () => {
  const plan = await ablate(trained, "plan", "small.yaml", "--set", "train.steps=200,300");

  expect(plan.stdout.match(/ finished /g)).toHaveLength(2);
  expect(plan.stdout.match(/ new, goes on from small\/\w+ at 200 /g)).toHaveLength(2);
  expect(plan.stdout).toContain("\n4 runs: 2 finished, 2 new; 2 to train\n");
});

test("runs --json has the keys of the view runs", async () => {
  const rows = jsonRows(await ablate(trained, "runs", "--json"));
  const view = jsonRows(await ablate(trained, "query", "select * from runs limit 1", "--json"));

  expect(rows).toHaveLength(2);
  expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(view[0] ?? {}));
});

test("runs are filtered by grid and state", async () => {
  expect(jsonRows(await ablate(trained, "runs", "--state", "failed", "--json"))).toEqual([]);
  expect((await ablate(trained, "runs", "nothing")).stderr).toBe("no run matches\n");
  expect(jsonRows(await ablate(trained, "runs", "--grid", "small", "--json"))).toHaveLength(2);
  expect((await ablate(trained, "runs", "--grid", "smal")).stderr).toContain("did you mean small?");
});

test("show prints a run in full, found by its label", async () => {
  const { status, stdout } = await ablate(trained, "show", "normed");

  expect(status).toBe(0);
  for (const part of ["small/normed", "finished", "hidden1.bn.gamma", "running", "samples", "node"])
    expect(stdout).toContain(part);
});

test("sample repeats the recorded names and takes another seed", async () => {
  const recorded = jsonRows(
    await ablate(trained, "query", "select text from samples where run = 'small/plain'", "--json"),
  );
  const same = (await ablate(trained, "sample", "plain", "--count", "4")).stdout;
  const other = (await ablate(trained, "sample", "plain", "--count", "4", "--seed", "7")).stdout;

  expect(same).toBe(`${recorded.map(({ text }) => text).join("\n")}\n`);
  expect(other).not.toBe(same);
});

test("config prints YAML that is the same run", async () => {
  const yaml = await ablate(trained, "config", "normed");
  writeFileSync(join(trained, "again.yaml"), yaml.stdout);

  const plan = jsonRows(await ablate(trained, "plan", "again.yaml", "--json"));

  expect(plan.map(({ run, state }) => [run, state])).toEqual([["small/normed", "finished"]]);
});

test("data lists the windows of the first words", async () => {
  const { stdout } = await ablate(trained, "data", "small.yaml", "--words", "1");

  expect(stdout).toContain("14 names");
  expect(stdout).toContain("emma\n... ---> e\n..e ---> m\n.em ---> m\nemm ---> a\nmma ---> .\n");
});

test.each([
  ["table", "run           seed\nsmall/normed    42\nsmall/plain     42\n"],
  ["csv", "run,seed\r\nsmall/normed,42\r\nsmall/plain,42\r\n"],
  ["markdown", "| run | seed |\n| --- | ---: |\n| small/normed | 42 |\n| small/plain | 42 |\n"],
  ["json", '[\n  {"run":"small/normed","seed":42},\n  {"run":"small/plain","seed":42}\n]\n'],
])("query prints %s", async (format, text) => {
  const sql = "select run, seed from runs order by run";

  expect((await ablate(trained, "query", sql, "--format", format)).stdout).toBe(text);
});

test("two stores of the same config hold the same numbers", async () => {
  const other = makeFolder();
  await ablate(other, "run", "small.yaml", "--quiet");
  const sql = (view: string): string => `select * from ${view}`;

  for (const view of ["loss", "update_ratio", "evals", "samples"]) {
    const [a, b] = await inTurn(
      [trained, other],
      async (folder) => (await ablate(folder, "query", sql(view), "--limit", "0")).stdout,
    );
    expect(a === b, view).toBe(true);
  }
});

test("run --json prints one event a line", async () => {
  const { stdout, stderr } = await ablate(
    makeFolder(),
    "run",
    "small.yaml",
    "--json",
    "--steps",
    "20",
  );
  const events = stdout
    .trim()
    .split("\n")
    .map((line): { event: string } => JSON.parse(line));

  expect(events[0]).toMatchObject({ event: "planned", to_train: 2 });
  expect(events.at(-1)).toMatchObject({ event: "done", trained: 2, bad: 0 });
  expect(stderr).toBe("");
});

test("a diverged run makes the exit code 1", async () => {
  const folder = makeFolder();

  const { status, stdout } = await ablate(folder, "run", "small.yaml", "--set", "train.lr=1e38");

  expect(status).toBe(1);
  expect(stdout).toContain("diverged");
});

test("a diverged run is shown and has no weights to sample from", async () => {
  const folder = makeFolder();
  await ablate(folder, "run", "small.yaml", "--set", "train.lr=1e38", "--only", "plain", "--quiet");

  const shown = await ablate(folder, "show", "plain");
  const sampled = await ablate(folder, "sample", "plain");

  expect(shown.stdout).toContain("diverged");
  expect([sampled.status, sampled.stderr]).toEqual([
    2,
    "ablate: small/plain has no weights: it is diverged\n",
  ]);
});
