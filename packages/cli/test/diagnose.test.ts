import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RULES } from "@ablate/core";
import { widthOf } from "@ablate/text";
import { beforeAll, expect, test } from "vitest";
import { ablate, ablateWith, jsonRows, makeFolder, startAblate } from "./make.ts";
import { inTerminal } from "./pty.ts";

/** Two networks: one as it should be, one that is saturated and frozen in places. */
const SICK = `name: sick
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16, 16], activation: tanh, batch_norm: none }
train: { steps: 300, batch_size: 8, lr: 0.03 }
record: { evaluate: none, samples: 0 }
variants:
  fine: {}
  saturated: { init.hidden.weight: { scheme: normal, std: 9 } }
  frozen: { init: { hidden: { weight: zeros, bias: zeros }, output.weight: zeros } }
`;

let folder = "";
let trained = { stdout: "", stderr: "" };

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "sick.yaml"), SICK);
  trained = await ablate(folder, "run", "sick.yaml", "--workers", "1");
});

test("run prints a verdict of every run at initialisation and at its end", () => {
  const lines = trained.stderr.split("\n");
  const verdicts = (run: string) => lines.filter((line) => line.startsWith(`sick/${run}: `));

  expect(verdicts("fine")[0]).toBe("sick/fine: healthy so far");
  expect(verdicts("saturated")[0]).toMatch(
    /^sick\/saturated: .*hidden1 \d+ % saturated \(and 1 more\)/,
  );
  const [atInit, , atEnd] = verdicts("frozen");
  expect(atInit).toBe("sick/frozen: hidden1 has the same output for every example (and 1 more)");
  expect(atEnd).toMatch(/^sick\/frozen: .* every example .*, so \S+ frozen \(and \d more\)$/);
});

test("a run's page has its findings, the most serious first, and the network layer by layer", async () => {
  const { status, stdout, stderr } = await ablate(folder, "diagnose", "saturated");

  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^sick\/saturated: finished, \d warnings? \(\d findings\)/);
  expect(stdout).toContain("           saturated, since init; docs/diagnostics.md#saturated\n");
  expect(stdout).toMatch(
    /depth profile at init\n {2}layer +activation std +saturated +gradient std +grad:data\n/,
  );
  expect(stdout).toMatch(/depth profile after 300 steps\n/);
  expect(stdout).toMatch(/^ {2}hidden1 +\d\.\d+ +█+\S* +\d+ % +█+/m);
});

test.each([80, 66, 54])("at %d columns nothing is wider than the terminal", async (columns) => {
  for (const name of ["saturated", "frozen", "sick"]) {
    const lines = await inTerminal(folder, columns, ["diagnose", name]);

    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(lines.length).toBeGreaterThan(4);
  }
});

test("each finding names the section that explains it, and the section is there", async () => {
  const { stdout } = await ablate(folder, "diagnose", "frozen");
  const page = readFileSync(new URL("../../../docs/diagnostics.md", import.meta.url), "utf8");
  const rows = jsonRows(await ablate(folder, "diagnose", "frozen", "--json"));
  const links = [...stdout.matchAll(/^ {11,}\S+, since .*; docs\/diagnostics\.md#(\S+)$/gm)].map(
    ([, rule]) => rule,
  );

  expect(links).toContain("frozen");
  expect(links.toSorted()).toEqual([...new Set(rows.map(({ rule }) => String(rule)))].sort());
  for (const { rule } of rows) {
    expect(page).toContain(`\n## ${rule}\n`);
  }
});

test("errors are first, and the exit code says that there are some", async () => {
  const { status, stdout } = await ablate(folder, "diagnose", "frozen");

  expect(status).toBe(1);
  expect(stdout.split("\n")[1]).toMatch(
    /^ {2}error {4}hidden1 has the same output for every example: /,
  );
  expect(stdout).toMatch(/^ {11}so: error, \S+ frozen; likewise \S+.*\n {13}frozen, since init;/m);
});

test.each([
  ["50 steps", "train: { steps: 50, lr: 60 }", "end"],
  ["50 steps without an evaluation", "train: { steps: 50, lr: 60 }", "none"],
  ["the last ten of 160 steps", "train: { steps: 160, lr: { 0: 0.03, 150: 90 } }", "end"],
])("a loss that explodes is told everywhere: %s", async (_, settings, evaluate) => {
  const other = makeFolder();
  const text = SICK.replace("evaluate: none", `evaluate: ${evaluate}`);
  writeFileSync(join(other, "sick.yaml"), `${text}  exploding: { ${settings} }\n`);

  const trained = await ablate(other, "run", "sick.yaml", "--only", "exploding");
  const { status, stdout } = await ablate(other, "diagnose", "exploding");

  expect(trained.stderr).toMatch(/\nsick\/exploding: loss has climbed to [\d.]+\n/);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^sick\/exploding: finished, 1 error.*\n {2}error {4}loss has climbed to/);
  expect((await ablate(other, "show", "exploding")).stdout).toMatch(
    /^sick\/exploding\n {2}✗ loss has climbed to [\d.]+, since (init|step \d+)\n/,
  );
});

test("the numbers of the layers say on which examples they were taken", async () => {
  const { stdout } = await ablate(folder, "diagnose", "fine");

  expect(stdout).toMatch(/\n {2}of 32 examples of the training split, .* not of a step's batch\n$/);
});

test("--quiet tells of a run that ends with errors, and of no other", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);

  const { status, stdout, stderr } = await ablate(other, "run", "sick.yaml", "--quiet");

  expect([status, stdout]).toEqual([0, ""]);
  expect(stderr).toMatch(/^sick\/frozen: .*, so \S+ frozen .*\n$/);
});

test("a grid is a line a run, the worst first", async () => {
  const { status, stdout } = await ablate(folder, "diagnose", "sick");
  const [head, , ...rows] = stdout.trimEnd().split("\n");

  expect(status).toBe(1);
  expect(head).toBe("sick: 3 runs, 1 with errors, 1 with warnings, 1 healthy");
  expect(rows.flatMap((row) => row.match(/^\S+/) ?? [])).toEqual([
    "sick/frozen",
    "sick/saturated",
    "sick/fine",
  ]);
  expect(rows.at(-1)).toMatch(/healthy$/);
});

test("as JSON it has the rows of the view, in the same order", async () => {
  const { status, ...printed } = await ablate(folder, "diagnose", "sick", "--json");
  const found = jsonRows({ status, ...printed });
  const stored = jsonRows(await ablate(folder, "query", "select * from findings", "--json"));

  expect(status).toBe(1);
  expect(found.length).toBeGreaterThan(5);
  expect(found.filter(({ run }) => run === "sick/saturated")).toEqual(
    stored.filter(({ run }) => run === "sick/saturated"),
  );
});

test("a run that was sick and is not any more says so at its end", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);
  const healed = "healthy now; hidden1.weight too slow, no longer at step 200 (and 1 more)";

  const { stderr } = await ablate(
    other,
    ...["run", "sick.yaml", "--only", "fine", "--set", "train.lr={ 0: 1e-7, 200: 0.03 }"],
  );

  expect(stderr).toContain(`\nsick/fine: ${healed}\n`);
  expect((await ablate(other, "diagnose", "sick")).stdout).toContain(healed);
});

test("of a network that is not finite nothing is said but that", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);
  const only = ["run", "sick.yaml", "--only", "fine", "--set"];

  const { stderr } = await ablate(
    other,
    ...[...only, "init.hidden.weight={ scheme: normal, std: 1e38 }"],
    ...["--set", "model.activation=none"],
  );
  const second = await ablate(
    other,
    ...[...only, "train.lr=1e30", "--set", "model.activation=none"],
  );
  const { run = "" } = jsonRows(await ablate(other, "runs", "--json")).at(-1) ?? {};
  const { status, stdout } = await ablate(other, "diagnose", String(run));

  expect(stderr.split("\n").filter((line) => /^sick\/fine: (?!.*not finite)/.test(line))).toEqual([
    "sick/fine: diverged",
    "sick/fine: diverged",
  ]);
  expect([second.status, status]).toEqual([1, 1]);
  expect(stdout).toMatch(/\ndepth profile after 1 step\n.*\n.*\n {2}hidden1 +- +- +-\s*\n/);
});

test("another threshold gives another verdict", async () => {
  const { stdout } = await ablate(
    folder,
    "diagnose",
    "saturated",
    "--set",
    "thresholds.saturated=1",
  );

  expect(stdout).not.toContain("saturated, since");
});

test("thresholds of the config are those of the run's diagnosis, and no part of its identity", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), `${SICK}thresholds: { saturated: 1 }\n`);

  const { stderr } = await ablate(other, "run", "sick.yaml", "--only", "saturated");

  expect(stderr).not.toContain("% saturated");
  expect((await ablate(other, "diagnose", "saturated")).stdout).not.toContain("saturated, since");
  expect((await ablate(other, "plan", "sick.yaml", "--only", "saturated")).stderr).toBe("");
  writeFileSync(join(other, "sick.yaml"), SICK);
  const changed = "--set thresholds.saturated=0.3";
  const note = `sick/saturated was judged by the thresholds it was trained with; \`ablate diagnose RUN ${changed}\` judges by those of this config\n`;
  const again = await ablate(other, "run", "sick.yaml", "--only", "saturated");
  expect(again.stderr).toContain("already trained");
  expect(again.stderr.startsWith(note)).toBe(true);
  expect((await ablate(other, "plan", "sick.yaml", "--only", "saturated")).stderr).toBe(note);
  expect((await ablate(other, "diagnose", "saturated", ...changed.split(" "))).stdout).toContain(
    "saturated, since init",
  );
});

test("a terminal without Unicode gets plain bars", async () => {
  const { stdout } = await ablateWith({ LC_ALL: "C" }, folder, "diagnose", "fine");

  expect(stdout).toMatch(/^ {2}hidden1 .*##########/m);
  expect(stdout).not.toContain("█");
});

test("--stop-on ends a run where the rule holds, and the rest goes on", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);

  const { status, stderr } = await ablate(
    other,
    "run",
    "sick.yaml",
    "--stop-on",
    "plateau,saturated",
    "--stop-on",
    "frozen",
  );

  expect(status).toBe(0);
  expect(stderr).toMatch(/sick\/saturated: finished by rule saturated after 0 steps/);
  expect(stderr).toMatch(/sick\/frozen: finished by rule frozen after 200 steps/);
  const states = jsonRows(await ablate(other, "runs", "--json")).map(
    ({ run, reason, last_step }) => [run, reason, last_step],
  );
  expect(states).toEqual([
    ["sick/fine", "steps", 299],
    ["sick/saturated", "rule", null],
    ["sick/frozen", "rule", 199],
  ]);
  expect((await ablate(other, "run", "sick.yaml")).stderr).toContain(
    "sick: 3 runs, 3 already trained",
  );
});

test("every rule is in the help of --stop-on", async () => {
  const { stdout } = await ablate(folder, "run", "--help");

  for (const rule of Object.keys(RULES)) expect(stdout).toContain(rule);
});

test.each([
  [
    ["run", "sick.yaml", "--stop-on", "saturate"],
    '--stop-on: there is no rule "saturate"; did you mean saturated?',
  ],
  [
    ["run", "sick.yaml", "--stop-on", "xyz"],
    '--stop-on: there is no rule "xyz"; rules are initial-loss, saturated',
  ],
  [["diagnose", "sick/fime"], 'there is no run or grid "sick/fime"; did you mean sick/fine?'],
  [
    ["diagnose", "fine", "--set", "thresholds.saturatd=1"],
    '--set: there is no threshold "saturatd"; did you mean saturated?',
  ],
  [
    ["diagnose", "fine", "--set", "thresholds.saturated=much"],
    '--set thresholds.saturated takes a number above 0, not "much"',
  ],
])("%j is refused with a sentence", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(folder, ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`ablate: ${sentence}`);
});

test("a run that is being trained is diagnosed so far", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);
  const { child, ended } = startAblate(
    other,
    ...["run", "sick.yaml", "--only", "saturated", "--steps", "100000000", "--workers", "1"],
  );

  await expect
    .poll(async () => (await ablate(other, "diagnose", "saturated")).stdout, {
      timeout: 60_000,
      interval: 200,
    })
    .toMatch(
      /^sick\/saturated: running after [\d,]+ of 100,000,000 steps, \d warnings?[\s\S]*saturated, since init/,
    );
  child.kill("SIGINT");
  await ended;

  const { status, stdout } = await ablate(other, "diagnose", "sick");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^sick\/saturated +stopped after [\d,]+ of 100,000,000 steps/m);
}, 120_000);

test("a run that was recorded before there were rules is diagnosed by the usual thresholds", async () => {
  const other = makeFolder();
  writeFileSync(join(other, "sick.yaml"), SICK);
  await ablate(other, "run", "sick.yaml", "--only", "saturated");
  const now = await ablate(other, "diagnose", "saturated");
  const database = new DatabaseSync(join(other, "ablate.db"));
  database.exec(
    "drop view findings; drop table finding; drop table colour; drop view console; drop table console_line; drop table inbox; drop table store_id; drop table diagnosis; drop table digest; drop table seal; drop table revision; drop view revisions; pragma user_version = 3",
  );
  database.close();

  expect(await ablate(other, "diagnose", "saturated")).toEqual(now);
  expect(jsonRows(await ablate(other, "query", "select * from findings", "--json"))).toEqual([]);
});
