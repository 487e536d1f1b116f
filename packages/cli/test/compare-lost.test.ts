/** Settings that lose runs, in every place that shows a mean: survivors are counted and never crowned. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { inTerminal } from "./pty.ts";
import { answerOf, reportIn, sentencesOf, textOf } from "./report-make.ts";

/** A linear network: with lr 0.7 two of five seeds diverge and the others beat lr 0.01, with lr 0.8 three do. */
const LOST = `name: lost
data: { file: names.txt }
model: { embedding: 4, hidden: [16, 16], activation: none }
init.hidden.weight: { scheme: kaiming, gain: 1 }
train: { steps: 40, batch_size: 8 }
record: { samples: 0, evaluate: { every: 5 } }
grid: { train.lr: [0.01, 0.7, 0.8] }
seeds: [1, 2, 3, 4, 5]
`;

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "lost.yaml"), LOST);
  expect((await ablate(folder, "run", "lost.yaml", "--quiet")).status).toBe(1);
});

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ablate(folder, ...args);
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

/** The mean validation loss of the runs of a rate that finished. */
async function survivors(lr: number): Promise<number> {
  const sql = `select avg(valid_loss) as mean from runs where state = 'finished' and config ->> '$.train.lr."0"' = ${lr}`;
  return Number(jsonRows(await ablate(folder, "query", sql, "--json"))[0]?.mean);
}

test("the survivors of a rate that loses runs have the best mean, and do not get the star", async () => {
  expect(await survivors(0.7)).toBeLessThan(await survivors(0.01));
  const lower = (await survivors(0.7)).toFixed(4);

  const text = await printed("compare", "lost");

  expect(text).toMatch(/^lr=0\.01 .* \* +5 +40$/m);
  expect(text).toMatch(/^lr=0\.7 +0\.7 +[\d.]+ ± [\d.]+ +3 of 5 +2 of 5 diverged +40$/m);
  expect(text).toContain("* the best mean of the rows that lost no run; the best run");
  expect(text).toMatch(
    /the best run by valid_loss is lost\/lr=0\.7-\S+ .* \(2 of 5 diverged in its row\)/,
  );
  expect(text).toContain(
    `lr=0.7 has a lower mean, ${lower}, of survivors alone: 2 of 5 diverged\n`,
  );
  expect(text).toMatch(/^lr=0\.7 +2 of 5 diverged .* survivors alone: the 95 % interval/m);
});

test("an effect counts what both sides lost, and is called one of survivors", async () => {
  const [, ...effects] = (await printed("compare", "lost", "--effects")).split("\n");
  const back = await printed("compare", "lost", "--by", "lr", "--baseline", "0.7");

  expect(effects.find((line) => line.startsWith("0.7 "))).toMatch(
    / 3 of 5 +2 of 5 diverged .* 3 of 5 +3 +survivors alone: /,
  );
  expect(effects).toContain("0.7: seeds 1 and 5 (lost) have no pair");
  expect(back).toMatch(/^0\.7 .* 2 of 5 diverged .* the baseline$/m);
  expect(back).toMatch(/^0\.01 .* survivors alone: the 95 % interval/m);
});

test.each([40, 80])(
  "in a terminal of %i columns neither counts nor numbers are cut",
  async (columns) => {
    const lines = await inTerminal(folder, columns, ["compare", "lost"]);
    const text = lines.join("\n");

    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text.match(/2 of 5 diverged/g)?.length).toBeGreaterThanOrEqual(3);
    expect(text.match(/−\d\.\d{4} … \+\d\.\d{4}/g)).toHaveLength(4);
    expect(text).toMatch(/survivors/);
    expect(lines.filter((line) => /…$/.test(line))).toEqual([]);
  },
);

test("where every row lost runs none is the best, and that is said", async () => {
  const text = await printed("compare", "lost", "--only", "lr>0.1");
  const rows = jsonRows(await ablate(folder, "compare", "lost", "--only", "lr>0.1", "--json"));

  expect(text).not.toMatch(/ \* /);
  expect(text).toContain("no best mean: every row that has one lost runs; the best run");
  expect(rows.filter(({ best }) => best === true)).toEqual([]);
});

test("no metric crowns a row that lost runs", async () => {
  const metrics = ["best_valid_loss", "steps_per_s", "loss"].flatMap((one) => ["--metric", one]);

  const rows = jsonRows(await ablate(folder, "compare", "lost", ...metrics, "--json"));

  expect(rows.filter(({ best }) => best === true).map(({ row }) => row)).toEqual(
    Array(3).fill("lr=0.01"),
  );
});

test("records, CSV, Markdown and the view effects have the same counts", async () => {
  const rows = jsonRows(await ablate(folder, "compare", "lost", "--json"));
  const [header = "", ...lines] = (await printed("compare", "lost", "--format", "csv")).split(
    "\r\n",
  );
  const markdown = await printed("compare", "lost", "--format", "markdown");
  const view = jsonRows(
    await ablate(
      folder,
      "query",
      "select runs, lost, n, mean from effects order by value",
      "--json",
    ),
  );
  const column = (name: string): number => header.split(",").indexOf(name);

  const counts = rows.map(({ of, lost, n, baseline_lost }) => [of, lost, n, baseline_lost]);
  expect(counts).toEqual(
    [...Array(2)].flatMap(() => [
      [5, 0, 5, 0],
      [5, 2, 3, 0],
      [5, 3, 2, 0],
    ]),
  );
  expect(rows.map(({ survivors: are }) => are)).toEqual([null, true, true, null, true, true]);
  expect(rows[1]?.missing).toEqual(["seeds 1 and 5"]);
  expect(header).toContain("valid_loss_of,valid_loss_lost,valid_loss_baseline_lost");
  expect(lines[1]?.replaceAll(/"(?:""|[^"])*"/g, "").split(",")[column("valid_loss_lost")]).toBe(
    "2",
  );
  expect(markdown).toContain("| 2 of 5 diverged |");
  expect(view.map(({ runs, lost, n }) => [runs, lost, n])).toEqual([
    [5, 0, 5],
    [5, 2, 3],
    [5, 3, 2],
  ]);
  expect(Number(view[1]?.mean)).toBeCloseTo(Number(rows[1]?.mean), 12);
});

test("groups of the UI count lost runs before their means, which are without them", async () => {
  const runs = await printed("ui", "--once", "--size", "90x20");
  const narrow = await printed("ui", "--once", "--size", "40x20");
  const compare = await printed("ui", "--once", "--view", "compare", "--size", "130x50");
  const mean = (await survivors(0.7)).toFixed(4);
  const STATES = ".* (?:3 finished 2 diverged|2 diverged 3 finished)";

  expect(runs).toMatch(new RegExp(`lr=0\\.7 ×5 .* ✗2 ${mean} ${STATES}`));
  expect(narrow).toMatch(new RegExp(`lr=0\\.7 ×5 .*✗2 ${mean}`));
  expect(compare).toMatch(new RegExp(`state${STATES}`));
  expect(compare).toMatch(
    new RegExp(`^ +0\\.7 +${mean} .* n 3 of 5 +2 of 5 diverged +−[\\d.]+ +survivors alone: `, "m"),
  );
});

test("the report names no survivor the best, and counts what is lost beside every mean", async () => {
  const html = await reportIn(folder, "lost");
  const said = sentencesOf(html);
  const cells = [...html.matchAll(/<th scope="row">(.*?)<\/th>/gs)].map(([, cell = ""]) =>
    textOf(cell),
  );

  expect(answerOf(html)).toMatch(
    /^lr=0\.01 is best of the groups that lost no run, with a validation loss of [^;]+ seeds/,
  );
  expect(answerOf(html)).not.toContain("lr=0.7");
  expect(said).toContainEqual(
    expect.stringMatching(
      /^lr=0\.01: .*lr=0\.7 \(2 of 5 diverged\) [\d.]+ below, survivors alone: /,
    ),
  );
  expect(cells.filter((cell) => cell === "lr=0.7 (2 of 5 diverged)").length).toBeGreaterThan(2);
  expect(html).toMatch(/★ marks the best of those that lost no run/);
  const lossy = await reportIn(folder, "lr>0.1");
  expect(answerOf(lossy)).toMatch(
    /^No group is the best, since each that has a result lost runs; /,
  );
  expect(lossy).not.toContain("★ <");
  expect(lossy).toContain("None is marked as the best: each lost runs.");
});

test("of a grid that lost every run no result is awaited", async () => {
  const gone = LOST.replace("name: lost", "name: gone").replace(
    /grid: .*/,
    "grid: { train.lr: [1e20, 1e21] }",
  );
  writeFileSync(join(folder, "gone.yaml"), gone);
  await ablate(folder, "run", "gone.yaml", "--quiet", "--store", "gone.db", "--seeds", "1");

  expect(await printed("compare", "gone", "--store", "gone.db")).toMatch(
    /^no run has a valid_loss$/m,
  );
});
