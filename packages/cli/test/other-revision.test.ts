/** What is said of runs that another revision of the engine has trained, where a command leaves or replaces them. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ENGINE_REVISIONS } from "@ablate/core";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

const NOW = ENGINE_REVISIONS.simd;

/** A store of version 13, where one run was trained anew meanwhile and another one on. */
async function trainedThere(): Promise<string> {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "done", "--restart");
  await ablate(folder, "run", "old.yaml", "--only", "killed", "--mixed-revisions");
  return join(folder, "ablate.db");
}

test("import names runs whose record here and there are of other revisions, and says which stays", async () => {
  const [here, there] = [olderFolder("version-13"), await trainedThere()];

  const dry = await ablate(here, "import", there, "--dry-run");
  const { status, stdout } = await ablate(here, "import", there);

  expect(status).toBe(0);
  expect(stdout).toMatch(/old\/done +as complete here +finished +20\n/);
  expect(stdout).toContain(
    `old/done: trained by revision 1 of the engine here and by revision ${NOW} there, whose bits differ; the record here stays\n`,
  );
  expect(stdout).toMatch(/old\/killed +more complete in the source +finished +200\n/);
  expect(stdout).toContain(
    `old/killed: trained by revision 1 of the engine here and by revision 1 and then ${NOW} there, whose bits differ; the other store's record replaces it\n`,
  );
  expect(stdout).not.toContain("old/stopped:");
  expect(dry.stdout).toBe(stdout.replace("\nimported", "\nwould import"));
  const again = jsonRows(await ablate(here, "import", there, "--json"));
  expect(
    again.map(({ run, revision_here, revision_there }) => [run, revision_here, revision_there]),
  ).toEqual([
    ["old/done", "1", `${NOW}`],
    ["old/stopped", "1", "1"],
    ["old/killed", `1,${NOW}`, `1,${NOW}`],
  ]);
  expect((await ablate(here, "import", there, "--store", "new.db")).stdout).not.toContain(
    "revision",
  );
});

test("a failed run names the options that together train it on from a checkpoint of another revision", async () => {
  const folder = olderFolder("version-13");
  const only = ["old.yaml", "--only", "killed"];
  await ablate(folder, "run", ...only, "--mixed-revisions", "--timeout", "1ms");

  const plan = await ablate(folder, "plan", ...only);
  const planJson = jsonRows(await ablate(folder, "plan", ...only, "--json"));
  const run = await ablate(folder, "run", ...only);
  const { stdout: events } = await ablate(folder, "run", ...only, "--json");

  expect([plan.status, plan.stderr]).toEqual([0, ""]);
  expect(plan.stdout).toMatch(/old\/killed +failed, at 80 by engine revision 1\n/);
  expect(planJson[0]).toMatchObject({ state: "failed", kept_step: 80, kept_revision: 1 });
  expect(run.stderr).toContain(
    "old/killed: failed before, at step 80 by engine revision 1; --retry-failed --mixed-revisions together train it on from there\n",
  );
  expect(events).toContain(
    '"state":"failed","other_revision":"1","kept_step":80,"kept_revision":1}\n',
  );
  const tried = await ablate(folder, "run", ...only, "--retry-failed", "--mixed-revisions");
  expect([tried.status, tried.stderr]).toEqual([
    0,
    expect.stringContaining(`goes on at step 80, by engine revision ${NOW} after revision 1\n`),
  ]);
});

test("of a run that another revision has let diverge, nothing says that it would again", async () => {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "stopped", "--set", "train.lr=1e38");
  const name = "old/stopped-lr=1e38";
  const database = new DatabaseSync(join(folder, "ablate.db"));
  const id = `(select id from run where name = '${name}')`;
  database.exec(`
    update revision set revision = 1 where run_id = ${id};
    delete from seal where run_id = ${id}`);
  database.close();

  const { status, stderr } = await ablate(
    folder,
    "run",
    "old.yaml",
    "--only",
    "stopped",
    "--set",
    "train.lr=1e38",
  );

  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(`${name}: already trained: diverged; --restart trains it once more\n`),
  ]);
});

test("the UI says in Run and Compare which revisions trained what is shown", async () => {
  const folder = olderFolder("version-13");
  await ablate(folder, "run", "old.yaml", "--only", "new or killed", "--mixed-revisions");
  // So narrow that nothing stands beside the text.
  const ui = async (...args: readonly string[]) => {
    const size = `${args.includes("compare") ? 80 : 118}x100`;
    const { stdout } = await ablate(folder, "ui", "--once", "--size", size, ...args);
    return stdout.replace(/\s+/g, " ");
  };

  const killed = await ui("--run", "old/killed");
  expect(killed).toContain(
    `trained by simd, revision 1, from step 80 on ${NOW}, whose bits differ`,
  );
  expect(killed).toContain(`engine revision 1, from step 80 on ${NOW} `);
  expect(await ui("--run", "old/done")).toContain("engine revision 1 ");
  const current = await ui("--run", "old/new");
  expect(current).toContain(`engine revision ${NOW} `);
  expect(current).not.toContain("trained by");
  expect(await ui("--view", "compare")).toContain(
    `not all of one engine revision, whose bits differ: old/done, old/stopped by revision 1 of simd, old/killed by revision 1 and then ${NOW} of simd and old/new by revision ${NOW} of simd`,
  );
  expect(await ui("--view", "compare", "--filter", "new")).not.toContain("revision");
});

test("plan says once that a shorter run of another revision could be the start of a longer one", async () => {
  const folder = olderFolder("version-13");
  const longer = ["plan", "old.yaml", "--only", "done", "--steps", "40"];

  const plain = await ablate(folder, ...longer);
  const mixed = await ablate(folder, ...longer, "--mixed-revisions");

  const said =
    "20 steps of old/done, of another engine revision, could be the start of old/done-steps=40: --mixed-revisions\n";
  expect([plain.status, plain.stderr.endsWith(said)]).toEqual([0, true]);
  expect(mixed.stderr).not.toContain("could be");
});
