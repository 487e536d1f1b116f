/** Names of runs while their config is edited: those that `plan` prints are those that `run` uses. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder } from "./make.ts";

const BASE = `data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 6, batch_size: 2 }
record: { samples: 0, probes: none }
`;

/** A folder with `nm.yaml`: two variants, a and b. */
function folderOf(variants = "variants: { a: {}, b: { train.lr: 0.05 } }\n"): string {
  const folder = makeFolder();
  write(folder, "nm.yaml", `name: nm\n${BASE}${variants}`);
  return folder;
}

function write(folder: string, file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function edit(folder: string, from: string, to: string, file = "nm.yaml"): void {
  const text = readFileSync(join(folder, file), "utf8");
  expect(text).toContain(from);
  write(folder, file, text.replace(from, to));
}

/** The names of the rows that a command prints as JSON. */
async function names(folder: string, ...args: readonly string[]): Promise<unknown[]> {
  return jsonRows(await ablate(folder, ...args, "--json")).map(({ run }) => run);
}

/** Trains quietly, and returns what was said of it. */
async function run(folder: string, ...args: readonly string[]): Promise<string> {
  const { status, stderr } = await ablate(folder, "run", ...args, "--quiet", "--workers", "1");
  expect([status, stderr]).toEqual([0, ""]);
  return stderr;
}

/** Each edit of the config and what `plan` says that it is called then. */
test("plan prints the names that run uses, through one edit after the other", async () => {
  const folder = folderOf();
  const edits = [
    ["train.lr: 0.05", "train.lr: 0.02", "nm/b-lr=0.02"],
    ["steps: 6", "steps: 5", "nm/b-steps=5-lr=0.02"],
    ["train.lr: 0.02", "train.lr: 0.05", "nm/b-steps=5"],
    ["hidden: [4]", "hidden: [4, 5]", "nm/b-hidden=4_5-steps=5"],
  ] as const;
  await run(folder, "nm.yaml");

  await inTurn(edits, async ([from, to, expected]) => {
    edit(folder, from, to);
    const planned = await names(folder, "plan", "nm.yaml");
    const some = await names(folder, "plan", "nm.yaml", "--only", "b");
    await run(folder, "nm.yaml", "--only", "b");
    const stored = await names(folder, "runs", "--grid", "nm");

    expect(planned[1]).toBe(expected);
    expect(some).toEqual([expected]);
    expect(stored).toContain(expected);
  });
});

test("a note of many runs names the first of them and counts the others", async () => {
  const folder = folderOf("seeds: [1, 2, 3]\n");
  await run(folder, "nm.yaml");
  edit(folder, "steps: 6", "steps: 5");

  const { stderr } = await ablate(folder, "plan", "nm.yaml");

  expect(stderr).toBe(
    "nm/seed=1 and 2 more are stored with train.steps 6, not 5: nm/steps=5-seed=1 and 2 more are runs of their own\n",
  );
});

test("plan says why a stored run of the planned name is not this run", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  edit(folder, "0.05", "0.02");
  write(
    folder,
    "names.txt",
    "emma\nolivia\nava\nisabella\nmia\ncharlotte\namelia\nevelyn\nabigail",
  );

  const { stderr, stdout } = await ablate(folder, "plan", "nm.yaml", "--only", "variant:b");
  const [row] = jsonRows(await ablate(folder, "plan", "nm.yaml", "--only", "variant:b", "--json"));

  expect(stderr).toMatch(
    /^nm\/b is stored with other data and train\.lr 0\.05, not 0\.02: nm\/b-data=[0-9a-f]{8}-lr=0\.02 is a run of its own\n$/,
  );
  expect(stdout).toMatch(/^nm\/b-data=[0-9a-f]{8}-lr=0\.02 +new$/m);
  expect(row?.instead_of).toBe("nm/b");
  expect(row?.because).toEqual([
    { key: "data", stored: expect.any(String), planned: expect.any(String) },
    { key: "train.lr", stored: 0.05, planned: 0.02 },
  ]);
});

test("the data alone are a reason, and name the run", async () => {
  const folder = folderOf("");
  await run(folder, "nm.yaml");
  write(
    folder,
    "names.txt",
    "emma\nolivia\nava\nisabella\nmia\ncharlotte\namelia\nevelyn\nabigail",
  );

  const { stderr } = await ablate(folder, "run", "nm.yaml");

  expect(stderr).toMatch(
    /^nm\/run is stored with other data: nm\/run-data=\w{8} is a run of its own/m,
  );
  expect(await names(folder, "runs", "--grid", "nm")).toEqual([
    expect.stringMatching(/^nm\/run-data=\w{8}$/),
  ]);
});

test("the seed stays at the end of a name, by which runs are called without it", async () => {
  const folder = folderOf("seeds: [1, 2]\n");
  await run(folder, "nm.yaml");
  edit(folder, "steps: 6", "steps: 5");

  expect(await names(folder, "plan", "nm.yaml")).toEqual([
    "nm/steps=5-seed=1",
    "nm/steps=5-seed=2",
  ]);
});

test("demo with other steps is called by them, and the first runs keep their names", async () => {
  const folder = makeFolder();
  const config = join(import.meta.dirname, "../../../configs/quickstart.yaml");
  await run(folder, config, "--only", "v7", "--steps", "5");

  const planned = await names(folder, "plan", config, "--only", "v7 or v1", "--steps", "6");

  expect(planned).toEqual(["quickstart/v1", "quickstart/v7-steps=6"]);
});

test("a name that would be too long is cut and still its own", async () => {
  const long = "x".repeat(70);
  const folder = folderOf(`variants: { ${long}: { train.lr: 0.05 } }\n`);
  await run(folder, "nm.yaml");
  const hashes = new Set<unknown>();

  await inTurn(["0.012345678901", "0.012345678902"], async (lr) => {
    const planned = await names(folder, "plan", "nm.yaml", "--set", `train.lr=${lr}`);
    await run(folder, "nm.yaml", "--set", `train.lr=${lr}`);
    const stored = await names(folder, "runs");

    expect(stored).toContain(planned[0]);
    expect(String(planned[0])).toHaveLength(80);
    hashes.add(planned[0]);
  });

  expect(hashes.size).toBe(2);
});

test("a value with characters that no name has is written in those it may have", async () => {
  const folder = folderOf("");
  await run(folder, "nm.yaml");
  edit(folder, "steps: 6", "steps: 6, lr: { 0: 1e-1, 3: 1e-2 }");

  const planned = await names(folder, "plan", "nm.yaml");
  await run(folder, "nm.yaml");

  expect(planned).toEqual(["nm/run-lr=0_0.1_3_0.01"]);
  expect(await names(folder, "runs", "--grid", "nm")).toEqual(planned);
});

test("--only knows a variant by its name in the file, whatever its run is called", async () => {
  const folder = folderOf("variants: { a: {}, same: {}, b: { train.lr: 0.05 } }\n");
  await run(folder, "nm.yaml", "--only", "same");
  await run(folder, "nm.yaml", "--only", "variant:b");
  edit(folder, "b:", "slow:");
  await ablate(folder, "rename", "nm/a", "kept");

  expect(await names(folder, "plan", "nm.yaml", "--only", "slow")).toEqual(["nm/b"]);
  expect(await names(folder, "plan", "nm.yaml", "--only", "a")).toEqual(["nm/kept"]);
  expect(await names(folder, "plan", "nm.yaml", "--only", "variant=same")).toEqual(["nm/kept"]);
  expect(await names(folder, "plan", "nm.yaml", "--only", "kept")).toEqual(["nm/kept"]);
  expect(await names(folder, "plan", "nm.yaml", "--only", "label:slow")).toEqual(["nm/b"]);
  const { stdout } = await ablate(folder, "run", "nm.yaml", "--only", "slow");
  expect(stdout).toMatch(/^nm\/b +finished/m);
  const diff = await ablate(folder, "diff", "nm.yaml", "nm/b", "--only", "slow");
  expect(diff.stdout).toContain("the same run: nm/b, finished");
  const verified = await ablate(folder, "verify", "nm.yaml", "--only", "slow", "--steps", "2");
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining("nm/slow\n")]);
});

test("no hint of --only is what was typed", async () => {
  const folder = folderOf();

  const { stderr } = await ablate(folder, "plan", "nm.yaml", "--only", "c");

  expect(stderr).toBe("ablate: --only c: no run matches; there are a, b\n");
});

test("a hint of --only names runs of several seeds once", async () => {
  const folder = folderOf("variants: { a: {}, b: { train.lr: 0.05 } }\nseeds: [1, 2, 3]\n");

  const { stderr } = await ablate(folder, "plan", "nm.yaml", "--only", "lr=9");

  expect(stderr).toBe("ablate: --only lr=9: no run matches; there are a, b\n");
});

test("the name that a run had before still means it, with a word", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  await ablate(folder, "rename", "nm/b", "kaiming");
  const word = "ablate: nm/b was renamed to kaiming\n";
  const verbs = [
    ["show", "nm/b"],
    ["sample", "nm/b"],
    ["config", "nm/b"],
    ["diagnose", "nm/b"],
    ["watch", "nm/b"],
    ["diff", "nm/b", "nm/a"],
    ["compare", "nm/b", "nm/a"],
    ["tag", "nm/b", "good"],
    ["note", "nm/b", "a note"],
    ["export", "nm/b", "-o", "b.csv"],
    ["ui", "--once", "--run", "nm/b"],
    ["report", "nm/b", "-o", "b.html"],
  ];

  await inTurn(verbs, async (args) => {
    const { status, stderr } = await ablate(folder, ...args);
    expect([args[0], status, stderr.includes(word)]).toEqual([args[0], 0, true]);
  });

  expect((await ablate(folder, "show", "b")).stderr).toBe("ablate: b was renamed to kaiming\n");
  expect((await ablate(folder, "rename", "nm/b", "best")).stdout).toBe(
    "renamed nm/kaiming to nm/best\n",
  );
  expect((await ablate(folder, "show", "nm/b")).stderr).toBe("ablate: nm/b was renamed to best\n");
  expect((await ablate(folder, "show", "nm/kaiming")).stderr).toContain("was renamed to best\n");
  expect((await ablate(folder, "rm", "nm/b")).stderr).toBe("ablate: nm/b was renamed to best\n");
  expect((await ablate(folder, "restore", "nm/b")).stdout).toBe("nm/best: restored\n");
});

test("a new run of the name wins over the one that was renamed", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  await ablate(folder, "rename", "nm/b", "kaiming");
  edit(folder, "0.05", "0.02");

  const { stderr } = await ablate(folder, "plan", "nm.yaml");
  const diff = await ablate(folder, "diff", "nm.yaml", "nm/kaiming");
  await run(folder, "nm.yaml");
  const shown = await ablate(folder, "show", "nm/b");

  expect(stderr).toContain(
    "nm/kaiming is stored with train.lr 0.05, not 0.02: nm/b is a run of its own\n",
  );
  expect(diff.stdout).toContain("not the same run, because of train.lr\n");
  expect([shown.stderr, shown.stdout.split("\n")[0]]).toEqual(["", "nm/b"]);
});

test("an export and an import keep the names that runs had", async () => {
  const folder = folderOf();
  await run(folder, "nm.yaml");
  await ablate(folder, "rename", "nm/b", "kaiming");
  await ablate(folder, "export", "nm", "-o", "copy.db");
  await ablate(folder, "import", "copy.db", "--store", "other.db");

  const { status, stderr } = await ablate(folder, "show", "nm/b", "--store", "other.db");

  expect([status, stderr]).toEqual([0, "ablate: nm/b was renamed to kaiming\n"]);
});
