/** `ablate import` as it is typed: what it takes over, what it says, how it exits. */
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ablate, damageWeights, jsonRows, makeFolder, startAblate } from "./make.ts";
import { train } from "./train.ts";

/** A folder where the two variants are trained in `ablate.db`, and other things in `there.db`. */
async function twoStores(...there: readonly string[]): Promise<string> {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "20");
  await train(folder, "small.yaml", ...there, "--store", "there.db");
  return folder;
}

async function runsOf(folder: string, store: string): Promise<readonly (readonly unknown[])[]> {
  const sql = "select run, hash, state, last_step, valid_loss from runs order by run";
  return jsonRows(await ablate(folder, "query", sql, "--store", store, "--json")).map((row) =>
    Object.values(row),
  );
}

/** What every command says of the steps of a store. */
async function historyOf(folder: string, store: string): Promise<string> {
  const sql = "select run, step, loss from loss order by run, step";
  return (await ablate(folder, "query", sql, "--store", store, "--format", "csv", "--limit", "0"))
    .stdout;
}

test("runs of another store are merged into the grid of the same name, each hash once", async () => {
  const folder = await twoStores("--set", "train.lr=0.1,0.2", "--steps", "20");

  const { status, stdout, stderr } = await ablate(folder, "import", "there.db");

  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("imported 2 runs of 4\n");
  expect(stdout).toMatch(/small\/plain +small\/plain-lr=0\.1 +as complete here +finished +20\n/);
  expect(stdout).toMatch(/small\/plain-lr=0\.2 +new here +finished +20\n/);
  const grids = jsonRows(await ablate(folder, "query", "select * from grid_runs", "--json"));
  expect(grids.map(({ grid, run }) => `${grid} ${run}`)).toEqual([
    "small small/plain",
    "small small/normed",
    "small small/plain-lr=0.2",
    "small small/normed-lr=0.2",
  ]);
  expect(new Set((await runsOf(folder, "ablate.db")).map(([, hash]) => hash)).size).toBe(4);
  expect(new Set((await historyOf(folder, "ablate.db")).split("\r\n")).size).toBe(4 * 20 + 2);
});

test("repeated it takes nothing more over, and changes nothing", async () => {
  const folder = await twoStores("--seeds", "7", "--steps", "20");
  await ablate(folder, "import", "there.db");
  const before = [await runsOf(folder, "ablate.db"), await historyOf(folder, "ablate.db")];

  const { status, stdout } = await ablate(folder, "import", "there.db");

  expect([status, stdout.split("\n").at(-2)]).toEqual([0, "imported 0 runs of 2"]);
  expect([await runsOf(folder, "ablate.db"), await historyOf(folder, "ablate.db")]).toEqual(before);
});

test("another run of a name that is taken is called by what differs", async () => {
  const folder = await twoStores("--set", "train.batch_size=4", "--steps", "20");

  const rows = jsonRows(await ablate(folder, "import", "there.db", "--json"));

  expect(rows.map(({ source, change }) => [source, change])).toEqual([
    ["small/plain", "added"],
    ["small/normed", "added"],
  ]);
  for (const { run, source } of rows) expect(run).toBe(`${source}-batch_size=4`);
  expect(await runsOf(folder, "ablate.db")).toHaveLength(4);
});

test("a dry run says what would be done, run by run, and writes nothing", async () => {
  const folder = await twoStores("--seeds", "7", "--steps", "20");
  const path = join(folder, "ablate.db");
  const before = readFileSync(path);

  const dry = await ablate(folder, "import", "there.db", "--dry-run");
  const other = await ablate(folder, "import", "there.db", "--dry-run", "--store", "none.db");

  expect([dry.status, dry.stdout.split("\n").at(-2)]).toEqual([0, "would import 2 runs of 2"]);
  expect([other.status, other.stdout.split("\n").at(-2)]).toEqual([0, "would import 2 runs of 2"]);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder)).not.toContain("none.db");
  expect((await ablate(folder, "import", "there.db")).stdout).toBe(
    dry.stdout.replace("would import", "imported"),
  );
});

test.each([
  [[], "ablate: PATH is missing; usage: ablate import PATH\n"],
  [["nowhere.db"], /^ablate: there is no store at \S+nowhere\.db to import\n$/],
  [["ablate.db"], /^ablate: \S+ is the store that would be written to; name another one/],
  [
    ["names.txt"],
    /^ablate: names\.txt is neither a store of ablate nor a log of a format that is known; formats are /,
  ],
])("import %j is refused in one sentence with exit code 2", async (args, sentence) => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "2");

  const { status, stdout, stderr } = await ablate(folder, "import", ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("a run with a damaged checkpoint stays there with exit code 1, and the others come", async () => {
  const folder = await twoStores("--seeds", "7", "--steps", "20");
  damageWeights(join(folder, "there.db"), "small/plain");

  for (const [args, imported] of [
    [["--dry-run"], "would import 1 run of 2\n"],
    [[], "imported 1 run of 2\n"],
  ] as const) {
    const { status, stdout, stderr } = await ablate(folder, "import", "there.db", ...args);
    expect(status).toBe(1);
    expect(stdout).toContain(imported);
    expect(stderr).toMatch(
      /^ablate: small\/plain is damaged and left out: its checkpoint at 20 is not what its sha256 says; [^\n]+\n$/,
    );
  }

  await ablate(folder, "doctor", "--repair", "--store", "there.db");
  expect((await ablate(folder, "import", "there.db")).stdout).toContain("imported 1 run of 2\n");
});

test("Ctrl-C ends an import with 130 between two runs, and the same command goes on", async () => {
  const folder = makeFolder();
  const seeds = Array.from({ length: 60 }, (_, seed) => seed).join(",");
  const flags = ["--seeds", seeds, "--steps", "40", "--store", "there.db"];
  await train(folder, "small.yaml", ...flags);
  copyFileSync(join(folder, "there.db"), join(folder, "same.db"));
  await ablate(folder, "import", "same.db", "--store", "whole.db");
  const { child, ended } = startAblate(folder, "import", "there.db");
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });

  await vi.waitFor(() => expect(sizeOf(join(folder, "ablate.db-wal"))).toBeGreaterThan(500_000), {
    timeout: 60_000,
    interval: 1,
  });
  child.kill("SIGINT");

  expect(await ended).toBe(130);
  expect(said).toBe("stopped: imported runs stay; the same command continues\n");
  const kept = await runsOf(folder, "ablate.db");
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(120);
  const whole = await runsOf(folder, "whole.db");
  for (const run of kept) expect(whole).toContainEqual(run);
  expect((await ablate(folder, "import", "there.db")).stdout).toContain(
    `imported ${120 - kept.length} runs of 120\n`,
  );
  expect(await runsOf(folder, "ablate.db")).toEqual(whole);
  expect(await historyOf(folder, "ablate.db")).toBe(await historyOf(folder, "whole.db"));
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

test("what was tagged there is tagged here, and the text of the grid that was planned last stands", async () => {
  const folder = await twoStores("--steps", "20");
  const yaml = readFileSync(join(folder, "small.yaml"), "utf8");
  writeFileSync(join(folder, "small.yaml"), yaml.replace("two short runs", "asked again"));
  await ablate(folder, "run", "small.yaml", "--steps", "20", "--quiet", "--store", "there.db");
  await ablate(folder, "tag", "small/plain", "theirs", "--store", "there.db");
  await ablate(folder, "tag", "small/plain", "ours");

  const { stdout } = await ablate(folder, "import", "there.db");

  expect(stdout).toContain("imported 0 runs of 2; newer text of grid small\n");
  expect(
    jsonRows(await ablate(folder, "runs", "small/plain", "--json")).map(({ tags }) => tags),
  ).toEqual(["ours,theirs"]);
});
