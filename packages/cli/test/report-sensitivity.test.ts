/** A report of two factors says whether one changes what the other does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { reportIn, sentencesOf, textOf } from "./report-make.ts";
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

let folder = "";
let html = "";

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "study.yaml"), STUDY);
  await train(folder, "study.yaml");
  html = await reportIn(folder, "study");
});

function sectionOf(page: string): string {
  const [, after = ""] = page.split('<section aria-labelledby="sensitivity">');
  return after.split("</section>\n<section aria-labelledby")[0] ?? "";
}

test("the sentences are those of compare, for the way that tells more", async () => {
  const ways = [
    ["lr", "batch_norm"],
    ["batch_norm", "lr"],
  ] as const;
  const said = sentencesOf(sectionOf(html));
  const asked = await Promise.all(
    ways.map(async ([by, within]) => {
      const args = ["compare", "study", "--by", by, "--within", within, "--json"];
      const rows = jsonRows(await ablate(folder, ...args));
      const found = rows.find(({ kind }) => kind === "sensitivity");
      return Object(found).sentences.map(
        (text: string) =>
          `${text.replace("with", "With").replace(" valid_loss ", " the validation loss ")}.`,
      );
    }),
  );

  expect(asked).toContainEqual(said);
  expect(textOf(sectionOf(html))).toContain("The opposite question, whether ");
});

test("a line for each value of one factor, its numbers in a table", () => {
  const [, picture = ""] = sectionOf(html).split("<svg ");
  const lines = [...picture.matchAll(/<path [^>]*data-of="([^"]*)"/g)].map(([, name]) => name);

  expect(new Set(lines).size).toBe(2);
  // Colours are of groups alone.
  expect(sectionOf(html)).not.toContain("var(--s");
  expect(sectionOf(html).match(/<tr><th scope="row">/g)).toHaveLength(4);
});

test("a grid of one factor has no such section", async () => {
  const page = await reportIn(folder, "study", "--only", "batch_norm:none");

  expect(page).not.toContain('aria-labelledby="sensitivity"');
});

test("of three factors a table has the shares of compare --importance, of two there is none", async () => {
  const own = makeFolder();
  const three = STUDY.replace("grid:", "grid:\n  train.batch_size: [4, 8]");
  writeFileSync(join(own, "study.yaml"), three);
  await train(own, "study.yaml", "--steps", "10");
  const page = await reportIn(own, "study");
  const [, section = ""] = page.split('<section aria-labelledby="importance">');
  const records = jsonRows(await ablate(own, "compare", "study", "--importance", "--json"));
  const cells = (factor: unknown): string =>
    textOf(section.split(`<tr><th scope="row">${String(factor)}</th>`)[1]?.split("</tr>")[0] ?? "");

  expect(records).toHaveLength(4);
  for (const { factor, share } of records) {
    const hundredths = Number(share) * 100;
    const text = `${hundredths.toFixed(hundredths < 9.95 ? 1 : 0)} %`;
    expect(cells(factor)).toContain(hundredths === 0 ? "0 %" : text);
  }
  expect(html).not.toContain('aria-labelledby="importance"');
});
