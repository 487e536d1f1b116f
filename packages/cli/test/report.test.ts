import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { page, tableRows } from "./documents.ts";
import { ablate } from "./make.ts";
import {
  answerOf,
  meanOf,
  numbersOf,
  reportIn,
  rowsOf,
  SEEDS,
  SLOW,
  sentencesOf,
  sevenFolder,
  stdOf,
  textOf,
} from "./report-make.ts";

const VARIANTS = ["v1", "v2", "v3", "v4", "v5", "v7"] as const;
const STEPS = 2500;

/** 30 runs on a busy machine. */
const TRAINING = 600_000;

const LN_27 = 3.2958368660043291;

let folder: string;
let html: string;
let sentences: readonly string[];

beforeAll(async () => {
  folder = await sevenFolder();
  html = await reportIn(folder, "seven");
  sentences = sentencesOf(html);
}, TRAINING);

test("begins with the grid's name and its question", () => {
  expect(html).toContain("<h1>seven</h1>");
  expect(html).toContain("What does the scale of the initial weights alone decide?");
});

test("says what v1 begins with, against ln 27, and what its first steps cost", async () => {
  const at = await ofVariant("v1", "select run, loss from loss where step = 0", "loss");
  const early = await ofVariant(
    "v1",
    "select run, avg(loss) as loss from loss where step < 100 group by run",
    "loss",
  );
  const below = await ofVariant(
    "v1",
    `select run, min(step) as step from curve where series = 'loss' and level = 16 and mean < ${LN_27} group by run`,
    "step",
  );
  const said = sentences.find((text) => text.startsWith("v1 begins")) ?? "";

  expectRounded(/at a loss of ([\d.]+) ± ([\d.]+),/.exec(said), at);
  expect(said).toContain(`${(meanOf(at) - LN_27).toFixed(2)} nats above ln 27 = 3.2958`);
  expect(said).toContain(`Its first 100 steps cost ${meanOf(early).toFixed(2)} nats on average`);
  const [, step = "", spread = ""] = /guessing until step ([\d,]+) ± ([\d,]+) /.exec(said) ?? [];
  expect(Math.abs(numberOf(step) - meanOf(below))).toBeLessThan(stdOf(below) / 10);
  expect(numberOf(spread) / stdOf(below)).toBeCloseTo(1, 0);
});

test("says that all others begin near ln 27, and how near", async () => {
  const rows = await rowsOf(
    folder,
    "select avg(l.loss) as loss from loss l join runs r using (run) where step = 0 and label not like 'v1-%' group by substr(label, 1, 2)",
  );
  const away = numbersOf(rows, "loss").map((loss) => Math.abs(loss - LN_27));
  const most = (Math.ceil(Math.max(...away) * 1000) / 1000).toFixed(3);

  expect(sentences).toContain(
    `v2, v3, v4, v5 and v7 begin within ${most} nats of ln 27 = 3.2958, which guessing costs: nothing has to be undone first.`,
  );
});

test("says the saturated share of every variant, at initialisation and at the end", async () => {
  const rows = await rowsOf(
    folder,
    `select substr(label, 1, 2) as variant, step, avg(saturated) as share from layer_stats join runs using (run)
     where kind = 'activation' and layer = 'hidden1' and step in (0, ${STEPS}) group by 1, 2`,
  );
  const share = (variant: string, step: number): string => {
    const found = rows.find((row) => row.variant === variant && row.step === step);
    return percent(Number(found?.share));
  };
  const shares = VARIANTS.map((one) => `${one} ${share(one, 0)} → ${share(one, STEPS)}`);

  expect(sentences).toContain(
    `Saturated (|tanh| > 0.99), at initialisation → at the end: ${shares.join("; ")}.`,
  );
});

test("says of every two variants whether they differ by more than the seeds do", async () => {
  const rows = await rowsOf(
    folder,
    "select substr(label, 1, 2) as variant, valid_loss from runs order by seed",
  );
  const losses = new Map(
    VARIANTS.map((one) => [
      one,
      numbersOf(
        rows.filter(({ variant }) => variant === one),
        "valid_loss",
      ),
    ]),
  );
  const order = [...losses].sort(([, a], [, b]) => meanOf(a) - meanOf(b));

  for (const [i, [better, own]] of order.entries()) {
    for (const [worse, others] of order.slice(i + 1)) {
      const differences = others.map((loss, seed) => loss - (own[seed] ?? Number.NaN));
      const half = (T_95_WITH_5 * stdOf(differences)) / Math.sqrt(SEEDS.length);
      const by = meanOf(differences).toFixed(3);
      const isLarger = meanOf(differences) > half;
      const said =
        sentences.find((text) => new RegExp(`^${better}( is best.*?)?: `).test(text)) ?? "";
      const [larger = "", within = ""] = said.split("the 95 % interval excludes 0");
      if (isLarger) expect(larger).toContain(`${worse} by ${by} (`);
      else expect(within || larger).toContain(`${worse} (${by})`);
    }
  }
});

test("the first picture is the answer: how far each group is above the best, which is at the edge", () => {
  const [first = ""] = html.split("<svg ").filter((one) => one.includes('role="img"'));
  const texts = [...first.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = ""]) => text);
  const dots = [...first.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));

  expect(first).toMatch(/<title [^>]*>validation loss above that of v\d</);
  expect(texts).toContain("0");
  expect(dots).toHaveLength(VARIANTS.length);
  expect(Math.min(...dots)).toBe(dots[0]);
  expect(texts.filter((text) => /^[+−]\d\.\d+ ± \d\.\d+$/.test(text))).toHaveLength(5);
});

test("a group far behind the others leaves their axis to them: the next one is in its second half, too", () => {
  const [first = ""] = html.split("<svg ").filter((one) => one.includes('role="img"'));
  const dots = [...first.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  const [least = 0, ...others] = dots.toSorted((a, b) => a - b);
  const [most = 0, next = 0] = others.toReversed();

  expect((next - least) / (most - least)).toBeGreaterThan(0.3);
});

test("one sentence under it says who is best and who is worse, in numbers rounded to their errors", async () => {
  const rows = await rowsOf(
    folder,
    "select substr(label, 1, 2) as variant, valid_loss from runs order by seed",
  );
  const said = answerOf(html);
  const [, best = "", ...rounded] =
    /^(v\d) is best, with a validation loss of ([\d.]+) ± ([\d.]+) nats over 5 seeds; /.exec(
      said,
    ) ?? [];
  const own = numbersOf(
    rows.filter(({ variant }) => variant === best),
    "valid_loss",
  );

  expectRounded(["", ...rounded], own);
  expect(said).toMatch(/v1 (is|are) worse by [\d. ±to]+\.$/);
  for (const other of VARIANTS.filter((one) => one !== best)) expect(said).toContain(other);
  expect(html.split(said)).toHaveLength(2);
});

/** Student's t for a two-sided 95 % interval with four degrees of freedom, from a table. */
const T_95_WITH_5 = 2.7764;

test("says which parameters learn too fast or too slowly, and its findings in how many runs and since when", async () => {
  const found = await rowsOf(
    folder,
    `select substr(label, 1, 2) as variant, param, rule, count(*) as runs, min(f.step) as first, max(f.step) as last
     from findings f join runs using (run) where rule in ('slow-updates', 'fast-updates') group by 1, 2, 3`,
  );

  expect(found).not.toEqual([]);
  for (const { variant, param, rule, runs, first, last } of found) {
    const how = rule === "slow-updates" ? "too slowly" : "too fast";
    const said = sentences.find((text) => text.includes(String(param)) && text.includes(how)) ?? "";
    expect(said).toContain(String(variant));
    const row = [
      rule,
      variant,
      param,
      `${String(runs)} of 5`,
      sinceWords(Number(first), Number(last)),
    ];
    expect(textOf(html.replaceAll(/<\/t[dh]>/g, "|"))).toContain(row.join("|"));
  }
  const told = ["neither too fast nor too slowly", "though no rule reports it: hidden1.weight of"];
  const quiet = VARIANTS.filter((one) => !found.some(({ variant }) => variant === one));
  const said = sentences.filter((text) => told.some((words) => text.includes(words))).join(" ");
  for (const one of quiet) expect(said.split(one)).toHaveLength(2);
});

test("the band that is drawn is the one by which the rules judge", () => {
  const low = Math.log10(SLOW);

  expect(textOf(html)).toContain(`from ${low.toFixed(1).replace("-", "−")} to −2 they are well`);
});

test("says which other parameters end outside the band of hidden weights, and that no rule reports them", () => {
  const [said = "", ...more] = sentences.filter((text) =>
    text.includes("far outside of this band"),
  );

  expect(more).toEqual([]);
  const ends = [...said.matchAll(/ v\d \(−?(\d\.\d\d)\)/g)].map(([, end]) => Number(end));
  expect(ends).not.toEqual([]);
  for (const end of ends) {
    expect(end, said).toSatisfy((one: number) => one <= 2 || one >= -Math.log10(SLOW) - 0.01);
  }
  expect(said).not.toContain("hidden1.weight");
});

test("shows every finding once for each group, with what its rule means", async () => {
  const found = await rowsOf(
    folder,
    "select distinct substr(label, 1, 2) as variant, rule, layer, param from findings join runs using (run)",
  );

  expect(html.split('<span class="level').length - 1).toBe(found.length);
  for (const { rule } of found) {
    expect(html).toContain(`<a href="#rule-${String(rule)}">`);
    expect(html).toMatch(new RegExp(`<dt id="rule-${String(rule)}">.*</dt><dd>[A-Z].{30,}</dd>`));
  }
});

test("five seeds of v1 to v7 stay under a megabyte, ask for nothing from elsewhere, and name no path of the machine", () => {
  const said = tableRows(page("docs/report.md"), "grid").find(
    (row) => row.get("grid") === "v1 to v7 with five seeds",
  );
  const size = statSync(join(folder, "report.html")).size;

  expect(size).toBeLessThan(1e6);
  expect(Math.abs(Number.parseInt(said?.get("size") ?? "", 10) / (size / 1000) - 1)).toBeLessThan(
    0.1,
  );
  expect(html).not.toMatch(/<(link|iframe|object|embed)\b/);
  expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
  expect(html).not.toMatch(/https?:|url\((?!#)|@import/);
  const [script = "", ...more] = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = ""]) => text,
  );
  const hash = createHash("sha256").update(script).digest("base64");
  expect(more).toEqual([]);
  expect(script.length).toBeLessThan(4096);
  expect(html).toContain(
    `content="default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:;`,
  );
});

test("keeps a file that is there unless told to replace it, and never leaves half of one", async () => {
  writeFileSync(join(folder, "mine.html"), "mine");

  const kept = await ablate(folder, "report", "seven", "-o", "mine.html");
  const unknown = await ablate(folder, "report", "sevn", "-o", "other.html");
  const files = readdirSync(folder).filter((name) => name.includes("html"));
  const replaced = await ablate(
    folder,
    "report",
    "seven/v5-seed=42",
    "-o",
    "mine.html",
    "--force",
    "--title",
    "One & <only>",
  );

  expect([kept.stderr, kept.status]).toEqual([
    "ablate: mine.html exists; --force replaces it\n",
    2,
  ]);
  expect(unknown.stderr).toBe('ablate: there is no run or grid "sevn"; did you mean seven?\n');
  expect(unknown.status).toBe(2);
  expect(files.sort()).toEqual(["mine.html", "report.html"]);
  expect(replaced.status).toBe(0);
  expect(readFileSync(join(folder, "mine.html"), "utf8")).toContain(
    "<h1>One &amp; &lt;only&gt;</h1>",
  );
  expect(statSync(join(folder, "mine.html")).size).toBeLessThan(html.length);
});

test("asks for a file to write to", async () => {
  const { stderr, status } = await ablate(folder, "report", "seven");

  expect([stderr, status]).toEqual([
    "ablate: -o is missing: ablate report GRID -o report.html\n",
    2,
  ]);
});

/** A column of a query that has `run`, of the runs of a variant, in the order of their seeds. */
async function ofVariant(variant: string, sql: string, column: string): Promise<readonly number[]> {
  const rows = await rowsOf(
    folder,
    `select r.seed, q.${column} as wanted from (${sql}) q join runs r using (run)
     where r.label like '${variant}-%' order by r.seed`,
  );
  expect(rows).toHaveLength(SEEDS.length);
  return numbersOf(rows, "wanted");
}

/** Expects a mean and a standard deviation rounded to as many digits as the latter allows. */
function expectRounded(texts: readonly string[] | null, values: readonly number[]): void {
  const [, mean = "", std = ""] = texts ?? [];
  const decimals = std.split(".")[1]?.length ?? 0;
  expect([mean, std]).toEqual([meanOf(values).toFixed(decimals), stdOf(values).toFixed(decimals)]);
  expect(std.replaceAll(/^0\.0*|\./g, "").length).toBeLessThanOrEqual(2);
}

function numberOf(text: string): number {
  return Number(text.replaceAll(",", ""));
}

function percent(share: number): string {
  const hundredths = 100 * share;
  return `${hundredths.toFixed(hundredths !== 0 && hundredths < 9.95 ? 1 : 0)} %`;
}

function sinceWords(first: number, last: number): string {
  if (last === 0) return "since initialisation";
  if (first === last) return `since step ${grouped(first)}`;
  return `since ${first === 0 ? "initialisation" : `step ${grouped(first)}`} to ${grouped(last)}`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}
