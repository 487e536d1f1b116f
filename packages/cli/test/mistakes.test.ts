import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

test.each([
  [["rums"], "did you mean `ablate runs`?"],
  [["ls"], "did you mean `ablate runs`?"],
  [["delete"], "did you mean `ablate rm RUN`?"],
  [["train", "small.yaml"], "did you mean `ablate run CONFIG`?"],
  [["help", "tensorboard"], "did you mean `ablate ui`?"],
  [["small.yaml"], "did you mean `ablate run small.yaml`?"],
  [["stop"], "Ctrl-C in the terminal that trains ends it"],
  [["--versoin"], 'unknown flag "--versoin"'],
  [["--steps", "5", "demo"], "write it after the command: `ablate demo --steps`"],
  [["--store", "none.db", "runs"], "there is no store at"],
  [["run", "small.yaml", "--lr", "0.1"], "run has no flag --lr; write --set train.lr=0.1"],
  [["run", "small.yaml", "--batch-size=8"], "write --set train.batch_size=8"],
  [["run", "small.yaml", "--epochs", "3"], "train.steps = epochs x training examples"],
  [["run", "small.yaml", "train.lr=0.1"], "write --set train.lr=0.1"],
  [["run", "small.yaml", "--dry-run"], "`ablate plan CONFIG` lists what it would train"],
  [["plan", "--config", "small.yaml"], "`ablate plan small.yaml`"],
  [["runs", "--filter", "v5"], "did you mean --only?"],
  [["runs", "--jsn"], "did you mean --json?"],
  [["runs", "--json=yes"], "--json takes no value"],
  [["runs", "--store"], "--store needs a value: --store FILE"],
  [["doctor", "extra"], 'unexpected argument "extra"'],
  [["show", "-x"], "show has no flag -x"],
  [["runs"], "there is no store at"],
  [["show", "x", "--store", "none.db"], "there is no store at"],
  [["plan"], "CONFIG is missing; usage: ablate plan CONFIG"],
  [["plan", "small.yaml", "--steps", "many"], "--steps takes a whole number"],
  [["plan", "small.yaml", "--seeds", "1,b"], "--seeds takes whole numbers"],
  [["plan", "small.yaml", "--only", "plain )"], 'filter: ")" at 6 closes nothing'],
  [
    ["plan", "small.yaml", "--only", "lrr>1"],
    '--only lrr>1: no run has a field "lrr"; did you mean "lr"?',
  ],
  [["plan", "small.yaml", "--only", "qqqq:1"], 'no run has a field "qqqq"; quote characters'],
  [
    ["plan", "small.yaml", "--only", "weight:1"],
    '"weight" could be any of init.hidden.weight, init.output.weight; write one of them',
  ],
  [
    ["plan", "small.yaml", "--only", "plian"],
    '--only plian: no run matches; did you mean "plain"?',
  ],
  [["run", "small.yaml", "--only", "plain, normed"], 'no run matches; write "plain or normed"'],
  [
    ["run", "small.yaml", "--only", "lr>5", "--only", "zzz"],
    "--only lr>5 --only zzz: no run matches; there are plain, normed",
  ],
  [["run", "small.yaml", "--restart", "--retry-failed"], "exclude each other"],
])("%j is a sentence on stderr and exit code 2", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(makeFolder(), ...args);

  expect(stderr).toContain(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^ablate: /);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect([status, stdout]).toEqual([2, ""]);
});

test.each([
  [
    ["run", "small.yaml", "--store", "."],
    /^ablate: \S+ is not an ablate store: it is a folder; name a file\n$/,
  ],
  [["runs", "--store", "."], /^ablate: \S+ is not an ablate store: it is a folder; name a file\n$/],
  [
    ["run", "small.yaml", "--set", "data.file=."],
    /^--set data\.file=\.: data\.file: \.: is a folder, expected a file of names\n$/,
  ],
])("a folder where a file is meant is a sentence: %j", async (args, sentence) => {
  const { status, stderr } = await ablate(makeFolder(), ...args);

  expect([status, stderr]).toEqual([2, expect.stringMatching(sentence)]);
});

test("a wrong config is reported with positions, all at once", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "bad.yaml"), "name: bad\nsede: 1\ntrian: { steps: 5 }\n");

  const { status, stderr } = await ablate(folder, "run", "bad.yaml");

  expect(status).toBe(2);
  expect(stderr).toContain("bad.yaml:2:1: ");
  expect(stderr).toContain("bad.yaml:3:1: ");
});

test.each([
  ["a config that does not exist", ["plan", "none.yaml"]],
  ["a file that is no store", ["runs", "--store", "names.txt"]],
  ["a folder as a store", ["run", "small.yaml", "--store", "."]],
  ["a store in no folder", ["run", "small.yaml", "--store", "none/here.db"]],
])("%s is one sentence and exit code 2", async (_, args) => {
  const { status, stdout, stderr } = await ablate(makeFolder(), ...args);

  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at |internal error/);
  expect([status, stdout]).toEqual([2, ""]);
});

test("wrong SQL and an attempt to write are one sentence", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "5");

  for (const sql of ["selec 1", "delete from run", "select nothing from runs", ""]) {
    const { status, stderr } = await ablate(folder, "query", sql);
    expect(stderr, sql).not.toMatch(/\n\s+at |internal error/);
    expect([sql, status]).toEqual([sql, 2]);
  }
});

test("a damaged store is a sentence, and doctor says it is bad", async () => {
  const folder = makeFolder();
  const store = join(folder, "ablate.db");
  await train(folder, "small.yaml");
  const bytes = readFileSync(store);
  writeFileSync(store, bytes.fill(0x5a, 4096));

  for (const args of [["runs"], ["show", "small/plain"], ["run", "small.yaml"]]) {
    const { status, stderr } = await ablate(folder, ...args);
    expect(stderr, args.join(" ")).not.toMatch(/\n\s+at |internal error/);
    expect([args, status]).toEqual([args, 2]);
  }
  expect((await ablate(folder, "doctor")).status).toBe(1);
});

test("an unknown run gets a suggestion", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "5");

  const { status, stderr } = await ablate(folder, "show", "small/plian");

  expect([status, stderr]).toEqual([
    2,
    'ablate: there is no run "small/plian"; did you mean small/plain?\n',
  ]);
});

test("names that cannot be used are a sentence with the file's name and the place that names it", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "names.txt"), "emma\nol.ivia\nava\nmia\nisla\nzoe\nivy\n");

  const { status, stderr } = await ablate(folder, "run", "small.yaml");

  expect(status).toBe(2);
  expect(stderr).toMatch(/^small\.yaml:3:15: data\.file: names\.txt: line 2: /);
});

test.each([
  ["ui", "train.py", "train.py is a script; run `python train.py`, then `ablate ui runs/`"],
  ["record", "train.py", "train.py is a script; run `python train.py`, then `ablate ui runs/`"],
  ["ui", "small.yaml", "small.yaml is a config; `ablate run small.yaml` trains it"],
])("%s of %s, which is no log, says what it is", async (verb, file, said) => {
  const folder = makeFolder();
  writeFileSync(join(folder, "train.py"), "loss = 3.2\nprint('step 1 loss 3.1')\n");

  const { status, stdout, stderr } = await ablate(folder, verb, file);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(said);
});
