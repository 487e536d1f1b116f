/** `compare --by B --within A` answers whether A changes what B does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { inTerminal } from "./pty.ts";
import { train } from "./train.ts";

const STUDY = `name: study
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16] }
train: { steps: 60, batch_size: 8, lr: 0.1 }
record: { samples: 0 }
seeds: [1, 2, 3]
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.01, 0.3]
`;
const ASKED = ["compare", "study", "--by", "lr", "--within", "batch_norm"];

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "study.yaml"), STUDY);
  await train(folder, "study.yaml");
});

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ablate(folder, ...args);
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

test("the spread at each value and their difference are those of the store, seed by seed", async () => {
  const records = jsonRows(await ablate(folder, ...ASKED, "--json"));
  const [none, hidden, ...more] = records.filter(({ kind }) => kind === "sensitivity");
  const changes = `select a.seed, a.config ->> '$.model.batch_norm' = 'none' as is_none, b.valid_loss - a.valid_loss as change
    from runs a join runs b on a.seed = b.seed
      and a.config ->> '$.model.batch_norm' = b.config ->> '$.model.batch_norm'
    where a.config ->> '$.train.lr."0"' = 0.01 and b.config ->> '$.train.lr."0"' = 0.3 order by a.seed`;
  const rows = jsonRows(await ablate(folder, "query", changes, "--json"));
  const of = (isNone: number) =>
    rows.filter((row) => row.is_none === isNone).map(({ change }) => -Number(change));
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const differences = of(0).map((one, i) => one - (of(1)[i] ?? 0));
  const std = Math.sqrt(
    differences.reduce((sum, one) => sum + (one - mean(differences)) ** 2, 0) / 2,
  );
  const half = (4.302652729911275 * std) / Math.sqrt(3);

  expect(more).toEqual([]);
  expect(Number(none?.spread)).toBeCloseTo(mean(of(1)), 12);
  expect(Number(hidden?.spread)).toBeCloseTo(mean(of(0)), 12);
  expect(Number(hidden?.difference)).toBeCloseTo(mean(differences), 12);
  expect(Number(hidden?.low)).toBeCloseTo(mean(differences) - half, 9);
  expect(Number(hidden?.high)).toBeCloseTo(mean(differences) + half, 9);
});

test("a section below the tables says so in a sentence, in every format the same numbers", async () => {
  const [, hidden] = jsonRows(await ablate(folder, ...ASKED, "--json")).filter(
    ({ kind }) => kind === "sensitivity",
  );
  const text = await printed(...ASKED);
  const markdown = await printed(...ASKED, "--format", "markdown");
  const [header = "", ...lines] = (await printed(...ASKED, "--format", "csv")).split("\r\n");
  const [sentence = ""] = Object(hidden).sentences;

  expect(sentence).toMatch(
    /^with batch_norm none, lr changes valid_loss by \d\.\d{4} \(95 % interval .*\); with batch_norm hidden, by \d\.\d{4} \(/,
  );
  expect(text).toContain("\n── valid: sensitivity to train.lr, within model.batch_norm\n");
  expect(text.endsWith(`${sentence}\n`)).toBe(true);
  expect(markdown).toContain(sentence);
  const [difference, low, high, , verdict] = lines.at(-2)?.split(",").slice(-5) ?? [];
  expect(header).toMatch(
    /,valid_loss_spread,.*,valid_loss_spread_ratio,valid_loss_spread_verdict$/,
  );
  expect([difference, low, high].map(Number)).toEqual([
    hidden?.difference,
    hidden?.low,
    hidden?.high,
  ]);
  expect(verdict).toBe(hidden?.verdict);
});

test("each metric has its own, and without --within there is none", async () => {
  const metrics = ["--metric", "train_loss", "--metric", "loss"];
  const text = await printed(...ASKED, ...metrics);
  const without = await printed("compare", "study", "--by", "lr");

  expect(text.match(/: sensitivity to train\.lr, within model\.batch_norm$/gm)).toHaveLength(2);
  expect(without).not.toContain("sensitivity");
});

test("where no two values meet, nothing is told", async () => {
  const text = await printed(...ASKED, "--only", "lr=0.01 or batch_norm:none");

  expect(text).toContain(
    "no two values of train.lr have results at two values of model.batch_norm, so it cannot be shown whether one changes the effect of the other",
  );
});

test.each([40, 80])("in a terminal of %i columns its lines wrap", async (columns) => {
  const lines = await inTerminal(folder, columns, ASKED);

  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
  expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain("lr changes valid_loss by");
});

test("--importance has the shares of the means in the store", async () => {
  const sql = `select avg(valid_loss) as mean from runs
    group by config ->> '$.model.batch_norm', config ->> '$.train.lr."0"' order by config ->> '$.model.batch_norm' = 'none', config ->> '$.train.lr."0"'`;
  const rows = jsonRows(await ablate(folder, "query", sql, "--json"));
  const [a = 0, b = 0, c = 0, d = 0] = rows.map(({ mean }) => Number(mean));
  const [norm, rate, both] = [a + b - c - d, a - b + c - d, a - b - c + d].map((x) => x ** 2 / 4);
  const total = (norm ?? 0) + (rate ?? 0) + (both ?? 0);

  const records = jsonRows(await ablate(folder, "compare", "study", "--importance", "--json"));
  const text = await printed("compare", "study", "--importance");
  const shares = new Map(records.map(({ factor, share }) => [factor, Number(share)]));

  expect(shares.get("model.batch_norm")).toBeCloseTo((norm ?? 0) / total, 9);
  expect(shares.get("train.lr")).toBeCloseTo((rate ?? 0) / total, 9);
  expect(shares.get("not additive")).toBeCloseTo((both ?? 0) / total, 9);
  expect(text).toMatch(/^train\.lr +2 +[\d.]+ %/m);
  expect(text).toMatch(/ of the variance between settings is not additive/);
});

test.each([["--by", "lr"], ["--within", "lr"], ["--baseline", "study"], ["--effects"]])(
  "--importance is of all factors, not with %s",
  async (flag, ...value) => {
    const words = ["compare", "study", "--importance", flag, ...value];

    const { status, stderr } = await ablate(folder, ...words);

    expect([status, stderr]).toEqual([
      2,
      `ablate: --importance is of all factors; leave out ${flag}\n`,
    ]);
  },
);
