import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, type Ended, inTurn, jsonRows, makeFolder } from "./make.ts";
import { inTerminal } from "./pty.ts";
import { train } from "./train.ts";

type Row = Readonly<Record<string, unknown>>;

/** Two factors, three seeds; and of the second grid runs that share nothing with it, one of which diverges. */
const STUDY = `name: study
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16] }
train: { steps: 60, batch_size: 8, lr: 0.1 }
record: { samples: 0 }
seeds: [1, 2, 3]
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.1, 0.3]
`;
const OTHER = `name: other
data: { file: names.txt, context: 2, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16] }
train: { steps: 30, batch_size: 8 }
record: { samples: 0 }
seeds: [1]
grid: { train.lr: [0.1, 1e38] }
`;

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "study.yaml"), STUDY);
  writeFileSync(join(folder, "other.yaml"), OTHER);
  await train(folder, "study.yaml");
  expect((await ablate(folder, "run", "other.yaml", "--quiet")).status).toBe(1);
});

async function compare(...args: readonly string[]): Promise<Ended> {
  return ablate(folder, "compare", ...args);
}

/** Records of one kind, as `--json` has them. */
async function records(kind: string, ...args: readonly string[]): Promise<readonly Row[]> {
  const ended = await compare(...args, "--json");
  expect(ended.stderr).toBe("");
  return jsonRows(ended).filter((row) => row.kind === kind);
}

async function stored(sql: string): Promise<readonly Row[]> {
  return jsonRows(await ablate(folder, "query", sql, "--json"));
}

test("a grid is one row for each setting, with mean and spread over its seeds", async () => {
  const rows = await records("row", "study");
  const [means] = await stored(
    "select avg(valid_loss) as mean from runs where grid = 'study' and run like '%none%lr=0.3%'",
  );

  expect(rows.map(({ row, n, seeds }) => [row, n, seeds])).toEqual(
    ["none-lr=0.1", "none-lr=0.3", "hidden-lr=0.1", "hidden-lr=0.3"].map((name) => [
      expect.stringContaining(name.split("-")[1] ?? ""),
      3,
      [1, 2, 3],
    ]),
  );
  expect(Number(rows[1]?.mean)).toBeCloseTo(Number(means?.mean), 12);
  const best = rows.toSorted((a, b) => Number(a.mean) - Number(b.mean))[0];
  expect(rows.filter((row) => row.best === true)).toEqual([best]);
  expect(best?.step).toBe(60);
});

test("the effect of a factor is that of pairs in the store", async () => {
  const [, effect] = await records("effect", "study", "--by", "lr");
  const pairs = (
    await stored(
      `select b.seed, avg(b.valid_loss - a.valid_loss) as difference from runs a join runs b
     on a.seed = b.seed and a.config ->> '$.model.batch_norm' = b.config ->> '$.model.batch_norm'
     where a.grid = 'study' and b.grid = 'study'
       and a.config ->> '$.train.lr."0"' = 0.1 and b.config ->> '$.train.lr."0"' = 0.3
     group by b.seed`,
    )
  ).map(({ difference }) => Number(difference));
  const mean = pairs.reduce((sum, one) => sum + one, 0) / 3;
  const std = Math.sqrt(pairs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 2);
  const half = (4.302652729911275 * std) / Math.sqrt(3);

  expect(effect).toMatchObject({ factor: "train.lr", value: "0.3", paired_seeds: 3, pairs: 6 });
  expect(Number(effect?.difference)).toBeCloseTo(mean, 12);
  expect(Number(effect?.low)).toBeCloseTo(mean - half, 9);
  expect(Number(effect?.high)).toBeCloseTo(mean + half, 9);
  expect(effect?.verdict).toBe(Math.abs(mean) > half ? "larger" : "within");
});

test("the view effects has the numbers of --by", async () => {
  for (const key of ["train.lr", "model.batch_norm"]) {
    const rows = await records("row", "study", "--by", key);
    const view = await stored(
      `select n, mean, std from effects where grid = 'study' and factor = '${key}'`,
    );
    const plain = (all: readonly Row[]) =>
      all
        .map(({ n, mean, std }) => [n, Number(mean).toFixed(10), Number(std).toFixed(10)].join())
        .sort();

    expect(plain(view)).toEqual(plain(rows));
  }
});

test("--within has the effect of one key at each value of another, as those runs alone have it", async () => {
  const within = await records("effect", "study", "--by", "lr", "--within", "batch_norm");
  const norms = ["none", "hidden"];
  const alone = await inTurn(norms, (norm) =>
    records("effect", "study", "--only", `batch_norm:${norm}`, "--by", "lr"),
  );
  const csv = (await compare("study", "--by", "lr", "--within", "batch_norm", "--format", "csv"))
    .stdout;
  const text = (await compare("study", "--by", "lr", "--within", "batch_norm")).stdout;

  expect(within.map(({ within: _, ...one }) => one)).toEqual(
    alone.flat().map(({ within: _, ...one }) => one),
  );
  expect(within.map((one) => Object(one.within)["model.batch_norm"]?.where ?? "none")).toEqual(
    norms.flatMap((norm) => [norm, norm]),
  );
  expect(csv.split("\r\n")[0]).toMatch(/^within,row,train\.lr,/);
  expect(csv.split("\r\n")).toHaveLength(6);
  expect(text.match(/^within model\.batch_norm (none|hidden)$/gm)).toHaveLength(2);
});

test("a key goes by a part of its value, as in a filter", async () => {
  const [row] = await records("row", "study", "--by", "gain");

  expect(Object.keys(Object(row?.settings))).toEqual(["init.hidden.weight"]);
});

test("a baseline is a value or a run, which need not be among those compared", async () => {
  const value = await records("effect", "study", "--by", "train.lr", "--baseline", "0.3");
  const run = await records(
    "row",
    "--only",
    "lr=0.3",
    "study",
    "--baseline",
    "study/batch_norm=none-lr=0.1",
  );

  expect(value.map(({ value: name, baseline }) => [name, baseline])).toEqual([
    ["0.1", false],
    ["0.3", true],
  ]);
  expect(run.filter(({ baseline }) => baseline)).toHaveLength(1);
  expect(run).toHaveLength(3);
});

test("several metrics, and which way is better", async () => {
  const rows = await records("row", "study", "--metric", "loss", "--metric", "steps_per_s");
  const fastest = rows
    .filter(({ metric }) => metric === "steps_per_s")
    .toSorted((a, b) => Number(b.mean) - Number(a.mean))[0];

  expect(rows).toHaveLength(8);
  expect(fastest?.best).toBe(true);
});

test("words mean grids, runs, runs of all seeds and filters; each run counts once", async () => {
  const runs = async (...words: readonly string[]): Promise<number> =>
    (await records("row", ...words)).flatMap(({ runs: names }) => names).length;

  expect(await runs("study")).toBe(12);
  expect(await runs("study", "study", "lr>=0.3")).toBe(13);
  expect(await runs("study/batch_norm=none-lr=0.1")).toBe(3);
  expect(await runs("study/batch_norm=none-lr=0.1-seed=2")).toBe(1);
  expect(await runs("study", "--only", "seed=2")).toBe(4);
  expect(await runs("study", "other")).toBe(14);
});

test("runs of different grids, diverged ones and single seeds are compared for what they are", async () => {
  const { status, stdout } = await compare("study/batch_norm=none-lr=0.1", "other");

  expect(status).toBe(0);
  expect(stdout).toContain("diverged");
  expect(stdout).toContain("0 of 1");
  expect(stdout).toContain("one seed is too few to tell");
  expect(stdout).toMatch(/the best run by valid_loss is \S+ with \d\.\d{4} at step \d+/);
});

test("one run is a row, and there is nothing to compare it with", async () => {
  const { status, stdout } = await compare("other/lr=0.1");

  expect(status).toBe(0);
  expect(stdout).toContain(
    "other/lr=0.1 is alone: name another run to compare it with, or its grid",
  );
});

test("too few seeds are said to be too few", async () => {
  const { stdout } = await compare("study", "--only", "seed=1 or seed=2");

  expect(stdout).toContain("2 seeds are too few to tell");
  expect(stdout).not.toContain("spread over seeds");
});

test("the Compare view of the UI has the same effects", async () => {
  const frame = (await ablate(folder, "ui", "--once", "--view", "compare", "--size", "200x90"))
    .stdout;
  const shown = frame.slice(frame.indexOf("validation loss by factor"));

  const effects = (await records("effect", "study", "other")).filter(
    ({ difference }) => typeof difference === "number",
  );

  expect(effects.length).toBeGreaterThan(1);
  for (const { difference, mean, n } of effects) {
    const sign = Number(difference) < 0 ? "−" : "\\+";
    const text = `${sign}${Math.abs(Number(difference)).toFixed(4)}`;
    expect(shown).toMatch(
      new RegExp(`${Number(mean).toFixed(4)}(?: ±[0-9.]+)? +n ${n} of .*${text}`),
    );
  }
});

test("Markdown is tables that GitHub shows, CSV one table", async () => {
  const markdown = (await compare("study", "--format", "markdown")).stdout.split("\n");
  const csv = (await compare("study", "--format", "csv")).stdout.split("\r\n");
  const effects = (await compare("study", "--format", "csv", "--effects")).stdout.split("\r\n");

  for (const [i, line] of markdown.entries()) {
    if (!/^\| -/.test(line)) continue;
    expect(line.split("|").length).toBe(markdown[i - 1]?.split("|").length);
    expect(markdown[i - 2]).toBe("");
  }
  expect(csv[0]).toMatch(/^row,model\.batch_norm,train\.lr,runs,valid_loss,valid_loss_std,/);
  expect(csv).toHaveLength(6);
  expect(effects[0]).toBe(
    "metric,factor,value,mean,std,n,of,lost,baseline_lost,baseline,difference,low,high,seeds,pairs,cells,missing,unpaired,survivors,verdict",
  );
  expect(effects).toHaveLength(6);
});

test.each([50, 100])("in a terminal of %i columns no line of a table is wider", async (columns) => {
  const lines = await inTerminal(folder, columns, ["compare", "study"]);
  const titles = /: difference from|mean ± std over|the best run|^valid by/;

  for (const line of lines.filter((one) => !titles.test(one))) {
    expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test.each([
  [["stdy"], 'there is no run or grid "stdy"; did you mean study?'],
  [["study", "--metric", "valid"], ""],
  [["study", "--metric", "vlid_loss"], '--metric knows no "vlid_loss"; did you mean valid_loss?'],
  [
    ["study", "--by", "batch_nrm"],
    'no run has a key "batch_nrm" in its config; did you mean batch_norm?',
  ],
  [
    ["study", "--by", "embedding"],
    "--by embedding could be any of model.embedding, init.embedding",
  ],
  [["study", "--baseline", "nothing"], 'there is no run or grid "nothing"'],
  [["study", "--by", "train.lr", "--baseline", "7"], "no run has train.lr 7, only 0.1, 0.3"],
  [["study", "--within", "lr"], "--within goes with --by KEY"],
  [
    ["study", "--by", "lr", "--within", "train.lr"],
    "--by and --within are both train.lr; name two keys",
  ],
  [["study", "--format", "xml"], "--format takes one of table, json, csv, markdown"],
  [["lr>=7 and state:failed"], "no run matches lr>=7 and state:failed"],
  [["study", "--only", "seed=9"], "no run is left by --only seed=9"],
])("compare %j says what is wrong", async (args, message) => {
  const { status, stderr } = await compare(...args);

  expect(stderr).toContain(message);
  expect(status).toBe(message === "" ? 0 : 2);
});

test.each([40, 60, 80])(
  "in a terminal of %i columns headings, notes and tables wrap",
  async (columns) => {
    const lines = await inTerminal(folder, columns, ["compare", "study"]);

    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    const text = lines.join(" ").replaceAll(/\s+/g, " ");
    expect(text).toContain("study: 12 runs, 4 rows, 3 seeds; mean ± std over the runs of a row");
    expect(text).toContain("paired by seed");
  },
);

test("the view effects leaves out what is in the trash", async () => {
  const own = makeFolder();
  writeFileSync(join(own, "study.yaml"), STUDY);
  await train(own, "study.yaml", "--steps", "5");
  const sql =
    "select value, n, mean from effects where grid = 'study' and factor = 'train.lr' order by value";
  const effects = async () => jsonRows(await ablate(own, "query", sql, "--json"));
  const whole = await effects();
  expect(whole.map(({ n }) => n)).toEqual([6, 6]);

  await ablate(own, "rm", "batch_norm=none");
  const fewer = await effects();
  const [mean] = jsonRows(
    await ablate(
      own,
      ...["query", "select avg(valid_loss) as mean from runs where run like '%lr=0.1%'", "--json"],
    ),
  );
  await ablate(own, "restore", ...(await trashed(own)));

  expect(fewer.map(({ n }) => n)).toEqual([3, 3]);
  expect(fewer[0]?.mean).toBeCloseTo(Number(mean?.mean), 12);
  expect(await effects()).toEqual(whole);
});

async function trashed(own: string): Promise<readonly string[]> {
  return jsonRows(await ablate(own, "restore", "--json")).map(({ name }) => String(name));
}

test("what a run was evaluated at before it diverged is no result, and no step is made up", async () => {
  const late = STUDY.replace(/grid:[\s\S]*/, "grid: { train.lr: [0.1, { 0: 0.1, 30: 1e38 }] }\n")
    .replace("name: study", "name: late")
    .replace("record: {", "record: { evaluate: { every: 10 },");
  writeFileSync(join(folder, "late.yaml"), late);
  const flags = ["--store", "late.db"];
  expect((await ablate(folder, "run", "late.yaml", "--quiet", ...flags)).status).toBe(1);

  const rows = await records("row", "late", ...flags);
  const sql = "select n, mean from effects order by n";
  const [lost] = jsonRows(await ablate(folder, "query", sql, "--json", ...flags));
  const reached = await records("row", "late", "--metric", "best_valid_loss", ...flags);

  expect(rows.map(({ n, best, step }) => [n, best, step])).toEqual([
    [3, true, 60],
    [0, false, null],
  ]);
  expect(lost).toEqual({ n: 0, mean: null });
  expect(reached.map(({ n }) => n)).toEqual([3, 3]);
  expect(Number(reached[1]?.step)).toBeLessThanOrEqual(30);
  expect((await compare("late", ...flags)).stdout).toMatch(
    /lr=0_0\.1_30_1e38 .* 0 +without a result\n/,
  );
});

test("without a word the one grid is compared, and of several one is asked for", async () => {
  const { status, stdout, stderr } = await compare();
  const alone = makeFolder();
  await train(alone, "small.yaml");

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(
    "ablate: the store has 2 grids; name one, as `ablate compare study`: study, other\n",
  );
  expect((await ablate(alone, "compare")).stdout).toContain("normed");
});
