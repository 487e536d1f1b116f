/** Reports of what is not a finished grid with seeds and looks inside. */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { reportIn, sentencesOf, textOf } from "./report-make.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: { "long-title": "off" },
});

/** Trains a grid in a folder of its own and reports it. */
async function reportOfGrid(
  yaml: string,
  ...flags: readonly string[]
): Promise<{ readonly folder: string; readonly html: string }> {
  const folder = makeFolder();
  writeFileSync(join(folder, "grid.yaml"), yaml);
  ablate(folder, "run", "grid.yaml", "--quiet", ...flags);
  const html = reportIn(folder, "grid");
  const { results } = await validator.validateString(html);
  expect(results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([]);
  return { folder, html };
}

const BASE = `name: grid
data: { file: names.txt, context: 3 }
model: { embedding: 4, hidden: [16], activation: tanh, batch_norm: none }
`;

test("one run is reported without comparisons", async () => {
  const { html } = await reportOfGrid(`${BASE}train: { steps: 150, lr: 0.1 }\n`);

  expect(html).toContain('<p class="facts">1 run, 1 seed, 150 steps in all.</p>');
  expect(html).not.toContain('id="differences"');
  expect(html).not.toContain("★ ");
  expect(html).not.toMatch(/NaN|undefined|Infinity|null/);
});

test("runs that diverged, failed or never began are named, and the others are seen", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }
seeds: [1]
variants:
  plain: {}
  wild: { train.lr: 1e30 }
  later: { model.hidden: [8] }
`,
    ...["--workers", "1", "--fail-fast"],
  );
  const [said, pending] = sentencesOf(html);

  expect(said).toMatch(
    /^1 run diverged, that is, the loss was no longer a number: grid\/wild at step \d+\.$/,
  );
  expect(pending).toBe("1 run not yet trained: grid/later.");
  expect(textOf(html)).toContain("plain");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test("a grid of which nothing is trained yet is a report without charts", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: { 0: 1e30 } }\nseeds: [1, 2]\n`,
    ...["--workers", "1", "--fail-fast"],
  );

  expect(sentencesOf(html)).toContain("1 run not yet trained: grid/seed=2.");
});

test("without looks inside it says so", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }\nrecord: { probes: none }\n`,
  );

  expect(textOf(html)).toContain("These runs were recorded without looks inside (record.probes)");
  expect(html).not.toContain("<img");
});

test("with one seed there is no telling a difference from chance", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }\nvariants: { narrow: { model.hidden: [4] }, wide: { model.hidden: [40] } }\n`,
  );

  expect(sentencesOf(html)).toContainEqual(
    expect.stringMatching(
      /^(narrow|wide) is best, validation loss \d\.\d{4}: ahead of (narrow|wide) \(\d\.\d{3}\): too few seeds in common to tell\.$/,
    ),
  );
});

test("of 60 runs charts show the best eight, tables all, and the file stays under a megabyte", async () => {
  const rates = Array.from({ length: 12 }, (_, i) => (0.02 * (i + 1)).toFixed(2));
  const { folder, html } = await reportOfGrid(
    `${BASE}train: { steps: 120, lr: 0.1 }\ngrid: { train.lr: [${rates.join(", ")}], model.hidden: [[4], [8], [12], [16], [20]] }\n`,
  );
  const rows = html.split('<th scope="row"><span class="name">').length - 1;

  expect(html).toContain(
    "Charts show the 8 groups with the best validation loss; the other 52 are in the tables.",
  );
  expect(html.split('<svg class="swatch"').length - 1).toBe(2 * 8);
  expect(rows).toBe(2 * 60);
  expect(statSync(join(folder, "report.html")).size).toBeLessThan(1e6);
});

test("names that look like HTML are text", async () => {
  const folder = makeFolder();
  ablate(folder, "run", "small.yaml", "--quiet");
  ablate(folder, "note", "small/plain", "<script>alert(1)</script>");
  const html = reportIn(folder, "small", "--title", "</title><script>alert(1)</script>");

  expect(html).not.toContain("<script");
  expect(html).toContain("<h1>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>");
});
