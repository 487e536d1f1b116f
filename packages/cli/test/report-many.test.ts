/** A report of very many runs stays a page that can be sent. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn, sentencesOf, textOf } from "./report-make.ts";

/** 343 groups of one run each, of which 49 diverge. */
const MANY = `name: many
data: { file: names.txt, context: 2 }
model: { embedding: 2, hidden: [4] }
train: { steps: 4, batch_size: 2, lr: 0.1 }
record: { samples: 0, probes: none, evaluate: end }
seeds: [1]
grid:
  train.lr: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1e38]
  train.batch_size: [2, 3, 4, 5, 6, 7, 8]
  model.embedding: [2, 3, 4, 5, 6, 7, 8]
`;

test("of hundreds of runs tables have the best groups, and it is said where all runs are", async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "many.yaml"), MANY);
  await ablate(folder, "run", "many.yaml", "--quiet");
  const html = await reportIn(folder, "many");
  const [, rest = ""] = html.split("<summary>every run</summary>");

  expect(html.length).toBeLessThan(600_000);
  expect(textOf(rest)).toContain(
    "There are 343 runs. ablate export many --table runs -o runs.csv writes a line for each.",
  );
  expect(rest.match(/<th scope="row">many\/[^<]*/g)?.every((row) => row.includes("1e38"))).toBe(
    true,
  );
  expect(html).toContain("The first 300 of 343 rows;");
  // A command in a sentence is set as code.
  expect(sentencesOf(html).join(" ")).not.toContain("`");
}, 120_000);
