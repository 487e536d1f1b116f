/** Stores with values that nothing bears out and no digest that tells: as another program could write them. */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { configDamage } from "@ablate/runner";
import { checkStore } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { ablate, inTurn } from "./make.ts";
import { olderFolder } from "./older-version/folder.ts";

let folder = "";

beforeAll(async () => {
  folder = olderFolder("version-10");
  await ablate(folder, "doctor", "--repair");
  copyFileSync(join(folder, "ablate.db"), join(folder, "whole.db"));
});

/** The run that is damaged, the first of the store, and one that is not. */
const [DAMAGED, WHOLE] = ["old/plain-seed=1", "old/plain-seed=2"];

/** Puts a change into the store that no digest of the first run tells. */
function damage(sql: string): void {
  change(`${sql}; delete from seal where run_id = 1`);
}

function change(sql: string): void {
  copyFileSync(join(folder, "whole.db"), join(folder, "ablate.db"));
  const database = new DatabaseSync(join(folder, "ablate.db"));
  database.exec(sql);
  database.close();
}

/** Verbs over all runs; those of FURTHER read no more of a run whose row is damaged: it is left out before. */
const OF_ALL = ["runs", "compare old", "plan old.yaml", `show ${WHOLE}`];
const FURTHER = [
  ...["ui --once --size 120x40", "diagnose old"],
  ...["report old -o r.html --force", "export old -o h.csv --force"],
];

const OF_ONE = [
  ...["show", "diagnose", "config", "ui --once --size 120x40 --view layers --run"],
  ...["ui --once --size 120x40 --view run --run", "export -o w.safetensors --force"],
].map((verb) => `${verb} ${DAMAGED}`);

const CONFIG = "update run set config = json_set(config,";

const DAMAGES: readonly (readonly [what: string, sql: string])[] = [
  ["a config that is no JSON", "update run set config = '{\"a\">1}' where id = 1"],
  ["a config that is a list", "update run set config = '[]' where id = 1"],
  ["a config without keys", "update run set config = '{}' where id = 1"],
  ["a config of null", "update run set config = 'null' where id = 1"],
  ["a layer of 4e9 units", `${CONFIG} '$.model.hidden', json('[4e9]')) where id = 1`],
  ["a model that is a text", `${CONFIG} '$.model', 'big') where id = 1`],
  ["provenance that is no JSON", "update run set provenance = 'x' where id = 1"],
  ["a shape that is no JSON", "update param set shape = '[2' where run_id = 1 and idx = 0"],
  ["a shape of texts", "update param set shape = '[\"a\"]' where run_id = 1 and idx = 0"],
  ["ratios that are too short", "update step set ratios = x'00' where run_id = 1 and step > 3"],
  ["ratios that are empty", "update step set ratios = x'' where run_id = 1"],
  ["no parameters", "delete from param where run_id = 1"],
  ["thresholds that are no JSON", "update diagnosis set thresholds = '{' where run_id = 1"],
  ["a histogram of 2^60 bins", "update probe_tensor set mantissa_bits = 60 where probe_id = 1"],
  ["a histogram up to 2e9", "update probe_tensor set largest = 2000000000 where probe_id = 1"],
  ["2e9 tokens", "update probe set tokens = 2000000000 where run_id = 1"],
  ["1e9 units", "update probe_layer set units = 1000000000 where run_id = 1"],
  ["rollups that are too short", "update rollup set data = x'00' where run_id = 1"],
];

test.each(DAMAGES)("%s hides no other run, and doctor names the run", async (_, sql) => {
  damage(sql);

  const wrong = checkStore(join(folder, "ablate.db"), { configDamage }).filter(({ ok }) => !ok);
  expect(wrong.map(({ detail }) => detail).join("\n")).toContain(DAMAGED);
  const further = sql.startsWith("update run ") ? [] : FURTHER;
  const answers = await inTurn([...OF_ALL, ...further, ...OF_ONE], async (line) => {
    return { line, ...(await ablate(folder, ...line.split(" "))) };
  });
  for (const { line, status, stderr } of answers) {
    expect(stderr, line).not.toMatch(/internal error|\n\s+at /);
    // Where it is refused, the sentence says which run it is.
    if (status !== 0 && !line.startsWith("diagnose old")) expect(stderr, line).toContain(DAMAGED);
    if ([...OF_ALL, ...FURTHER].includes(line) && !line.startsWith("export"))
      expect([line, status]).not.toEqual([line, 2]);
  }
  const others = answers.filter(({ line }) => line.endsWith(WHOLE) || line === "runs");
  expect(others.map(({ status }) => status)).toEqual([0, 0]);
  expect(answers[0]?.stdout).toContain(WHOLE);
});

test("a store that is only read says that its runs have no digest, a migrated one when they got it", async () => {
  const older = olderFolder("version-10");
  const shown = async () => (await ablate(older, "show", WHOLE)).stdout;

  expect(await shown()).toMatch(/^ +digest +none$/m);
  await ablate(older, "tag", WHOLE, "good");

  expect(await shown()).toMatch(/^ +digest +made when the store was migrated, not at its end$/m);
});

test("import takes the others, and says which run stays and why", async () => {
  damage("update run set config = '{' where id = 1");

  const { status, stdout, stderr } = await ablate(
    folder,
    "import",
    "ablate.db",
    "--store",
    "to.db",
  );

  expect(status).toBe(1);
  expect(stdout).toContain("imported 10 runs of 11\n");
  expect(stderr).toBe(
    `ablate: ${DAMAGED} is damaged and left out: its config is no JSON of a map; \`ablate doctor --repair\` sets it aside; then \`ablate run\` trains it again, or \`ablate record\` reads its log again\n`,
  );
});

test("a repair sets a damaged run aside, and the next training trains it again", async () => {
  change("update run set config = '{' where id = 2");

  await ablate(folder, "doctor", "--repair");
  const plan = await ablate(folder, "plan", "old.yaml");
  const again = await ablate(folder, "run", "old.yaml", "--only", "plain seed:2");

  expect(plan.stdout).toMatch(/^old\/plain-seed=2 +new/m);
  expect(again.stdout).toMatch(/^old\/plain-seed=2 +finished/m);
  expect((await ablate(folder, "runs")).stderr).toBe("");
  expect((await ablate(folder, "run", "old.yaml")).stderr).not.toContain("damaged");
});

test("what was set aside is read and exported by its name, as damaged", async () => {
  change("update eval set loss = loss + 1 where run_id = 1");
  await ablate(folder, "doctor", "--repair");
  const aside = `${DAMAGED}-damaged`;

  const shown = await ablate(folder, "show", aside);
  const exported = await ablate(folder, "export", aside, "-o", "d.csv");

  expect([shown.status, exported.status]).toEqual([0, 1]);
  expect(shown.stdout).toContain("12 of 12");
  for (const { stderr } of [shown, exported]) {
    expect(stderr).toMatch(
      /^ablate: old\/plain-seed=1-damaged was set aside as damaged: its results /m,
    );
  }
  expect(readFileSync(join(folder, "d.csv"), "utf8").split("\n")).toHaveLength(14);
  expect((await ablate(folder, "runs")).stdout).not.toContain("damaged");
});

test("what was set aside goes into the trash by its name, comes back as it was, and is deleted permanently", async () => {
  change("update eval set loss = loss + 1 where run_id = 1");
  await ablate(folder, "doctor", "--repair");
  await ablate(folder, "run", "old.yaml", "--only", "plain seed:1");
  const aside = `${DAMAGED}-damaged`;
  const doctor = async () =>
    /^\w+ +digests .*$/m.exec((await ablate(folder, "doctor")).stdout)?.[0];
  const shown = async () => (await ablate(folder, "show", aside)).stdout;
  const [before, told] = [await shown(), await doctor()];

  const removed = await ablate(folder, "rm", aside);
  const hidden = await ablate(folder, "show", aside);
  const quiet = await doctor();
  await ablate(folder, "restore", aside);
  const [back, again] = [await shown(), await doctor()];
  await ablate(folder, "rm", WHOLE, aside);
  const purged = await ablate(folder, "gc", "--yes");

  expect(told).toMatch(
    /; set aside as damaged: old\/plain-seed=1-damaged \(`ablate rm` and `gc` delete\)$/m,
  );
  expect(removed.stdout).toMatch(/^old\/plain-seed=1-damaged: in the trash\n/);
  expect(hidden.stderr).toContain(
    `${aside} is in the trash; \`ablate restore ${aside}\` restores it`,
  );
  expect(quiet).not.toContain("set aside");
  expect([back, again]).toEqual([before, told]);
  expect(purged.stdout).toMatch(/^deleted 3 runs, 0 grids, /);
  expect((await ablate(folder, "show", aside)).stderr).toContain(`there is no run "${aside}"`);
  expect((await ablate(folder, "show", DAMAGED)).status).toBe(0);
});

test("a grid takes what was set aside of it along", async () => {
  change("update eval set loss = loss + 1 where run_id = 1");
  await ablate(folder, "doctor", "--repair");

  const { stdout } = await ablate(folder, "rm", "old");
  await ablate(folder, "gc", "--yes");
  const database = new DatabaseSync(join(folder, "ablate.db"));
  const left = database.prepare("select count(*) as n from damaged_run").get();
  const runs = database.prepare("select name from run where name like 'old/%'").all();
  database.close();

  expect(stdout).toMatch(/^grid old with \d+ runs: in the trash$/m);
  expect([left?.n, runs]).toEqual([0, []]);
});
