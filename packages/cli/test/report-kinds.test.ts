/** Reports of what is not a finished grid with seeds and probes. */
import { spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { answerOf, reportIn, rowsOf, sentencesOf, textOf } from "./report-make.ts";
import { train } from "./train.ts";

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
  await ablate(folder, "run", "grid.yaml", "--quiet", ...flags);
  const html = await reportIn(folder, "grid");
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
  expect(html.split("<script>")[0]).not.toMatch(/NaN|undefined|Infinity|null/);
  expect(answerOf(html)).toMatch(/^The run ends with a validation loss of \d\.\d+ nats\.$/);
});

test("runs that diverged or never began are named, and the others are seen", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }
seeds: [1]
variants:
  plain: {}
  wild: { train.lr: 1e38 }
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

test("no group is said to learn well whose hidden weights end outside of the band that is drawn", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 150, lr: { 0: 0.3, 140: 0.00001 } }
seeds: [1, 2]
variants: { fading: {} }
`,
  );
  const said = sentencesOf(html);

  expect(said).toContainEqual(
    expect.stringMatching(
      /^Outside of the band at the end, though no rule reports it: hidden1\.weight of /,
    ),
  );
  expect(said.filter((text) => text.includes("neither too fast nor too slowly"))).toEqual([]);
});

test("a group that diverges leaves the pictures of the others as they are", async () => {
  const { html } = await reportOfGrid(
    `${BASE.replace("tanh", "none")}train: { steps: 60, lr: 0.1 }
seeds: [1, 2]
variants:
  calm: {}
  wild: { init.hidden.weight: { scheme: normal, std: 100 }, train.lr: 1000 }
`,
  );
  const text = textOf(html);

  expect(chartTitled(html, "calm: activations")).not.toMatch(/>[^<]*\de\d+</);
  expect(chartTitled(html, "wild: gradients in activations")).toMatch(/<polygon|<path/);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  expect(text).toContain("Each group has axes of its own.");
  expect(text).toContain("Losses of wild, which came to no result, may lie above it");
  expect(text).not.toContain("with all losses");
  expect(text).not.toContain("Saturation maps");
});

test("a layer without any gradient leaves a gap in the lines over depth", async () => {
  const { html } = await reportOfGrid(
    `${BASE.replace("[16], activation: tanh", "[16, 16], activation: relu")}train: { steps: 30, lr: 0.1 }
variants:
  lives: {}
  dead: { init.hidden.bias: { scheme: constant, value: -1000 } }
`,
  );

  expect(chartTitled(html, "std of gradients in activations at initialisation")).toContain("dead");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

test("what a group changes is told by the layer too, and speeds by what they are beside", async () => {
  const { folder, html } = await reportOfGrid(
    `${BASE.replace("[16]", "[24, 24, 24, 24]")}train: { steps: 200, lr: 0.1 }
thresholds: { uneven_updates: 1.5 }
seeds: [1, 2]
variants:
  divided: {}
  undivided: { init.hidden.weight: normal }
  output: { init.output.weight: normal }
`,
  );
  const uneven = await rowsOf(
    folder,
    "select value from findings where rule = 'uneven-updates' and run like '%undivided%'",
  );
  expect(uneven).toHaveLength(2);
  expect(sentencesOf(html)).toContainEqual(
    expect.stringMatching(/^The hidden weights learn at very different speeds in .*undivided/),
  );
  expect(html).toContain('<span class="changes">hidden.weight normal</span>');
  expect(html).toContain('<span class="changes">output.weight normal</span>');
});

test.each([
  ["[relu]", "Inactive (relu is 0, as about half are by design)"],
  ["[relu, tanh]", "Flat (relu is 0, as about half are by design; |tanh| > 0.99)"],
])("of %s no unit that is 0 by design is called saturated", async (kinds, said) => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 20 }\ngrid: { model.activation: ${kinds} }\n`,
  );

  expect(textOf(html)).toContain(`${said}, at initialisation`);
  expect(textOf(html.split('id="rest"')[0] ?? "")).not.toMatch(/saturat/i);
});

test("says which runs its pictures are of", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 20, lr: 0.1 }\nseeds: [7, 8]\nvariants: { narrow: { model.hidden: [4] }, wide: {} }\n`,
  );
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "20");

  expect(textOf(html)).toContain(
    "Pictures and their tables are of the run with seed 7 of each group.",
  );
  expect(textOf(html)).toContain("Units of the run with seed 7 of each group: examples from top");
  expect(textOf(await reportIn(folder, "small"))).toContain("are of the one run of each group.");
});

test("a chart says that losses are cut off where they are", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 200, lr: 0.1 }\nvariants: { near: {}, far: { init.output.weight: { scheme: normal, std: 4 } } }\n`,
  );
  const folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "20");
  const cut = "What lies above the chart is cut off: the next chart has it.";

  expect(textOf(html)).toContain(cut);
  expect(textOf(await reportIn(folder, "small", "--only", "plain"))).not.toContain(cut);
});

test("a loss that only climbs is drawn whole, not cut off", async () => {
  const { html } = await reportOfGrid(`${BASE}train: { steps: 40, lr: 40 }\n`);

  const [chart = ""] = html.split('<section aria-labelledby="loss">')[1]?.split("</svg>") ?? [];
  const ticks = [...chart.matchAll(/text-anchor="end"[^>]*>([\d.]+)</g)].map(([, at]) =>
    Number(at),
  );
  const [, worst = ""] = /loss has climbed to ([\d.]+)/.exec(html) ?? [];

  expect(Number(worst)).toBeGreaterThan(5);
  expect(Math.max(...ticks)).toBeGreaterThan(Number(worst) / 2);
});

test("a run that failed is named, and its curves are seen", async () => {
  const { folder, html } = await reportOfGrid(
    `${BASE}train: { steps: 500000000, lr: 0.1 }\n`,
    ...["--timeout", "6s", "--max-retries", "0"],
  );
  const [run] = await rowsOf(folder, "select state, error, last_step from runs");

  expect(run?.state).toBe("failed");
  expect(sentencesOf(html)).toContainEqual(expect.stringMatching(/^1 run failed: grid\/\S+/));
  expect(html).toContain(" of which 0 finished");
  expect(html).toContain("<title id=");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
});

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;

test.skipIf(!hasSqlite3 && !process.env.CI)(
  "where the store has no findings, as one of an older version, it says how to get them",
  async () => {
    const { folder } = await reportOfGrid(`${BASE}train: { steps: 50, lr: 0.1 }\n`);
    spawnSync(
      "sqlite3",
      [
        "ablate.db",
        "delete from finding; delete from diagnosis; delete from digest; delete from seal",
      ],
      {
        cwd: folder,
      },
    );

    const text = textOf(await reportIn(folder, "grid"));
    const diagnosis = await ablate(folder, "diagnose", "grid");

    expect(text).toContain(
      "The store has no findings of these runs: they never began, or an older",
    );
    expect(text).toContain("ablate diagnose grid judges them by what is recorded.");
    expect([diagnosis.stderr, [0, 1].includes(diagnosis.status ?? 2)]).toEqual(["", true]);
    expect(diagnosis.stdout).toContain("grid");
  },
);

test("a grid of which nothing is trained yet is a report without charts", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: { 0: 1e38 } }\nseeds: [1, 2]\n`,
    ...["--workers", "1", "--fail-fast"],
  );

  expect(sentencesOf(html)).toContain("1 run not yet trained: grid/seed=2.");
});

test("without probes it says so", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }\nrecord: { probes: none }\n`,
  );

  expect(textOf(html)).toContain("These runs were recorded without probes (record.probes)");
  expect(html).not.toContain("<img");
});

test("with one seed there is no telling a difference from chance", async () => {
  const { html } = await reportOfGrid(
    `${BASE}train: { steps: 100, lr: 0.1 }\nvariants: { narrow: { model.hidden: [4] }, wide: { model.hidden: [40] } }\n`,
  );

  expect(answerOf(html)).toMatch(
    /^(narrow|wide) is best, with a validation loss of \d\.\d+ nats; (narrow|wide) is behind by \d\.\d+, with too few seeds in common to tell whether by chance\.$/,
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
  expect(html.split('<svg class="swatch"').length - 1).toBe(2 * 8 + 2 * (8 + 1) + 8); // of tables and legends
  expect(rows).toBe(2 * 60);
  expect(statSync(join(folder, "report.html")).size).toBeLessThan(1e6);
});

test("names that look like HTML are text", async () => {
  const folder = makeFolder();
  await train(folder, "small.yaml");
  await ablate(folder, "note", "small/plain", "<script>alert(1)</script>");
  const html = await reportIn(folder, "small", "--title", "</title><script>alert(1)</script>");

  expect(html.split("<script")).toHaveLength(2);
  expect(html).toContain("<h1>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>");
});

/** The SVG of the chart with this title. */
function chartTitled(html: string, title: string): string {
  const [, after = ""] = html.split(`-title">${title}</title>`);
  return after.split("</svg>")[0] ?? "";
}
