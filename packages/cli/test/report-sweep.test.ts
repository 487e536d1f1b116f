/** A report of a grid of three and more factors shows every setting: as lines over all factors, and as dots. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn, textOf } from "./report-make.ts";

const STUDY = `name: study
data: { file: names.txt, context: 3, shuffle_seed: 42 }
model: { embedding: 4, hidden: [16] }
train: { steps: 30, batch_size: 8, lr: 0.1 }
record: { samples: 0 }
seeds: [1, 2]
grid:
  model.batch_norm: [none, hidden]
  train.lr: [0.001, 0.03, 0.3]
  train.batch_size: [4, 16]
include:
  - train.lr: 1.0e+300
`;

let folder = "";
let section = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "study.yaml"), STUDY);
  await ablate(folder, "run", "study.yaml", "--quiet"); // some of it diverges
  section = sectionOf(await reportIn(folder, "study"));
});

function sectionOf(page: string): string {
  const [, after = ""] = page.split('<section aria-labelledby="sweep">');
  return after.split("</section>\n<section aria-labelledby")[0] ?? "";
}

type Setting = { readonly loss: number | null; readonly settings: readonly string[] };

/** The settings by their mean validation loss, the best first, by SQL. */
function settings(): readonly Setting[] {
  const reader = openReader(join(folder, "ablate.db"));
  const { rows } = reader.query(
    `select avg(r.valid_loss), group_concat(distinct
       'lr ' || (select value from settings where run = r.run and key = 'train.lr')
       || ', batch_size ' || (select value from settings where run = r.run and key = 'train.batch_size')
       || ', batch_norm ' || (select case when value like '%hidden%' then 'hidden' else 'none' end from settings where run = r.run and key = 'model.batch_norm'))
     from runs r group by substr(r.run, 1, instr(r.run, 'seed=') - 1) order by avg(r.valid_loss) is null, 1`,
  );
  reader.close();
  return rows.map(([loss, text]) => ({
    loss: loss === null ? null : Number(loss),
    settings: String(text).split(", "),
  }));
}

test("every setting is a line over all factors to its result, the lost one dashed to a place of its own", () => {
  const [, picture = ""] = section.split("<svg ");
  const drawing = picture.split("</svg>")[0] ?? "";
  const ramp = [...drawing.matchAll(/stroke="var\(--r(\d)\)"/g)].map(([, shade]) => Number(shade));

  expect(ramp).toHaveLength(12);
  expect(ramp).toEqual(ramp.toSorted((a, b) => b - a));
  expect(drawing.match(/stroke="var\(--muted\)"[^>]*stroke-dasharray/g)).toHaveLength(1);
  for (const text of ["lr", "batch_size", "batch_norm", "validation loss", "lost"]) {
    expect(textOf(drawing)).toContain(text);
  }
});

test("what the best settings share is said, as SQL has it", () => {
  const best = settings().slice(0, 3);
  const shared = best[0]?.settings.filter((one) =>
    best.every(({ settings: all }) => all.includes(one)),
  );
  const said = textOf(section);

  expect(said).toContain("The 3 best of 13 settings (validation loss ");
  expect(said).toContain(`${best[0]?.loss?.toFixed(4)} to ${best[2]?.loss?.toFixed(4)})`);
  for (const one of shared ?? []) expect(said).toContain(one);
  if (shared?.length === 0) expect(said).toContain("share no value of any factor");
});

test("each factor has a scatter of the runs that came to a result, by the same rows on every machine", async () => {
  const [, large, small, ...scatter] = section.split("<svg ");
  const again = sectionOf(await reportIn(folder, "study"));

  expect(`${large}${small}`).not.toContain("<circle");
  expect(scatter.map((one) => one.match(/<circle /g)?.length)).toEqual([24, 24, 24]);
  expect(again).toBe(section);
});

test("a grid of two factors has no such section", async () => {
  const page = await reportIn(folder, "study", "--only", "batch_size:4 lr<1");

  expect(page.includes('aria-labelledby="sweep"')).toBe(false);
});
