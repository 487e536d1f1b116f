/** Runs that an older revision of the engine has begun: a store of version 13, whose engine had revision 1. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ENGINE_REVISIONS } from "@ablate/core";
import { wholeRun } from "@ablate/runner/test/whole-store";
import { expect, test, vi } from "vitest";
import { heldWorkers } from "./held-workers.ts";
import { ablate, damageCheckpoints, jsonRows, spawnAblate, startAblate } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";
import { PATIENCE, startHeldRun } from "./start-run.ts";

const NOW = ENGINE_REVISIONS.simd;
/** The older store is of another machine. */
const MOVED = `on ${hostname()} after laptop`;
const STOPPED_AT = 100;
const KILLED_AT = 80;

const NAMED = `old/stopped (at step ${STOPPED_AT}), old/killed (at step ${KILLED_AT}) are not touched: engine revision 1 made their checkpoints, and revision ${NOW} would continue with other bits; --mixed-revisions goes on from there, --restart trains them again`;

type Row = Readonly<Record<string, unknown>>;

async function rows(folder: string, sql: string): Promise<readonly Row[]> {
  return jsonRows(await ablate(folder, "query", sql, "--json", "--limit", "0"));
}

function history(folder: string): Promise<readonly Row[]> {
  return rows(
    folder,
    `select name, step, sha256, hex(weights), hex(checkpoint.state), last_step, last_loss
     from run join checkpoint on run_id = run.id where name in ('old/stopped', 'old/killed') order by 1, 2`,
  );
}

async function revisionsOf(folder: string, run: string): Promise<readonly unknown[]> {
  const found = await rows(folder, `select step, revision from revisions where run = 'old/${run}'`);
  return found.map(({ step, revision }) => [step, revision]);
}

async function statesOf(folder: string): Promise<readonly unknown[]> {
  const found = await rows(folder, "select label, state, revision from runs order by label");
  return found.map(({ label, state, revision }) => [label, state, revision]);
}

test("run trains what is new, names what another revision has begun, and leaves it as it is", async () => {
  const folder = olderFolder("version-13");
  const before = await history(folder);

  const { status, stdout, stderr } = await ablate(folder, "run", "old.yaml");

  expect(status).toBe(2);
  expect(stderr).toContain(NAMED);
  expect(stderr).toContain(
    "old/killed: not touched, its checkpoint at step 80 is of engine revision 1\n",
  );
  expect(stdout).toMatch(/old\/new +finished/);
  expect(await history(folder)).toEqual(before);
  expect(await statesOf(folder)).toEqual([
    ["done", "finished", "1"],
    ["killed", "interrupted", "1"],
    ["new", "finished", `${NOW}`],
    ["stopped", "stopped", "1"],
  ]);
  const again = await ablate(folder, "run", "old.yaml", "--resume", "--quiet");
  expect([again.status, again.stdout]).toEqual([2, ""]);
  expect(again.stderr).toContain(NAMED);
  expect(await history(folder)).toEqual(before);
});

test("plan says the same without a write, and what either option would do", async () => {
  const folder = olderFolder("version-13");
  const bytes = readFileSync(join(folder, "ablate.db"));

  const plain = await ablate(folder, "plan", "old.yaml");
  const json = await ablate(folder, "plan", "old.yaml", "--json");
  const mixed = await ablate(folder, "plan", "old.yaml", "--mixed-revisions");
  const anew = await ablate(folder, "plan", "old.yaml", "--restart");
  const both = await ablate(folder, "plan", "old.yaml", "--restart", "--mixed-revisions");

  expect([plain.status, json.status]).toEqual([2, 2]);
  expect(plain.stderr).toContain(NAMED);
  expect(plain.stdout).toMatch(/old\/stopped +stopped, at 100 by engine revision 1 /);
  expect(plain.stdout).toContain("; 1 to train\n");
  expect(jsonRows(json).map((row) => [row.kept_step, row.kept_revision])).toEqual([
    [null, null],
    [STOPPED_AT, 1],
    [KILLED_AT, 1],
    [null, null],
  ]);
  expect([mixed.status, mixed.stderr]).toEqual([0, ""]);
  expect(mixed.stdout).toMatch(/old\/killed +interrupted, goes on at 80 /);
  expect(mixed.stdout).toContain("; 3 to train\n");
  expect([anew.status, anew.stderr]).toEqual([0, ""]);
  expect(anew.stdout).toContain("; 4 to train\n");
  expect([both.status, both.stderr]).toEqual([2, expect.stringContaining("exclude each other")]);
  expect(readFileSync(join(folder, "ablate.db")).equals(bytes)).toBe(true);
});

test("--restart trains a run anew, to what a run that was never begun by another has", async () => {
  const [folder, scratch] = [olderFolder("version-13"), olderFolder("version-13")];
  await ablate(scratch, "run", "old.yaml", "--only", "killed", "--store", "new.db");

  const { status } = await ablate(folder, "run", "old.yaml", "--only", "killed", "--restart");

  expect(status).toBe(0);
  expect(await revisionsOf(folder, "killed")).toEqual([[0, NOW]]);
  const whole = (path: string) => wholeRun(path, "old/killed");
  expect(whole(join(folder, "ablate.db"))).toEqual(whole(join(scratch, "new.db")));
  expect((await history(folder)).filter(({ name }) => name === "old/stopped")).toHaveLength(2);
});

test("--mixed-revisions goes on from the checkpoint and records both with the step, for every reader", async () => {
  const folder = olderFolder("version-13");

  const run = await ablate(folder, "run", "old.yaml", "--only", "killed", "--mixed-revisions");

  expect(run.status).toBe(0);
  expect(run.stderr).toContain(
    `old/killed: goes on at step 80, by engine revision ${NOW} after revision 1\n`,
  );
  expect(await revisionsOf(folder, "killed")).toEqual([
    [0, 1],
    [KILLED_AT, NOW],
  ]);
  expect(await rows(folder, "select message, from_step from event where kind = 'resumed'")).toEqual(
    [{ message: `at step 80, by revision ${NOW} after 1, ${MOVED}`, from_step: 80 }],
  );
  const kept =
    "select count(*) as n from step join run on run.id = run_id where name = 'old/killed'";
  expect(await rows(folder, kept)).toEqual([{ n: 200 }]);
  const show = await ablate(folder, "show", "killed");
  expect(show.stdout).toContain(`simd, revision 1, from step 80 on ${NOW}`);
  const log = await ablate(folder, "ui", "--once", "--run", "old/killed", "--size", "140x120");
  expect(log.stdout).toContain(`resumed: at step 80, by revision ${NOW} after 1`);
  const doctor = jsonRows(await ablate(folder, "doctor", "--json"));
  expect(doctor.find(({ check }) => check === "digests")).toMatchObject({ ok: true });
  expect((await ablate(folder, "run", "old.yaml", "--only", "killed")).status).toBe(0);
});

test("a mixed run that is killed goes on by itself from a checkpoint of its new revision, else it stays", async () => {
  const folder = olderFolder("version-13");
  const only = ["old.yaml", "--only", "killed", "--workers", "1"];
  const early = startHeldRun("checkpoint 1", folder, ...only, "--mixed-revisions");
  const first = await heldWorkers(folder);
  const watch = startAblate(folder, "watch", "old", "--json");
  let watched = "";
  watch.child.stdout?.on("data", (chunk: Buffer) => {
    watched += chunk.toString();
  });
  const started = `"from":80,"of":"old/killed","of_revision":1,"revision":${NOW}}`;
  await vi.waitFor(() => expect(watched).toContain(started), PATIENCE);
  watch.child.kill("SIGKILL");
  early.child.kill("SIGKILL");
  await early.ended;
  for (const pid of first.pids) process.kill(pid, "SIGKILL");
  rmSync(join(folder, "worker-0.pid"));

  const stays = spawnAblate(folder, "run", ...only);

  expect([stays.status, stays.stderr]).toEqual([
    2,
    expect.stringContaining("old/killed (at step 80)"),
  ]);
  const late = startHeldRun("checkpoint 2", folder, ...only, "--mixed-revisions");
  const second = await heldWorkers(folder);
  late.child.kill("SIGKILL");
  await late.ended;
  for (const pid of second.pids) process.kill(pid, "SIGKILL");

  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, "ablate.db"));
  database.exec("update checkpoint set weights = zeroblob(9) where step = 120");
  database.close();

  const damaged = await ablate(copy, "run", ...only);

  expect([damaged.status, damaged.stderr]).toEqual([
    2,
    expect.stringMatching(/step 120 is damaged and passed over\n[\s\S]*old\/killed \(at step 80\)/),
  ]);

  const goesOn = spawnAblate(folder, "run", ...only);

  expect([goesOn.status, goesOn.stderr]).toEqual([
    0,
    expect.stringContaining("goes on at step 120\n"),
  ]);
  expect(await revisionsOf(folder, "killed")).toEqual([
    [0, 1],
    [KILLED_AT, NOW],
  ]);
});

test("a finished shorter run of another revision is not the start of a longer one, unless that is wanted", async () => {
  const [folder, mixed] = [olderFolder("version-13"), olderFolder("version-13")];
  const longer = ["old.yaml", "--only", "done", "--steps", "40"];

  const plan = await ablate(folder, "plan", ...longer);
  const run = await ablate(folder, "run", ...longer);
  const other = await ablate(mixed, "run", ...longer, "--mixed-revisions");

  expect([plan.status, run.status, other.status]).toEqual([0, 0, 0]);
  expect(plan.stdout).not.toContain("goes on");
  expect(await revisionsOf(folder, "done-steps=40")).toEqual([[0, NOW]]);
  expect(other.stderr).toContain(`goes on from old/done at step 20, by engine revision ${NOW}`);
  expect(await revisionsOf(mixed, "done-steps=40")).toEqual([
    [0, 1],
    [20, NOW],
  ]);
  const longest = ["old.yaml", "--only", "done", "--steps", "60"];
  expect((await ablate(mixed, "plan", ...longest)).stdout).not.toContain("goes on");
  expect((await ablate(folder, "plan", ...longest)).stdout).toContain("-steps=40 at 40");
});

test("damaged checkpoints of another revision keep the run as well, until an option starts it anew", async () => {
  const folder = olderFolder("version-13");
  damageCheckpoints(join(folder, "ablate.db"));
  const only = ["old.yaml", "--only", "killed"];

  expect((await ablate(folder, "run", ...only)).status).toBe(2);
  const { status, stderr } = await ablate(folder, "run", ...only, "--mixed-revisions");

  expect([status, stderr]).toEqual([0, expect.stringContaining("is damaged and passed over")]);
  expect(await revisionsOf(folder, "killed")).toEqual([[0, NOW]]);
});

test("of two commands at once one trains each run, and both leave what another revision has begun", async () => {
  const folder = olderFolder("version-13");
  const before = await history(folder);

  const [one, other] = [1, 2].map(() => startHeldRun("none", folder, "old.yaml"));

  expect(await Promise.all([one?.ended, other?.ended])).toEqual([2, 2]);
  expect(await history(folder)).toEqual(before);
  const finished = "select count(*) as n from event where kind = 'finished'";
  expect(await rows(folder, finished)).toEqual([{ n: 2 }]);
});

test("compare, report, verify and sample say where revisions differ", async () => {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "new");
  await ablate(folder, "run", "old.yaml", "--only", "killed", "--mixed-revisions");
  const note = `not all of one engine revision, whose bits differ: old/done, old/stopped by revision 1 of simd, old/killed by revision 1 and then ${NOW} of simd and old/new by revision ${NOW} of simd`;

  const compared = await ablate(folder, "compare", "old");
  expect(compared.stdout).toContain(note);
  expect((await ablate(folder, "compare", "old", "--effects")).stdout).toContain(note);
  const records = jsonRows(await ablate(folder, "compare", "old", "--json"));
  expect(records.flatMap(({ kind, revisions }) => (kind === "row" ? [revisions] : []))).toEqual([
    ["1"],
    ["1"],
    [`1,${NOW}`],
    [`${NOW}`],
  ]);
  await ablate(folder, "report", "old", "-o", "old.html");
  expect(readFileSync(join(folder, "old.html"), "utf8")).toContain(`The runs are ${note}.`);
  const verify = ["verify", "old.yaml", "--only", "done", "--steps", "2", "--json"];
  const verified = await ablate(folder, ...verify);
  expect(verified.stderr).toContain(
    `old/done was trained by revision 1 of simd: engines are compared by revision ${NOW}, which does not repeat its bits\n`,
  );
  expect(jsonRows(verified)[0]).toMatchObject({ revision: NOW, stored_revisions: ["1"] });
  const elsewhere = await ablate(folder, ...verify, "--store", "none.db");
  expect(jsonRows(elsewhere)[0]).toMatchObject({ revision: NOW, stored_revisions: [] });
  expect((await ablate(folder, "sample", "old/done")).stderr).toContain(
    `old/done was trained by revision 1 of simd: names are drawn by revision ${NOW}`,
  );
  expect((await ablate(folder, "compare", "old/new")).stdout).not.toContain("revision");
});

test("an export and an import keep the revisions of each run", async () => {
  const [folder, other] = [olderFolder("version-13"), olderFolder("version-13")];
  await ablate(folder, "run", "old.yaml", "--only", "killed", "--mixed-revisions");
  await ablate(folder, "export", "old", "-o", "sealed.db");

  await ablate(other, "import", join(folder, "sealed.db"));

  expect(await revisionsOf(other, "killed")).toEqual([
    [0, 1],
    [KILLED_AT, NOW],
  ]);
  expect((await rows(folder, "select distinct format from seal order by 1")).length).toBe(2);
  const doctor = jsonRows(await ablate(other, "doctor", "--json"));
  expect(doctor.find(({ check }) => check === "digests")).toMatchObject({ ok: true });
});

test("diff says where two runs are of two revisions", async () => {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "new");

  const { stdout } = await ablate(folder, "diff", "old/stopped", "old/new");

  expect(stdout).toMatch(new RegExp(`\\brevision +1 +${NOW} `));
});

test("a revision that is no longer what a store of before can have is damage", async () => {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "new");
  const database = new DatabaseSync(join(folder, "ablate.db"));
  database.exec("update revision set revision = 2 where run_id = 1");
  database.close();

  const { status, stderr } = await ablate(folder, "show", "old/done");

  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining("its revisions are not those of its digest"),
  ]);
  const doctor = jsonRows(await ablate(folder, "doctor", "--json"));
  expect(doctor.find(({ check }) => check === "digests")).toMatchObject({ ok: false });
});

test("plan estimates by what the current revision has trained, where it has trained anything", async () => {
  const folder = olderFolder("version-13");
  const longer = ["plan", "old.yaml", "--only", "done", "--steps", "100000"];
  expect((await ablate(folder, ...longer)).stdout).toContain("632 steps/s of 1 stored run ");
  await ablate(folder, "run", "old.yaml", "--only", "done", "--steps", "300");

  expect((await ablate(folder, ...longer)).stdout).toMatch(/steps\/s of 1 stored run /);
  expect((await ablate(folder, ...longer)).stdout).not.toContain("632 steps/s");
});
