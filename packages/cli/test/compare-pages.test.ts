/** Comparisons as tables of HTML, read by a real browser, and of Typst, set by its compiler; and what goes with both. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { ablate, makeFolder } from "./make.ts";
import { HOSTILE, recordPaper } from "./paper-make.ts";
import { metric, recordRun } from "./recorded-make.ts";

const browser = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).stdout.trim();
const { env, missing } = pythonWith("typst");

let folder = "";

beforeAll(() => {
  folder = makeFolder();
  recordPaper(folder);
});

async function printed(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ablate(folder, ...args);
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

test.skipIf(browser === "" && !process.env.CI)(
  `a browser shows the table of HTML as it is meant${browser === "" ? " (no chromium)" : ""}`,
  async () => {
    const metrics = ["--metric", "valid_loss", "--metric", "accuracy"];
    const html = await printed(
      "compare",
      "paper",
      "--within",
      "depth",
      "--by",
      "unit",
      ...metrics,
      "--format",
      "html",
    );
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const open = await chromium.launch({ executablePath: browser, args, timeout: 110_000 });
    const page = await open.newPage();
    await page.setContent(html);

    const rows = await page.locator("tr").allInnerTexts();
    const bold = await page.locator("strong").allInnerTexts();
    const caption = await page.locator("caption").first().textContent();
    const shown = await page.locator("sup").first().textContent();
    await open.close();

    expect(rows.slice(0, 5)).toEqual([
      "unit\tvalid\tn\tlost\taccuracy",
      "depth 1",
      "plain\t25.4 ± 1.0\t5\t\t(2.54 ± 0.10) × 10−8",
      "gated\t26.5 ± 0.4\t5\t\t(2.65 ± 0.04) × 10−8",
      `${HOSTILE}\t20.10 ± 0.10\t3 of 5\t2 of 5 failed\t(2.010 ± 0.010) × 10−8`,
    ]);
    expect([bold[0], bold[1], bold.length, shown]).toEqual([
      "25.4 ± 1.0",
      "(2.65 ± 0.04) × 10−8",
      4,
      "−8",
    ]);
    expect(caption).toContain(`depth 1, unit ${HOSTILE} (2 of 5 failed)`);
  },
  120_000,
);

test("the table of HTML is valid within a page", async () => {
  const html = await printed("compare", "paper", "--effects", "--format", "html");
  const validator = new HtmlValidate({
    extends: ["html-validate:recommended"],
    rules: { "no-inline-style": "off" },
  });

  const { results } = await validator.validateString(html);

  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
});

test.skipIf(missing)(
  `the compiler of Typst sets the table as it is meant${missing ? `: ${missing}` : ""}`,
  async () => {
    const metrics = ["--metric", "valid_loss", "--metric", "accuracy"];
    const lines = typstPage(
      await printed(
        "compare",
        "paper",
        "--within",
        "depth",
        "--by",
        "unit",
        ...metrics,
        "--format",
        "typst",
      ),
      await printed("compare", "paper", "--effects", "--format", "typst"),
      await printed("compare", "long", "--format", "typst"),
      await printed("compare", "sense", ...SENSE, "--format", "typst"),
      await printed("query", String.raw`select '"\#' as a, 1e300 as b`, "--format", "typst"),
    );

    expect(lines).toEqual(
      expect.arrayContaining([
        "unit valid n lost accuracy",
        "depth 2",
        expect.stringContaining(HOSTILE.slice(0, -1)),
        expect.stringMatching(/ 20\.10 ± 0\.10 3 of 5 2 of 5 failed \(2\.010 ± 0\.010\) × 10−8$/),
        "gated 26.5 ± 0.4 10 1.1 [0.3, 1.8] 5 excludes 0",
        "60 60",
        "norm change of valid 95 % interval rate from → to seeds lost",
        "batch 0.100 [0.094, 0.106] 1 → 2 3",
      ]),
    );
    expect(lines.filter((line) => line === "lr valid").length).toBeGreaterThan(1);
  },
);

const SENSE = ["--by", "rate", "--within", "norm"];

/** Sets several tables into one document and reads its pages. */
function typstPage(...tables: readonly string[]): readonly string[] {
  const page = "#set page(width: 60cm, height: 15cm)\n";
  writeFileSync(join(folder, "page.typ"), page + tables.join("\n").replaceAll("<tab-paper>", ""));
  const script = "import typst; typst.compile('page.typ', output='page.pdf')";
  const { status, stderr } = spawnSync("python3", ["-c", script], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect([stderr, status]).toEqual(["", 0]);
  const args = ["-layout", "page.pdf", "-"];
  const { stdout } = spawnSync("pdftotext", args, { cwd: folder, encoding: "utf8" });
  return stdout.split(/[\n\f]/).map((line) => line.trim().replace(/ +/g, " "));
}

test("columns are chosen by name, in any order, by what tables and configs call them", async () => {
  const names = ["--columns", "valid_loss_n,depth", "--columns", "valid,difference"];
  const html = await printed("compare", "paper", ...names, "--digits", "4", "--format", "html");

  const rows = html.split("\n").map((line) =>
    line
      .replace(/<[^>]*>/g, " ")
      .replace(/ +/g, " ")
      .trim(),
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      "n depth valid difference",
      "5 1 26.50 ± 0.40 1.1",
      "5 1 25.44 ± 0.99",
    ]),
  );
});

test("what has not finished is said, and keys without a column are counted", async () => {
  const keys = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`key${i}`, i]));
  recordRun(folder, {
    grid: "on its way",
    label: "a",
    config: {},
    record: metric("val_loss", [2]),
  });
  const other = { grid: "on its way", label: "b", config: keys, state: "running" } as const;
  recordRun(folder, { ...other, record: metric("val_loss", [1.00004]) });

  const html = await printed("compare", "on its way", "--format", "html");

  expect(html).toMatch(
    /<caption>One run each\. .*1 of 2 runs not finished\. 2 more keys of the configs differ\.<\/caption>/,
  );
  expect(html).toContain('<table id="tab-on-its-way">');
  expect(html.match(/key\d+/g)).toHaveLength(12);
  expect(html).toMatch(/<tr><td>b<\/td>.*<td>running<\/td>.*<strong>1\.000<\/strong>/);
});

test.each([
  [["paper", "--format", "latex", "--columns", "vaild"], 'no "vaild"; did you mean valid?'],
  [
    ["paper", "--format", "latex", "--columns", "zzz"],
    'no "zzz"; there are run, unit, depth, state',
  ],
  [["paper", "--columns", "run"], "--columns goes with --format latex, html or typst"],
  [
    ["paper", "--format", "csv", "--digits", "3"],
    "--digits goes with --format latex, html or typst",
  ],
  [["paper", "--format", "html", "--digits", "0"], "--digits takes a whole number of at least 1"],
  [["paper", "--format", "html", "--digits", "99"], "--digits takes at most 17"],
  [["long/lr=7", "--effects", "--format", "typst"], "long/lr=7 is alone"],
  [["paper", "--only", "unit:none", "--format", "latex"], "no run"],
])("compare %j says what is wrong in a sentence", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(folder, "compare", ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
