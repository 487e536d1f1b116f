/** What becomes of runs that an edited config no longer has: they are left from earlier plans, until they are asked for. */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder, startAblate } from "./make.ts";

const CONFIG = `name: nm
data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 6, batch_size: 2 }
record: { samples: 0, probes: none }
variants: { a: {}, b: { train.lr: 0.05 } }
`;

/** A folder with `nm.yaml`: two variants, a and b. */
function folderOf(): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "nm.yaml"), CONFIG);
  return folder;
}

function edit(folder: string, from: string, to: string, file = "nm.yaml"): void {
  const text = readFileSync(join(folder, file), "utf8");
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replace(from, to));
}

async function run(folder: string, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await ablate(folder, "run", ...args, "--quiet", "--workers", "1");
  expect([status, stderr]).toEqual([0, ""]);
  return stderr;
}

/** The runs of the grid nm that its plans still have, as `a b`. */
async function current(folder: string, ...args: readonly string[]): Promise<string> {
  const rows = jsonRows(await ablate(folder, "runs", "--grid", "nm", "--json", ...args));
  return rows.map(({ label }) => label).join(" ");
}

/** A folder in which b was trained with a learning rate of 0.05, then of 0.02. */
async function edited(): Promise<string> {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  edit(folder, "0.05", "0.02");
  await run(folder, "nm.yaml");
  return folder;
}

let known: Promise<string> | undefined;

/** The same, made once: for tests that leave it as it is. */
function editedOnce(): Promise<string> {
  known ??= edited();
  return known;
}

const LEFT_OUT = "without 1 run left from earlier plans; --all adds it\n";

test("after an edit, plan shows apart what the config no longer has, and stores nothing", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  edit(folder, "0.05", "0.02");
  const before = readFileSync(join(folder, "ablate.db"));

  const { stdout } = await ablate(folder, "plan", "nm.yaml");

  const [planned = "", left = ""] = stdout.split("\nleft from earlier plans");
  expect(planned).not.toMatch(/^nm\/b /m);
  expect(readFileSync(join(folder, "ablate.db")).equals(before)).toBe(true);
  expect(left).toBe(
    ": compare, report and ui show it only with --all\nrun   state\nnm/b  finished\n",
  );
  expect(await current(folder)).toBe("a b");
});

test("what is left is in compare, report, diagnose, watch, export and runs --grid only with --all", async () => {
  const folder = await editedOnce();
  const verbs = [
    ["compare", "nm", "--json"],
    ["compare", "--json"],
    ["compare", "has:valid_loss", "--json"],
    ["diagnose", "nm"],
    ["watch", "nm", "--json"],
    ["export", "nm", "--table", "runs", "--format", "jsonl", "-o", "-"],
    ["runs", "--grid", "nm", "--json"],
    ["ui", "--once", "--size", "120x20"],
  ];
  const hasLeft = (text: string): boolean => /nm\/b["\s]|✓ b /.test(text);

  await inTurn(verbs, async (args) => {
    const without = await ablate(folder, ...args);
    const all = await ablate(folder, ...args, "--all");
    expect([args[0], hasLeft(without.stdout), hasLeft(all.stdout)]).toEqual([args[0], false, true]);
    expect(without.stdout).toContain("b-lr=0.02");
  });

  expect((await ablate(folder, "runs", "--grid", "nm")).stderr).toBe(LEFT_OUT);
  await ablate(folder, "report", "nm", "-o", "without.html");
  await ablate(folder, "report", "nm", "-o", "all.html", "--all");
  const html = (file: string) => readFileSync(join(folder, file), "utf8");
  expect([html("without.html"), html("all.html")].map((text) => text.includes(">b<"))).toEqual([
    false,
    true,
  ]);
});

test("the run that others are compared with is never one that is left", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  await ablate(folder, "rename", "nm/a", "aa");
  edit(folder, "steps: 6", "steps: 5");
  await run(folder, "nm.yaml");

  await inTurn([["nm", "--all"], ["nm/aa", "nm/b", "nm/a"], ["--all"]], async (words) => {
    const rows = jsonRows(await ablate(folder, "compare", ...words, "--json"));
    const [first] = rows;
    expect(first?.runs).toEqual(["nm/a"]);
  });
});

test("a filter may ask for what is left, and a name always means it", async () => {
  const folder = await editedOnce();

  expect(await current(folder, "plan:left")).toBe("b");
  expect(await current(folder, "--only", "has:plan")).toBe("a b-lr=0.02 b");
  expect((await ablate(folder, "compare", "plan=left")).stdout).toContain("nm/b");
  const shown = await ablate(folder, "show", "nm/b");
  const word = "nm/b is left from earlier plans: its config no longer has it\n";
  expect([shown.status, shown.stderr]).toEqual([0, word]);
  const sql = "select label, plan from grid_runs order by 1";
  expect(jsonRows(await ablate(folder, "query", sql, "--json"))).toEqual([
    { label: "a", plan: "current" },
    { label: "b", plan: "left" },
    { label: "b-lr=0.02", plan: "current" },
  ]);
});

test("what comes back into the config is current again", async () => {
  const folder = await edited();
  edit(folder, "0.02", "0.05");

  await run(folder, "nm.yaml");

  expect(await current(folder)).toBe("a b");
});

test("--only takes the name that a variant has in the config now, and the one that its run has", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  edit(folder, "b: {", "slow: {");

  for (const word of ["slow", "variant:slow", "b"]) {
    const plan = jsonRows(await ablate(folder, "plan", "nm.yaml", "--only", word, "--json"));
    expect([word, plan.map((row) => `${row.run} ${row.state}`)]).toEqual([word, ["nm/b finished"]]);
  }
  const { stderr } = await ablate(folder, "plan", "nm.yaml", "--only", "sloww");
  expect(stderr).toContain('did you mean "slow"?');
});

test("--only and other narrowing demote nothing of the plan, also what is not trained yet", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml", "--only", "variant:b");
  await run(folder, "nm.yaml", "--only", "variant:a");
  expect(await current(folder)).toBe("b a");
  edit(folder, "0.05", "0.02");

  await run(folder, "nm.yaml", "--only", "variant:a");

  expect(await current(folder)).toBe("a");
  expect(await current(folder, "--all")).toBe("a b");
});

test("--set, --seeds and --steps add to the grid, and stay while the config has what they give", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  await run(folder, "nm.yaml", "--only", "variant:a", "--steps", "5");
  await run(folder, "nm.yaml", "--set", "train.lr=0.3");
  await run(folder, "nm.yaml", "--only", "variant:b", "--seeds", "8");
  await run(folder, "nm.yaml");
  expect(await current(folder)).toBe("a b a-steps=5 a-lr=0.3 b-seed=8");
  edit(folder, "0.05", "0.02");

  await run(folder, "nm.yaml", "--set", "train.lr=0.4", "--only", "variant:a");
  expect(await current(folder)).toBe("a b a-steps=5 a-lr=0.3 b-seed=8 a-lr=0.4");
  await run(folder, "nm.yaml");

  // --set gives the rate of a-lr=0.3, the file that of b-seed=8.
  expect(await current(folder)).toBe("a a-steps=5 a-lr=0.3 a-lr=0.4 b-lr=0.02");
});

test("two configs of one name are named with both paths, and demote nothing unless one replaces", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  writeFileSync(join(folder, "other.yaml"), CONFIG.replace("0.05", "0.7"));

  const planned = await ablate(folder, "plan", "other.yaml");
  const { stderr } = await ablate(folder, "run", "other.yaml");

  for (const text of [planned.stderr, stderr]) {
    expect(text).toContain(
      "the grid nm is shared by nm.yaml and other.yaml: the runs of all of them are current",
    );
    expect(text).toContain("`ablate run other.yaml --replace`\n");
  }
  expect(planned.stdout).not.toContain("left from");
  expect(await current(folder)).toBe("a b b-lr=0.7");
  edit(folder, "0.05", "0.02");
  await run(folder, "nm.yaml");
  expect(await current(folder)).toBe("a b-lr=0.7 b-lr=0.02");

  await run(folder, "other.yaml", "--replace");

  expect(await current(folder)).toBe("a b-lr=0.7");
  expect((await ablate(folder, "plan", "other.yaml")).stderr).toBe("");
});

test("a config that was moved goes on with its plan", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  renameSync(join(folder, "nm.yaml"), join(folder, "moved.yaml"));
  expect((await ablate(folder, "plan", "moved.yaml")).stderr).toBe("");
  await run(folder, "moved.yaml");
  edit(folder, "0.05", "0.02", "moved.yaml");

  await run(folder, "moved.yaml");

  expect(await current(folder)).toBe("a b-lr=0.02");
});

test("two processes that plan at once give every run a name of its own and forget no plan", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml", "--only", "variant:a");
  const sizes = [3, 4];

  const started = sizes.map((size) =>
    startAblate(folder, "run", "nm.yaml", "--workers", "1", "--set", `train.batch_size=${size}`),
  );
  const ended = await Promise.all(started.map(({ ended }) => ended));

  expect(ended).toEqual([0, 0]);
  const labels = (await current(folder)).split(" ").sort();
  const added = sizes.flatMap((size) => [`a-batch_size=${size}`, `b-batch_size=${size}`]);
  // Whichever of them planned b first has its name, as the config's own b is not there.
  expect(labels).toHaveLength(5);
  expect(labels.filter((label) => !added.includes(label))).toEqual(["a", "b"]);
});

test("a sealed grid has its plans, and an import brings them", async () => {
  const folder = await editedOnce();
  await ablate(folder, "export", "nm", "-o", "sealed.db");
  await ablate(folder, "import", "sealed.db", "--store", "copy.db");

  expect(await current(folder, "--store", "copy.db")).toBe("a b-lr=0.02");
  expect(await current(folder, "--store", "copy.db", "--all")).toBe("a b-lr=0.02 b");
});

test("an import of a grid with the plan of another config demotes nothing here or there", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  mkdirSync(join(folder, "there"));
  cpSync(join(folder, "names.txt"), join(folder, "there/names.txt"));
  writeFileSync(join(folder, "there/nm.yaml"), CONFIG.replace("0.05", "0.7"));
  await run(folder, "there/nm.yaml", "--store", "there.db");

  await ablate(folder, "import", "there.db");

  expect(await current(folder)).toBe("a b b-lr=0.7");
});

test("an import of a later plan of the same config leaves what it no longer has", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  edit(folder, "0.05", "0.02");
  await run(folder, "nm.yaml", "--store", "later.db");

  await ablate(folder, "import", "later.db");

  expect(await current(folder)).toBe("a b-lr=0.02");
});

test("what goes through the trash is current or left as before", async () => {
  const folder = await editedOnce();
  await ablate(folder, "rm", "nm");
  await ablate(folder, "restore", "nm");

  expect(await current(folder)).toBe("a b-lr=0.02");
});

test("a store that an older version wrote has current runs only, until its config is edited", async () => {
  const folder = makeFolder();
  const source = join(import.meta.dirname, "older-version");
  for (const file of ["names.txt", "old.yaml"]) cpSync(join(source, file), join(folder, file));
  writeFileSync(join(folder, "ablate.db"), gunzipSync(readFileSync(join(source, "store.db.gz"))));
  const left = async () => {
    const rows = jsonRows(await ablate(folder, "runs", "plan:left", "--json"));
    return rows.map(({ run }) => run);
  };

  expect((await ablate(folder, "plan", "old.yaml")).stdout).not.toContain("left");
  expect(await left()).toEqual([]);
  await run(folder, "old.yaml", "--only", "plain");
  expect(await left()).toEqual([]);
  edit(folder, "std: 4", "std: 5", "old.yaml");
  await run(folder, "old.yaml", "--only", "plain");
  expect(await left()).toEqual([
    "old/saturated-seed=1",
    "old/saturated-seed=2",
    // Nobody knows any more which options gave these.
    expect.stringContaining("old/plain-seed=1-"),
    expect.stringContaining("old/plain-seed=2-"),
  ]);
});
