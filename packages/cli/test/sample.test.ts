/** A random subset of a grid, and a random order: `sample`, `order` and their flags. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder } from "./make.ts";

/** Sixteen settings with two seeds each: 32 runs. */
const GRID = `name: g
data: { file: names.txt }
model: { embedding: 2, hidden: [4] }
train: { steps: 2, batch_size: 2 }
record: { samples: 0, probes: none }
grid:
  train.lr: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
  model.activation: [tanh, relu]
seeds: [1, 2]
`;

function folderOf(text: string): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "g.yaml"), text);
  return folder;
}

type Planned = { readonly run: string; readonly seed: number; readonly hash: string };

/** The runs that `plan` shows, in its order. */
async function planned(
  folder: string,
  ...flags: readonly string[]
): Promise<readonly (Planned & Record<string, unknown>)[]> {
  const ended = await ablate(folder, "plan", "g.yaml", "--json", ...flags);
  return jsonRows(ended).map((row) => ({
    ...row,
    run: String(row.run),
    seed: Number(row.seed),
    hash: String(row.hash),
  }));
}

const names = (rows: readonly Planned[]): string[] => rows.map(({ run }) => run);

/** Runs without their seeds, each once. */
function settings(rows: readonly Planned[]): string[] {
  return [...new Set(names(rows).map((name) => name.replace(/-seed=\d+$/, "")))];
}

test("a sample is the same every time, has settings with all their seeds, and grows without changing", async () => {
  const folder = folderOf(GRID);
  const eight = await planned(folder, "--sample", "8");
  const again = await planned(folderOf(`${GRID}sample: 8\n`));
  const twelve = await planned(folder, "--sample", "12");

  expect(names(eight)).toEqual(names(again));
  expect([eight.length, settings(eight).length, twelve.length]).toEqual([8, 4, 12]);
  expect(names(twelve)).toEqual(expect.arrayContaining(names(eight)));
  // What a version chose, every later one chooses.
  expect(settings(eight)).toEqual(CHOSEN);
  const { stderr, stdout } = await ablate(folder, "plan", "g.yaml", "--sample", "7");
  expect(stderr).toBe("a sample of 8 of 32 runs: 4 of 16 settings with all seeds\n");
  expect(stdout).toContain("8 runs: 8 new; 8 to train");
});

const CHOSEN: readonly string[] = [
  "g/lr=0.2-activation=relu",
  "g/lr=0.4-activation=relu",
  "g/lr=0.5-activation=tanh",
  "g/lr=0.7-activation=tanh",
];

test("another seed chooses other runs, also where the command line says how many", async () => {
  const folder = folderOf(`${GRID}sample: { runs: 8, seed: 1 }\n`);
  const eight = await planned(folder);
  const usual = await planned(folderOf(GRID), "--sample", "8");

  expect(names(eight)).not.toEqual(names(usual));
  expect(names(await planned(folder, "--sample", "12"))).toEqual(
    expect.arrayContaining(names(eight)),
  );
  expect((await planned(folder, "--sample", "all")).length).toBe(32);
});

test("more values, more steps, other data and another order of keys leave most picks as they are", async () => {
  const before = settings(await planned(folderOf(GRID), "--sample", "16"));
  const steps = await planned(folderOf(GRID), "--sample", "16", "--steps", "9");
  const turned = GRID.replace(/( {2}train.lr.*\n)( {2}model.*\n)/, "$2$1");
  const wider = GRID.replace("0.8]", "0.8, 0.9]");

  expect(settings(steps)).toEqual(before);
  const hashes = (rows: readonly Planned[]): string[] => rows.map(({ hash }) => hash).toSorted();
  expect(hashes(await planned(folderOf(turned), "--sample", "16"))).toEqual(
    hashes(await planned(folderOf(GRID), "--sample", "16")),
  );
  const more = settings(await planned(folderOf(wider), "--sample", "16"));
  const added = more.filter((name) => name.includes("lr=0.9"));
  // Only the new value's own settings take the place of others.
  expect(more.filter((name) => !before.includes(name))).toEqual(added);
});

test("a run outside the sample that was trained stays in the grid, and none is trained twice", async () => {
  const folder = folderOf(GRID);
  const train = (sample: string) =>
    ablate(folder, "run", "g.yaml", "--sample", sample, "--quiet", "--workers", "1");
  const labels = async () => jsonRows(await ablate(folder, "runs", "--grid", "g", "--json")).length;

  expect((await train("12")).status).toBe(0);
  expect((await train("4")).status).toBe(0);

  expect(await labels()).toBe(12);
  const states = (await planned(folder, "--sample", "16")).map(({ state }) => state);
  expect(states.filter((state) => state === "finished").length).toBe(12);
  const { stdout } = await ablate(folder, "plan", "g.yaml", "--sample", "4");
  expect(stdout).toContain("4 runs: 4 finished; 0 to train");
  expect(stdout).not.toContain("left from earlier plans");
});

test("included runs come on top of a sample, and --only keeps some of it", async () => {
  const folder = folderOf(`${GRID}include: [{ train.l2: 1 }]\nsample: 8\n`);
  const rows = await planned(folder);

  expect(settings(rows).at(-1)).toBe("g/l2=1");
  expect(rows.length).toBe(10);
  const only = await planned(folder, "--only", "activation:relu");
  expect(names(only)).toEqual(names(rows).filter((name) => name.includes("activation=relu")));
  const outside = ["--only", "label:lr=0.1-activation=tanh-seed=1"];
  expect((await ablate(folder, "plan", "g.yaml", ...outside)).stderr).toContain(
    "no run of the sample matches; there are ",
  );
});

test("a random order is a shuffle of the same runs, begins with the sample, and is the one of training", async () => {
  const folder = folderOf(`${GRID}order: random\n`);
  const shuffled = await planned(folder);
  const inOrder = await planned(folder, "--order", "config");
  const sample = await planned(folder, "--sample", "8");

  expect(names(shuffled)).not.toEqual(names(inOrder));
  expect(shuffled.map(({ hash }) => hash).toSorted()).toEqual(
    inOrder.map(({ hash }) => hash).toSorted(),
  );
  expect(names(sample)).toEqual(names(shuffled).slice(0, 8));

  const { stdout } = await ablate(folder, "run", "g.yaml", "--json", "--workers", "1");
  const events: readonly { readonly event: string; readonly run: string }[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const started = events.filter(({ event }) => event === "started").map(({ run }) => run);
  expect(started).toEqual(names(shuffled));
  const seeded = await planned(folderOf(`${GRID}order: random\nsample: { seed: 7 }\n`));
  expect(seeded.length).toBe(32);
  expect(names(seeded)).not.toEqual(names(shuffled));
  // What is shown afterwards is in the config's order.
  const shown = jsonRows(await ablate(folder, "runs", "--grid", "g", "--json"));
  expect(shown.map(({ run }) => run)).toEqual(names(inOrder));
});

test("more runs than there are means all of them, and is told", async () => {
  const { stdout, stderr } = await ablate(folderOf(GRID), "plan", "g.yaml", "--sample", "400");

  expect(stderr).toBe("a sample of 400 runs is all of the grid, which has 32\n");
  expect(stdout).toContain("32 runs: 32 new; 32 to train");
});

const EXPECTED = "expected a whole number of runs, at least 1, or all, got";

test("what is no sample and no order is refused where it stands", async () => {
  const refused = async (line: string) => {
    const { status, stderr } = await ablate(folderOf(`${GRID}${line}\n`), "plan", "g.yaml");
    return [status, stderr.split("\n")[0]];
  };
  expect(
    await inTurn(["0", "-4", "1.5", "many", "[4]"], (value) => refused(`sample: ${value}`)),
  ).toEqual(
    ["0", "-4", "1.5", '"many"', "a list"].map((got) => [
      2,
      `g.yaml:10:9: sample: ${EXPECTED} ${got}`,
    ]),
  );
  expect(await refused("order: shuffled")).toEqual([
    2,
    'g.yaml:10:8: order: unknown value "shuffled", allowed: config, random',
  ]);
  expect(await refused("variants: { a: { sample: 3 } }")).toEqual([
    2,
    "g.yaml:10:18: variants.a.sample: is the same for all runs of a config",
  ]);
  const flags = async (...words: readonly string[]) =>
    (await ablate(folderOf(GRID), "plan", "g.yaml", ...words)).stderr;
  expect(await flags("--sample", "0")).toContain(
    '--sample takes a number of runs, at least 1, or all, not "0"',
  );
  expect(await flags("--order", "up")).toContain("--order takes one of config, random");
});

test("a grid of more than 10,000 runs needs no --yes where it is sampled", async () => {
  const wide = GRID.replace(/\[0.1.*/, "{ linspace: [0.1, 1, 3000] }");
  const folder = folderOf(wide);

  expect((await ablate(folder, "plan", "g.yaml")).stderr).toContain("need --yes");
  const { status, stderr } = await ablate(folder, "plan", "g.yaml", "--sample", "4");
  expect([status, stderr]).toEqual([
    0,
    "a sample of 4 of 12,000 runs: 2 of 6,000 settings with all seeds\n",
  ]);
});
