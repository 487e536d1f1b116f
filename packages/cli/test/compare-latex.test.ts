/** Comparisons and queries as tables of LaTeX, set by a real one and read from its pages. */
import { beforeAll, describe, expect, test } from "vitest";
import { latexMissing, latexPage } from "../../../testing/latex.ts";
import { ablate, makeFolder } from "./make.ts";
import { HOSTILE, recordPaper } from "./paper-make.ts";

const missing = latexMissing();

let folder = "";

beforeAll(() => {
  folder = makeFolder();
  recordPaper(folder);
});

async function latexOf(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ablate(folder, ...args, "--format", "latex");
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

/** The same with what fonts of pdfLaTeX lack by its number. */
const SHOWN = HOSTILE.replace("日", "U+65E5");

describe.skipIf(missing !== null)(`by LaTeX${missing === null ? "" : ` (${missing})`}`, () => {
  test("means are rounded to their errors, and the best of the rows that lost no run is bold", async () => {
    const table = await latexOf("compare", "paper", "--only", "depth=1");

    expect(latexPage(table)).toEqual(
      expect.arrayContaining([
        `Table 1: Mean ± standard deviation over the n runs with a result, of 5 seeds (1 to 5). Means of survivors alone where runs were lost: unit=u2-depth=1 (2 of 5 failed). Bold: the best mean of the rows that lost no run.`,
        "unit valid n lost",
        "plain 25.4 ± 1.0 5",
        "gated 26.5 ± 0.4 5",
        `${SHOWN} 20.10 ± 0.10 3 of 5 2 of 5 failed`,
      ]),
    );
    expect(table.match(/.*bfseries.*/g)).toEqual([
      String.raw`plain & \bfseries 25.4 & $\pm$ & \bfseries 1.0 & 5 &  \\`,
    ]);
  });

  test("several metrics at each value of a key are groups of one table, with powers of ten", async () => {
    const metrics = ["--metric", "valid_loss", "--metric", "accuracy"];
    const by = ["--by", "unit", "--within", "depth"];
    const table = await latexOf("compare", "paper", ...metrics, ...by);

    const lines = latexPage(table);
    expect(lines).toEqual(expect.arrayContaining(["unit valid n lost accuracy", "depth 2"]));
    expect(lines.filter((line) => /^gated 26\.5 ± 0\.4 5 2\.65 × 10/.test(line))).toHaveLength(2);
    expect(table.match(/gated .*bfseries 2\.65e-8/g)).toHaveLength(2);
  });

  test("with --within a table below has what one factor does at each value of the other, and whether that differs", async () => {
    const table = await latexOf("compare", "sense", "--by", "rate", "--within", "norm");
    const lines = latexPage(table);

    expect(table.match(/^% in the preamble/gm)).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        "norm change of valid 95 % interval rate from → to seeds lost",
        "none 4.00 [3.88, 4.12] 1→2 3",
        "batch 0.100 [0.094, 0.106] 1→2 3",
        "rms 1.0 [−0.2, 2.2] 2→1 3 1 of 9 failed",
      ]),
    );
    const caption = lines.slice(lines.findIndex((line) => line.startsWith("Table 2: "))).join(" ");
    expect(caption).toMatch(
      /^Table 2: What rate does to valid at each norm: its highest mean less its lowest one\. With norm none, rate changes valid by 4\.0000 \(/,
    );
    expect(caption).toContain("norm batch removes 98 % of the sensitivity");
    expect(caption).toContain("Runs were lost: norm rms lost 1 of 3 at rate 3");
  });

  test("effects are one table, a group for each factor, with what is missing below", async () => {
    const lines = latexPage(await latexOf("compare", "paper", "--effects"));

    expect(lines).toEqual(
      expect.arrayContaining([
        "value mean ± std n lost difference 95 % interval seeds verdict",
        "valid by unit, the baseline plain",
        "gated 26.5 ± 0.4 10 1.1 [0.3, 1.8] 5 excludes 0",
        `${SHOWN} 20.10 ± 0.09 6 of 10 4 of 10 failed −4.9 [−6.8, −3.0] 3 of 5 survivors`,
        "valid by depth, the baseline 1",
      ]),
    );
    expect(lines[0]).toContain(`Unit ${SHOWN}: seeds 3 and 5 (lost) have no pair.`);
  });

  test("a table that no page holds goes on over several, each with its head", async () => {
    const lines = latexPage(await latexOf("compare", "long"));

    expect(lines.filter((line) => line === "lr valid").length).toBeGreaterThan(1);
    expect(lines).toEqual(expect.arrayContaining(["1 1", "60 60"]));
    expect(lines[0]).toBe("Table 1: One run each (seed 1). Bold: the best mean.");
  });

  test("one run alone, and rows of a query with numbers in full, are tables as well", async () => {
    const alone = latexPage(await latexOf("compare", "long/lr=7"));
    const sql =
      "select label, 1e300 as huge, 1.25 as x, null as none from runs where grid = 'long' limit 1";
    const rows = latexPage(await latexOf("query", sql));

    expect(alone).toEqual(expect.arrayContaining(["Table 1: One run (seed 1).", "run valid"]));
    expect(rows).toEqual(expect.arrayContaining(["label huge x none"]));
    // The power stands on a line of its own.
    expect(rows).toEqual(expect.arrayContaining(["300", "lr=1 1 × 10 1.25"]));
  });

  test("the usual fonts of LaTeX have all that names are written with", async () => {
    const sql = `select '± × · “ß” γ ∞ → ½ ″ ł ą đ ™ 🙂' as "é_${"日"}", '* ''quoted'' "twice" \`' as b`;
    const table = await latexOf("query", sql);

    expect(() => latexPage(table, false)).not.toThrow();
    expect(latexPage(table)).toEqual(
      expect.arrayContaining([
        `± × · “ß” γ ∞ → ½ U+2033 ł U+0105 U+0111 ™ U+1F642 * 'quoted' "twice" \``,
      ]),
    );
  });
});
