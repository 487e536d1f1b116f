import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ablate, jsonRows, makeFolder, startAblate } from "./make.ts";
import { onTerminal } from "./pty.ts";

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;
const sqliteTest = test.skipIf(!hasSqlite3 && !process.env.CI);

/** A folder whose small.yaml has been run; `other.yaml` has the run `plain` too, and one of its own. */
function trainedFolder(): string {
  const folder = makeFolder();
  const text = readFileSync(join(folder, "small.yaml"), "utf8");
  const other = text.replace("name: small", "name: other").replace(/ {2}normed:[\s\S]*/, "");
  writeFileSync(join(folder, "other.yaml"), `${other}  slow: { train.lr: 0.01 }\n`);
  expect(ablate(folder, "run", "small.yaml", "--quiet").status).toBe(0);
  expect(ablate(folder, "run", "other.yaml", "--quiet").status).toBe(0);
  return folder;
}

function runsIn(folder: string): unknown[] {
  return jsonRows(ablate(folder, "runs", "--json")).map(({ run }) => run);
}

test("a run in the trash is nowhere to be seen, and comes back as it was", () => {
  const folder = trainedFolder();
  const before = ablate(folder, "show", "small/normed", "--json").stdout;

  const removed = ablate(folder, "rm", "small/normed");

  expect(removed.status).toBe(0);
  expect(removed.stdout).toMatch(/^small\/normed: in the trash\n/);
  expect(removed.stdout).toMatch(/`ablate gc` frees it: 1 run, about [\d.]+ kB\n$/);
  expect(runsIn(folder)).toEqual(["small/plain", "other/slow"]);
  expect(ablate(folder, "ui", "--once").stdout).not.toContain("normed");
  expect(ablate(folder, "show", "small/normed")).toMatchObject({
    status: 2,
    stderr: "ablate: small/normed is in the trash; `ablate restore small/normed` brings it back\n",
  });
  expect(ablate(folder, "restore", "small/normed").stdout).toBe("small/normed: restored\n");
  expect(ablate(folder, "show", "small/normed", "--json").stdout).toBe(before);
});

test("every view that names a run hides one in the trash", () => {
  const folder = trainedFolder();
  ablate(folder, "tag", "small/normed", "bad");
  ablate(folder, "note", "small/normed", "bad");
  const views = jsonRows(
    ablate(
      folder,
      "query",
      "select m.name as view from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'view' and c.name = 'run'",
      "--json",
    ),
  ).map(({ view }) => String(view));
  const counts = (): number[] =>
    views.map((view) => {
      const sql = `select count(*) as n from ${view} where run = 'small/normed'`;
      return Number(jsonRows(ablate(folder, "query", sql, "--json"))[0]?.n);
    });
  expect(views.length).toBeGreaterThan(12);
  expect(counts().filter((n) => n > 0).length).toBeGreaterThan(8);

  ablate(folder, "rm", "small/normed");

  expect(counts()).toEqual(views.map(() => 0));
});

test("a grid takes along the runs that no other grid has", () => {
  const folder = trainedFolder();

  const { stdout } = ablate(folder, "rm", "small");

  expect(stdout).toContain("grid small with 1 run: in the trash\n");
  expect(stdout).toContain("small/plain: kept, another grid has it too\n");
  expect(jsonRows(ablate(folder, "runs", "--json")).map(({ run, grid }) => [run, grid])).toEqual([
    ["small/plain", "other"],
    ["other/slow", "other"],
  ]);
  expect(ablate(folder, "runs", "--grid", "small").stderr).toContain('there is no grid "small"');
  expect(ablate(folder, "restore", "small").stdout).toBe("grid small with 1 run: restored\n");
  expect(jsonRows(ablate(folder, "runs", "--grid", "small", "--json"))).toHaveLength(2);
});

test("restore alone lists the trash, with sizes and since when", () => {
  const folder = trainedFolder();
  expect(ablate(folder, "restore")).toMatchObject({ stdout: "", stderr: "the trash is empty\n" });
  ablate(folder, "rm", "small", "other/slow");

  const { stdout } = ablate(folder, "restore");

  expect(stdout).toMatch(/^small +grid +1 +[\d.]+ kB +\d+ s$/m);
  expect(stdout).toMatch(/^other\/slow +run +1 +[\d.]+ kB +\d+ s$/m);
  expect(jsonRows(ablate(folder, "restore", "--json"))).toMatchObject([
    { kind: "grid", name: "small", runs: 1 },
    { kind: "run", name: "other/slow", runs: 1 },
  ]);
});

test("a filter removes what it matches, and a beginning removes nothing", () => {
  const folder = trainedFolder();

  expect(ablate(folder, "rm", "small/norm")).toMatchObject({
    status: 2,
    stderr:
      'ablate: there is no run or grid "small/norm"; to remove small/normed, write its whole name\n',
  });
  expect(ablate(folder, "rm", "lr<0.05").stdout).toMatch(/^other\/slow: in the trash\n/);
  expect(ablate(folder, "rm", "state:failed")).toMatchObject({
    status: 2,
    stderr: "ablate: no run matches state:failed; `ablate runs` lists all\n",
  });
  expect(runsIn(folder)).toEqual(["small/plain", "small/normed"]);
});

test("a grid's name brings back runs that were thrown away one by one", () => {
  const folder = trainedFolder();
  ablate(folder, "rename", "small/normed", "batch=norm");
  ablate(folder, "rm", "small/plain", "small/batch=norm");

  const again = ablate(folder, "rm", "small/batch=norm");
  const restored = ablate(folder, "restore", "small");

  expect(again.stderr).toMatch(/^ablate: small\/batch=norm is in the trash; `ablate restore /);
  expect(restored.stdout).toBe("small/plain: restored\nsmall/batch=norm: restored\n");
  expect(runsIn(folder)).toEqual(["small/plain", "small/batch=norm", "other/slow"]);
});

test("planning again takes runs out of the trash, trained as they were", () => {
  const folder = trainedFolder();
  ablate(folder, "rm", "small");

  const plan = ablate(folder, "plan", "small.yaml");
  expect(plan.stderr).toBe("small/normed: in the trash; `ablate run` takes out what is planned\n");
  const again = ablate(folder, "run", "small.yaml");

  expect(again.stderr).toContain("small/normed: out of the trash again\n");
  expect(again.stderr).toContain("small/normed: already done");
  expect(runsIn(folder)).toEqual(["small/plain", "small/normed", "other/slow"]);
  expect(ablate(folder, "restore").stderr).toBe("the trash is empty\n");
});

test("no longer run goes on from one in the trash", () => {
  const folder = trainedFolder();
  const longer = ["small.yaml", "--only", "normed", "--steps", "300"];
  expect(ablate(folder, "plan", ...longer).stdout).toContain("goes on from small/normed at 200");
  ablate(folder, "rm", "small/normed");

  expect(ablate(folder, "plan", ...longer).stdout).not.toContain("goes on");
  const run = ablate(folder, "run", ...longer);

  expect(run.status).toBe(0);
  expect(run.stderr).not.toContain("goes on");
});

test("gc asks, purges for good and makes the file smaller", () => {
  const folder = trainedFolder();
  const store = join(folder, "ablate.db");
  ablate(folder, "run", "small.yaml", "--steps", "20000", "--quiet");
  ablate(folder, "rm", "steps=20000");
  const before = statSync(store).size;

  const asked = ablate(folder, "gc");
  const dry = jsonRows(ablate(folder, "gc", "--dry-run", "--json"))[0];
  const young = ablate(folder, "gc", "--older-than", "1d", "--yes").stdout;
  const purged = ablate(folder, "gc", "--yes");

  expect(asked.status).toBe(2);
  expect(asked.stderr).toMatch(
    /^ablate: gc would purge 2 runs, about \d.* for good; say --yes, or --dry-run to see what\n$/,
  );
  expect(dry).toMatchObject({ dry_run: true, runs: 2, grids: 0 });
  expect(young).toMatch(/^purged 0 runs/);
  expect(purged.stdout).toMatch(/^purged 2 runs, 0 grids, 0 checkpoints: .*MB before, .* after\n$/);
  const after = statSync(store).size;
  expect(after).toBeLessThan(before / 2);
  const foretold = Number(dry?.bytes_after);
  expect(Math.abs(foretold - after)).toBeLessThan((before - after) * 0.15);
  expect(ablate(folder, "restore").stderr).toBe("the trash is empty\n");
  expect(ablate(folder, "doctor").status).toBe(0);
});

test.each([
  ["n\r", 0, "nothing is purged", 1],
  ["\r", 0, "nothing is purged", 1],
  ["\u0003", 130, "nothing is purged", 1],
  ["\u0004", 130, "nothing is purged", 1],
  ["y\r", 0, "purged 1 run", 0],
])("on a terminal gc asks, and %j is an answer", async (keys, code, said, left) => {
  const folder = trainedFolder();
  ablate(folder, "rm", "small/normed");

  const gc = onTerminal(folder, 80, ["gc"]);
  await vi.waitFor(
    () => expect(gc.output()).toMatch(/purge 1 run, .* for good\? \[y\/N\] /),
    60_000,
  );
  gc.type(keys);

  expect(await gc.ended).toBe(code);
  expect(gc.output()).toContain(said);
  expect(gc.output()).not.toContain("internal error");
  const inTrash = ablate(folder, "restore", "--json").stdout;
  expect(JSON.parse(inTrash)).toHaveLength(left);
});

/** A folder whose `gc` has died between deleting the steps of small/normed and the run itself. */
function halfPurgedFolder(): string {
  const folder = trainedFolder();
  ablate(folder, "rm", "small/normed");
  const stop = "create trigger stop before delete on run begin select raise(abort, 'stop'); end";
  expect(sqlite3(folder, stop)).toBe("");
  expect(ablate(folder, "gc", "--yes").status).not.toBe(0);
  expect(sqlite3(folder, "drop trigger stop; select count(distinct run_id) from step")).toBe("2\n");
  return folder;
}

/** What the `sqlite3` command prints. */
function sqlite3(folder: string, sql: string): string {
  const { stdout, stderr } = spawnSync("sqlite3", ["ablate.db", sql], { cwd: folder });
  expect(String(stderr)).toBe("");
  return String(stdout);
}

sqliteTest("a run that is half purged does not come back, and the next gc ends it", () => {
  const folder = halfPurgedFolder();

  const doctor = jsonRows(ablate(folder, "doctor", "--repair", "--json"));
  const restored = ["small/normed", "normed"].map((name) => ablate(folder, "restore", name));
  const gc = ablate(folder, "gc", "--yes");

  expect(doctor.filter(({ ok, repaired }) => ok !== true || repaired === true)).toEqual([]);
  for (const { status, stderr } of restored) {
    expect(status).toBe(2);
    expect(stderr).toMatch(/normed cannot come back: a purge has begun to delete it; `ablate gc`/);
  }
  expect(gc.stdout).toMatch(/^purged 1 run, 0 grids/);
  expect(runsIn(folder)).toEqual(["small/plain", "other/slow"]);
  expect(ablate(folder, "restore").stderr).toBe("the trash is empty\n");
});

sqliteTest("of a grid that is half purged comes back what is whole", () => {
  const folder = halfPurgedFolder();
  ablate(folder, "rm", "other", "small");

  const { status, stdout, stderr } = ablate(folder, "restore", "small");

  expect([status, stdout]).toEqual([0, "grid small with 1 run: restored\n"]);
  expect(stderr).toBe("small/normed: stays, a purge has begun to delete it\n");
  expect(runsIn(folder)).toEqual(["small/plain"]);
});

sqliteTest("a half-purged run that is planned again is trained anew", () => {
  const folder = halfPurgedFolder();
  const fresh = trainedFolder();

  expect(ablate(folder, "plan", "small.yaml").stdout).toMatch(/; 1 to train$/m);
  expect(ablate(folder, "run", "small.yaml", "--quiet").status).toBe(0);

  const sql = "select run, state, reason, last_step, loss, valid_loss from runs order by run";
  expect(ablate(folder, "query", sql).stdout).toBe(ablate(fresh, "query", sql).stdout);
  expect(ablate(folder, "doctor").status).toBe(0);
  expect(ablate(folder, "restore").stderr).toBe("the trash is empty\n");
});

test("gc refuses an age that is none", () => {
  const folder = trainedFolder();

  expect(ablate(folder, "gc", "--older-than", "soon").stderr).toBe(
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

  const refusals = ["small", "small/plain", "small/normed"].map((name) =>
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
  expect(runsIn(folder)).toHaveLength(2);
  expect(ablate(folder, "rm", "small").status).toBe(0);
});

test("a run is found under the name that another of its grids gives it", () => {
  const folder = trainedFolder();

  expect(ablate(folder, "show", "other/plain").stdout).toMatch(/^small\/plain\n/);
  expect(ablate(folder, "tag", "other/plain", "x").stdout).toBe("small/plain: added x\n");
  expect(ablate(folder, "config", "other/plain").status).toBe(0);
});
