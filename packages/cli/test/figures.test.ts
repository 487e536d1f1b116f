/** Figures and labels as every command and view writes them: whole numbers whole, and different things different. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ablate, inTurn, makeFolder } from "./make.ts";

let folder = "";

const FIGURES = `name: figures
data: { file: names.txt, shuffle_seed: 20261128 }
model: { embedding: 2, hidden: [100, 100, 100, 100, 100, 100, 100, 100] }
train: { steps: 2 }
record: { samples: 0, probes: none, evaluate: end }
seeds: [2147483646, 2147483647]
grid:
  train.lr: [0.100001, 0.100002]
  train.batch_size: [1024, 1025]
`;

const LABELS = `name: labels
data: { file: names.txt }
model: { embedding: 2, hidden: [8, 8], activation: relu }
train: { steps: 2, batch_size: 4 }
record: { samples: 0, evaluate: end }
seeds: [1, 2]
grid:
  init.hidden.weight: [{ scheme: kaiming, gain: 0.5 }, { scheme: kaiming, gain: relu }, { scheme: kaiming, gain: 4 }]
  model.batch_norm: [none, hidden]
`;

beforeAll(async () => {
  folder = makeFolder();
  writeFileSync(join(folder, "figures.yaml"), FIGURES);
  writeFileSync(join(folder, "labels.yaml"), LABELS);
  expect((await ablate(folder, "run", "figures.yaml", "--quiet", "--workers", "1")).status).toBe(0);
  const run = ["run", "labels.yaml", "--quiet", "--workers", "1", "--store", "labels.db"];
  expect([0, 1]).toContain((await ablate(folder, ...run)).status);
});

async function written(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, status } = await ablate(folder, ...args);
  expect([args, stderr, status]).toEqual([args, "", 0]);
  return stdout;
}

const RUN = "figures/lr=0.100001-batch_size=1024-seed=2147483647";
const OTHER = "figures/lr=0.100002-batch_size=1025-seed=2147483646";

test("no command and no view rounds a whole number, or writes two settings alike", async () => {
  const page = join(folder, "figures.html");
  await ablate(folder, "report", "figures", "-o", page);
  const texts = [
    readFileSync(page, "utf8").replace(/<(svg|style|script)[\s\S]*?<\/\1>/g, ""),
    ...(await inTurn(
      [
        ["plan", "figures.yaml"],
        ["compare", "figures"],
        ["compare", "figures", "--by", "batch_size"],
        ["compare", "figures", "--by", "train.lr"],
        ["compare", "figures", "--format", "markdown"],
        ["compare", "figures", "--format", "csv"],
        ["compare", "figures", "--json"],
        ["diff", RUN, OTHER],
        ["show", RUN],
        ["runs"],
        ["config", RUN],
        ...["runs", "charts", "run", "compare"].map((view) => [
          ...["ui", "--once", "--view", view, "--size", "200x60"],
        ]),
      ],
      (args) => written(...args),
    )),
  ];

  const rounded =
    /21470+|2\.147e|202600+|202611[03]|\b1020\b|\b1030\b|(lr|rate)\W{1,40}0\.1(?![\d%])/;
  for (const text of texts) {
    expect(text).toMatch(/1024|2147483646|0\.10000[12]/);
    expect(rounded.exec(text)?.[0]).toBeUndefined();
  }
  expect(texts.filter((text) => text.includes("0.100001")).length).toBe(texts.length - 1);
  const [plan = "", compare = ""] = texts.slice(1);
  expect(plan.match(/2147483647/g)?.length).toBeGreaterThanOrEqual(4);
  expect(compare).toMatch(/1024 +0\.100001 [\s\S]*1025 +0\.100002 /);
});

test("what is written for machines is the value, a rate that never changes the number that was written", async () => {
  const differences: unknown = JSON.parse(await written("diff", RUN, OTHER, "--json"));
  const records: unknown = JSON.parse(await written("compare", "figures", "--json"));
  const csv = await written("compare", "figures", "--by", "train.lr", "--format", "csv");
  const effects: unknown = JSON.parse(
    await written("query", "select factor, value from effects order by 1, 2", "--json"),
  );

  expect(differences).toContainEqual({
    key: "train.lr",
    a: 0.100_001,
    b: 0.100_002,
    identity: true,
  });
  expect(records).toContainEqual(
    expect.objectContaining({
      ...{ kind: "row", settings: { "train.lr": 0.100_001, "train.batch_size": 1024 } },
    }),
  );
  expect(records).toContainEqual(
    expect.objectContaining({ kind: "effect", factor: "train.lr", value: "0.100002" }),
  );
  expect(csv).toMatch(/^0\.100001,0\.100001,4,/m);
  expect(effects).toContainEqual({ factor: "train.lr", value: 0.100_001 });
});

test("a value is found as it is written, and never by what another one rounds to", async () => {
  const by = ["compare", "figures", "--by", "train.lr", "--baseline"];

  expect(await written(...by, "0.100002")).toContain("difference from 0.100002");
  const { status, stderr } = await ablate(folder, ...by, "0.1");
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining("no run has train.lr 0.1, only 0.100001, 0.100002"),
  ]);
});

/** Returns the names that a view has at a width: in its first pane, its legend, or above its columns. */
async function namesAt(view: "runs" | "charts" | "compare", columns: number): Promise<string[]> {
  const size = ["--size", `${columns}x40`, "--store", "labels.db"];
  const lines = (await written("ui", "--once", "--view", view, ...size)).split("\n");
  const shown = view === "runs" ? lines.map((line) => line.split("│")[0] ?? "") : lines;
  return shown.flatMap((line) =>
    [...line.matchAll(/[━╍┅┉] (?:▸ )?(\S.*?×2)/g)].map(([, name = ""]) => name),
  );
}

test.each([40, 80, 110, 120, 160, 200])("names of groups differ in %i columns", async (columns) => {
  const [runs, charts, compare] = await inTurn(["runs", "charts", "compare"] as const, (view) =>
    namesAt(view, columns),
  );

  expect(new Set(runs).size).toBe(6);
  expect(runs).toHaveLength(6);
  expect(new Set(charts).size).toBe(charts?.length);
  expect(charts).toHaveLength(6);
  expect(new Set(compare).size).toBe(compare?.length);
  if (columns > 40) expect(compare?.[0]).toBe("0.5·none ×2");
});

test("names of groups are short where labels do not fit, and labels where they do", async () => {
  expect(await namesAt("runs", 260)).toContain("weight=kaiming_gain_0.5-batch_norm=none ×2");
  expect(await namesAt("charts", 200)).toContain("kaiming relu · hidden ×2");
  expect(await namesAt("runs", 80)).toContain("kaiming 4 · hidden ×2");
});

test("a report calls groups by what differs where their labels are long, and its tables tell losses apart", async () => {
  const page = join(folder, "labels.html");
  await ablate(folder, "report", "labels", "--store", "labels.db", "-o", page);
  const html = readFileSync(page, "utf8");

  for (const name of ["kaiming 0.5 · none", "kaiming relu · hidden", "kaiming 4 · none"]) {
    expect(html).toContain(`>${name}</text>`);
  }
  const figures = join(folder, "losses.html");
  await ablate(folder, "report", "figures", "-o", figures);
  const [, rows = ""] =
    /<caption>Every run,[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(readFileSync(figures, "utf8")) ??
    [];
  const losses = rows
    .split("</tr>")
    .flatMap((row) => row.match(/>\d\.\d{4,}(?=<)/g)?.slice(1, 2) ?? []);
  expect(losses).toHaveLength(8);
  expect(new Set(losses).size).toBe(8);
});
