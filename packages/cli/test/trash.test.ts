import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder, startAblate } from "./make.ts";
import { onTerminal } from "./pty.ts";
import { train } from "./train.ts";

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;
const sqliteTest = test.skipIf(!hasSqlite3 && !process.env.CI);

/** A folder whose small.yaml has been run; `other.yaml` has the run `plain` too, and one of its own. */
async function trainedFolder(): Promise<string> {
  const folder = makeFolder();
  const text = readFileSync(join(folder, "small.yaml"), "utf8");
  const other = text.replace("name: small", "name: other").replace(/ {2}normed:[\s\S]*/, "");
  writeFileSync(join(folder, "other.yaml"), `${other}  slow: { train.lr: 0.01 }\n`);
  await train(folder, "small.yaml");
  await train(folder, "other.yaml");
  return folder;
}

async function runsIn(folder: string): Promise<unknown[]> {
  return jsonRows(await ablate(folder, "runs", "--json")).map(({ run }) => run);
}

test("a run in the trash is nowhere to be seen, and comes back as it was", async () => {
  const folder = await trainedFolder();
  const before = (await ablate(folder, "show", "small/normed", "--json")).stdout;

  const removed = await ablate(folder, "rm", "small/normed");

  expect(removed.status).toBe(0);
  expect(removed.stdout).toMatch(/^small\/normed: in the trash\n/);
  expect(removed.stdout).toMatch(/`ablate gc` deletes permanently: 1 run, about [\d.]+ kB\n$/);
  expect(await runsIn(folder)).toEqual(["small/plain", "other/slow"]);
  expect((await ablate(folder, "ui", "--once")).stdout).not.toContain("normed");
  expect(await ablate(folder, "show", "small/normed")).toMatchObject({
    status: 2,
    stderr: "ablate: small/normed is in the trash; `ablate restore small/normed` restores it\n",
  });
  expect((await ablate(folder, "restore", "small/normed")).stdout).toBe("small/normed: restored\n");
  expect((await ablate(folder, "show", "small/normed", "--json")).stdout).toBe(before);
});

test("every view that names a run hides one in the trash", async () => {
  const folder = await trainedFolder();
  await ablate(folder, "tag", "small/normed", "bad");
  await ablate(folder, "note", "small/normed", "bad");
  const views = jsonRows(
    await ablate(
      folder,
      "query",
      "select m.name as view from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'view' and c.name = 'run'",
      "--json",
    ),
  ).map(({ view }) => String(view));
  const counts = (): Promise<number[]> =>
    inTurn(views, async (view) => {
      const sql = `select count(*) as n from ${view} where run = 'small/normed'`;
      return Number(jsonRows(await ablate(folder, "query", sql, "--json"))[0]?.n);
    });
  expect(views.length).toBeGreaterThan(12);
  expect((await counts()).filter((n) => n > 0).length).toBeGreaterThan(8);

  await ablate(folder, "rm", "small/normed");

  expect(await counts()).toEqual(views.map(() => 0));
});

test("a grid takes along the runs that no other grid has", async () => {
  const folder = await trainedFolder();

  const { stdout } = await ablate(folder, "rm", "small");

  expect(stdout).toContain("grid small with 1 run: in the trash\n");
  expect(stdout).toContain("small/plain: kept, another grid has it too\n");
  expect(
    jsonRows(await ablate(folder, "runs", "--json")).map(({ run, grid }) => [run, grid]),
  ).toEqual([
    ["small/plain", "other"],
    ["other/slow", "other"],
  ]);
  expect((await ablate(folder, "runs", "--grid", "small")).stderr).toContain(
    'there is no grid "small"',
  );
  expect((await ablate(folder, "restore", "small")).stdout).toBe(
    "grid small with 1 run: restored\n",
  );
  expect(jsonRows(await ablate(folder, "runs", "--grid", "small", "--json"))).toHaveLength(2);
});

test("restore alone lists the trash, with sizes and since when", async () => {
  const folder = await trainedFolder();
  expect(await ablate(folder, "restore")).toMatchObject({
    stdout: "",
    stderr: "the trash is empty\n",
  });
  await ablate(folder, "rm", "small", "other/slow");

  const { stdout } = await ablate(folder, "restore");

  expect(stdout).toMatch(/^small +grid +1 +[\d.]+ kB +\d+ s$/m);
  expect(stdout).toMatch(/^other\/slow +run +1 +[\d.]+ kB +\d+ s$/m);
  expect(jsonRows(await ablate(folder, "restore", "--json"))).toMatchObject([
    { kind: "grid", name: "small", runs: 1 },
    { kind: "run", name: "other/slow", runs: 1 },
  ]);
});

test("a filter removes what it matches, and a beginning removes nothing", async () => {
  const folder = await trainedFolder();

  expect(await ablate(folder, "rm", "small/norm")).toMatchObject({
    status: 2,
    stderr:
      'ablate: there is no run or grid "small/norm"; to remove small/normed, write its whole name\n',
  });
  expect((await ablate(folder, "rm", "lr<0.05")).stdout).toMatch(/^other\/slow: in the trash\n/);
  expect(await ablate(folder, "rm", "state:failed")).toMatchObject({
    status: 2,
    stderr: "ablate: no run matches state:failed; `ablate runs` lists all\n",
  });
  expect(await runsIn(folder)).toEqual(["small/plain", "small/normed"]);
});

test("a grid's name brings back runs that were thrown away one by one", async () => {
  const folder = await trainedFolder();
  await ablate(folder, "rename", "small/normed", "batch=norm");
  await ablate(folder, "rm", "small/plain", "small/batch=norm");

  const again = await ablate(folder, "rm", "small/batch=norm");
  const restored = await ablate(folder, "restore", "small");

  expect(again.stderr).toMatch(/^ablate: small\/batch=norm is in the trash; `ablate restore /);
  expect(restored.stdout).toBe("small/plain: restored\nsmall/batch=norm: restored\n");
  expect(await runsIn(folder)).toEqual(["small/plain", "small/batch=norm", "other/slow"]);
});

test("planning again takes runs out of the trash, trained as they were", async () => {
  const folder = await trainedFolder();
  await ablate(folder, "rm", "small");

  const plan = await ablate(folder, "plan", "small.yaml");
  expect(plan.stderr).toBe("small/normed: in the trash; `ablate run` restores planned runs\n");
  const again = await ablate(folder, "run", "small.yaml");

  expect(again.stderr).toContain("small/normed: out of the trash again\n");
  expect(again.stderr).toContain("small/normed: already trained");
  expect(await runsIn(folder)).toEqual(["small/plain", "small/normed", "other/slow"]);
  expect((await ablate(folder, "restore")).stderr).toBe("the trash is empty\n");
});

test("no longer run goes on from one in the trash", async () => {
  const folder = await trainedFolder();
  const longer = ["small.yaml", "--only", "normed", "--steps", "300"];
  expect((await ablate(folder, "plan", ...longer)).stdout).toContain(
    "goes on from small/normed at 200",
  );
  await ablate(folder, "rm", "small/normed");

  expect((await ablate(folder, "plan", ...longer)).stdout).not.toContain("goes on");
  const run = await ablate(folder, "run", ...longer);

  expect(run.status).toBe(0);
  expect(run.stderr).not.toContain("goes on");
});

test("gc asks, purges for good and makes the file smaller", async () => {
  const folder = await trainedFolder();
  const store = join(folder, "ablate.db");
  await ablate(folder, "run", "small.yaml", "--steps", "20000", "--quiet");
  await ablate(folder, "rm", "steps=20000");
  const before = statSync(store).size;

  const asked = await ablate(folder, "gc");
  const dry = jsonRows(await ablate(folder, "gc", "--dry-run", "--json"))[0];
  const young = (await ablate(folder, "gc", "--older-than", "1d", "--yes")).stdout;
  const purged = await ablate(folder, "gc", "--yes");

  expect(asked.status).toBe(2);
  expect(asked.stderr).toMatch(
    /^ablate: gc would delete 2 runs, about \d.* permanently; add --yes, or --dry-run to list it\n$/,
  );
  expect(dry).toMatchObject({ dry_run: true, runs: 2, grids: 0 });
  expect(young).toMatch(/^deleted 0 runs/);
  expect(purged.stdout).toMatch(
    /^deleted 2 runs, 0 grids, 0 checkpoints: .*MB before, .* after\n$/,
  );
  const after = statSync(store).size;
  expect(after).toBeLessThan(before / 2);
  const foretold = Number(dry?.bytes_after);
  expect(Math.abs(foretold - after)).toBeLessThan((before - after) * 0.15);
  expect((await ablate(folder, "restore")).stderr).toBe("the trash is empty\n");
  expect((await ablate(folder, "doctor")).status).toBe(0);
});

test.each([
  ["n\r", 0, "nothing was deleted", 1],
  ["\r", 0, "nothing was deleted", 1],
  ["\u0003", 130, "nothing was deleted", 1],
  ["\u0004", 130, "nothing was deleted", 1],
  ["y\r", 0, "deleted 1 run", 0],
])("on a terminal gc asks, and %j is an answer", async (keys, code, said, left) => {
  const folder = await trainedFolder();
  await ablate(folder, "rm", "small/normed");

  const gc = onTerminal(folder, 80, ["gc"]);
  await vi.waitFor(
    () => expect(gc.output()).toMatch(/delete 1 run, .* permanently\? \[y\/N\] /),
    60_000,
  );
  gc.type(keys);

  expect(await gc.ended).toBe(code);
  expect(gc.output()).toContain(said);
  expect(gc.output()).not.toContain("internal error");
  const inTrash = (await ablate(folder, "restore", "--json")).stdout;
  expect(JSON.parse(inTrash)).toHaveLength(left);
});

/** A folder whose `gc` has died between deleting the steps of small/normed and the run itself. */
async function halfPurgedFolder(): Promise<string> {
  const folder = await trainedFolder();
  await ablate(folder, "rm", "small/normed");
  const id = "(select id from run where name = 'small/normed')";
  const purge = [
    `update run set state = 'pending', reason = 'purged', claim = null where id = ${id}`,
    `delete from checkpoint where run_id = ${id}`,
    `delete from step where run_id = ${id}`,
    "select count(distinct run_id) from step",
  ];
  expect(sqlite3(folder, purge.join("; "))).toBe("2\n");
  return folder;
}

/** What the `sqlite3` command prints. */
function sqlite3(folder: string, sql: string): string {
  const { stdout, stderr } = spawnSync("sqlite3", ["ablate.db", sql], { cwd: folder });
  expect(String(stderr)).toBe("");
  return String(stdout);
}

sqliteTest("a run that is half purged does not come back, and the next gc ends it", async () => {
  const folder = await halfPurgedFolder();

  const doctor = jsonRows(await ablate(folder, "doctor", "--repair", "--json"));
  const restored = await inTurn(["small/normed", "normed"], async (name) =>
    ablate(folder, "restore", name),
  );
  const gc = await ablate(folder, "gc", "--yes");

  expect(doctor.filter(({ ok, repaired }) => ok !== true || repaired === true)).toEqual([]);
  for (const { status, stderr } of restored) {
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /normed cannot be restored: `ablate gc` has begun to delete it; `ablate gc`/,
    );
  }
  expect(gc.stdout).toMatch(/^deleted 1 run, 0 grids/);
  expect(await runsIn(folder)).toEqual(["small/plain", "other/slow"]);
  expect((await ablate(folder, "restore")).stderr).toBe("the trash is empty\n");
});

sqliteTest("of a grid that is half purged comes back what is whole", async () => {
  const folder = await halfPurgedFolder();
  await ablate(folder, "rm", "other", "small");

  const { status, stdout, stderr } = await ablate(folder, "restore", "small");

  expect([status, stdout]).toEqual([0, "grid small with 1 run: restored\n"]);
  expect(stderr).toBe("small/normed: stays in the trash, its deletion has begun\n");
  expect(await runsIn(folder)).toEqual(["small/plain"]);
});

sqliteTest("a half-purged run that is planned again is trained anew", async () => {
  const folder = await halfPurgedFolder();
  const fresh = await trainedFolder();

  expect((await ablate(folder, "plan", "small.yaml")).stdout).toMatch(/; 1 to train$/m);
  expect((await ablate(folder, "run", "small.yaml", "--quiet")).status).toBe(0);

  const sql = "select run, state, reason, last_step, loss, valid_loss from runs order by run";
  expect((await ablate(folder, "query", sql)).stdout).toBe(
    (await ablate(fresh, "query", sql)).stdout,
  );
  expect((await ablate(folder, "doctor")).status).toBe(0);
  expect((await ablate(folder, "restore")).stderr).toBe("the trash is empty\n");
});

test("gc refuses an age that is none", async () => {
  const folder = await trainedFolder();

  expect((await ablate(folder, "gc", "--older-than", "soon")).stderr).toBe(
    'ablate: --older-than takes a duration like 90s, 10m or 1h30m, not "soon"\n',
  );
});

test("what is being trained cannot be removed, nor what waits for it", async () => {
  const folder = makeFolder();
  const { child, ended } = startAblate(
    folder,
    "run",
    "small.yaml",
    "--steps",
    "5000000",
    "--json",
    "--workers",
    "1",
  );
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await vi.waitFor(() => expect(output).toContain('"progress"'), { timeout: 60_000 });

  const refusals = await inTurn(["small", "small/plain", "small/normed"], async (name) =>
    ablate(folder, "rm", name),
  );

  child.kill("SIGINT");
  await ended;
  for (const { status, stderr } of refusals) {
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^ablate: small\/plain is being trained by process \d+ on .*; stop it first/,
    );
  }
  expect(await runsIn(folder)).toHaveLength(2);
  expect((await ablate(folder, "rm", "small")).status).toBe(0);
});

test("a run is found under the name that another of its grids gives it", async () => {
  const folder = await trainedFolder();

  expect((await ablate(folder, "show", "other/plain")).stdout).toMatch(/^small\/plain\n/);
  expect((await ablate(folder, "tag", "other/plain", "x")).stdout).toBe("small/plain: added x\n");
  expect((await ablate(folder, "config", "other/plain")).status).toBe(0);
});
