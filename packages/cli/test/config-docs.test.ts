import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CONFIG_KEYS,
  ConfigError,
  loadConfig,
  type Overrides,
  type PlannedRun,
  planRuns,
  type ResolvedConfig,
} from "@ablate/runner";
import { expect, test } from "vitest";
import { blocks, page, sections, tableRows } from "./documents.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const text = page("docs/config.md");
const rows = tableRows(text, "key").map((row) => ({
  keys: keysOf(row.get("key") ?? ""),
  defaults: row.get("default") ?? "",
  meaning: row.get("meaning") ?? "",
}));
const schemes = tableRows(sections(text).get("Initialisation schemes") ?? "", "scheme");

test("every key of a config is documented, and no other", () => {
  expect(rows.flatMap(({ keys }) => keys).sort()).toEqual([...CONFIG_KEYS].sort());
});

test("the documented defaults are those of a config that says nothing else", () => {
  const { resolved } = only(plan("data: { file: ../data/names.txt }"));
  const literal = rows.flatMap(({ keys, defaults }) => {
    const values = keys.length === 1 ? [defaults] : defaults.split(", ");
    return keys.flatMap((key, i): [string, string][] => {
      const value = (values[i] ?? "").replaceAll("`", "");
      return /^[\d.]+$|^\[\d+\]$|^(tanh|true|end|none|simd|normal|ones|zeros)$/.test(value)
        ? [[key, value]]
        : [];
    });
  });

  expect(literal.length).toBeGreaterThan(15);
  for (const [key, value] of literal) {
    const stated = only(plan(`data: { file: ../data/names.txt }\n${key}: ${value}`));
    expect(stated.resolved, key).toEqual(resolved);
  }
});

test("the documented defaults of what is drawn are those of a config that says nothing else", () => {
  const { init } = only(plan("data: { file: ../data/names.txt }")).resolved;
  const cell = (key: string) => rows.find(({ keys }) => keys.includes(key))?.defaults;

  expect(cell("init.hidden.weight")).toBe("Kaiming, gain 5/3");
  expect(init.hidden.weight).toMatchObject({ scheme: "kaiming", gain: 5 / 3 });
  expect(cell("init.hidden.bias")).toBe("normal, std 0.01");
  expect(init.hidden.bias).toMatchObject({ scheme: "normal", std: 0.01 });
  expect(cell("init.output.weight")).toBe("normal, std 0.01");
  expect(init.output.weight).toMatchObject({ scheme: "normal", std: 0.01 });
  expect(cell("init.output.bias")).toBe("normal, std 0");
  expect(init.output.bias).toMatchObject({ scheme: "normal", std: 0 });
});

test("the settings of batch norm are documented with their defaults", () => {
  const row = rows.find(({ keys }) => keys.includes("model.batch_norm"))?.meaning ?? "";

  expect(allowedBeside("model.batch_norm={ nonsense: 1 }")).toEqual(
    ["where", "epsilon", "momentum", "running"].filter((name) => row.includes(`\`${name}\``)),
  );
  expect(row).toContain("`where` (hidden), `epsilon` (1e-5), `momentum` (0.1)");
  expect(only(plan(minimal, { set: ["model.batch_norm={}"] })).resolved.model.batch_norm).toEqual({
    where: "hidden",
    epsilon: 1e-5,
    momentum: 0.1,
    running: "variance",
  });
});

test("every initialisation scheme is documented, and no other", () => {
  expect(schemes.flatMap((row) => named(row.get("scheme"))).sort()).toEqual(
    allowedBeside("init.embedding=nonsense").sort(),
  );
});

test.each(
  schemes.flatMap((row) => named(row.get("scheme")).map((scheme) => [scheme, row] as const)),
)("every setting of %s is documented, and no other", (scheme, row) => {
  const value = scheme === "constant" ? ", value: 1" : "";
  const settings = (row.get("settings") ?? "")
    .replace(/\([^)]*\)/g, "")
    .replace(/`value` of a constant/, scheme === "constant" ? "`value`" : "");

  expect(allowedBeside(`init.embedding={ scheme: ${scheme}${value}, nonsense: 1 }`).sort()).toEqual(
    ["scheme", "scale", ...named(settings)].sort(),
  );
});

test("the documented defaults of schemes are those of a scheme that says nothing else", () => {
  const defaults = schemes.flatMap((row) =>
    [...(row.get("settings") ?? "").matchAll(/`(\w+)` \(([-\d.]+)/g)].flatMap(([, name, value]) =>
      named(row.get("scheme")).map((scheme) => [scheme, name, value]),
    ),
  );

  expect(defaults.length).toBeGreaterThan(4);
  for (const [scheme, name, value] of defaults) {
    const [stated, left] = [`, ${name}: ${value}`, ""].map((setting) =>
      only(plan(minimal, { set: [`init.embedding={ scheme: ${scheme}${setting} }`] })),
    );
    expect(stated?.hash, `${scheme} ${name}`).toBe(left?.hash);
  }
});

test("the page's example is eight runs in the order it says", () => {
  const [example = "", ...others] = blocks(text, "yaml");
  const labels = plan(example).map(({ label }) => label);

  expect(others).toEqual([]);
  expect(text).toContain("These are eight runs, in this order: `variants` vary slowest");
  expect(labels).toEqual(EIGHT);
  expect(plan(example).map(({ name }) => name)).toContain("my-grid/too-large-lr=0.01-seed=2");
  expect(text).toContain("`my-grid/too-large-lr=0.01-seed=2`");
});

test("the readme's example is eight runs: two variants, two learning rates, two seeds", () => {
  const readme = page("README.md");
  const [example = "", ...others] = blocks(readme, "yaml");

  expect(others).toEqual([]);
  expect(readme).toContain("Eight runs: two variants, two learning rates, two seeds.");
  expect(plan(example).map(({ label }) => label)).toEqual(EIGHT);
});

test("a dotted key and a nested map mean the same", () => {
  const [, dotted = "", nested = ""] =
    /`([^`]+)` is `([^`]+)`/.exec(text.replaceAll("\n", " ")) ?? [];

  expect([dotted, nested]).toEqual([
    "init.hidden.bias: zeros",
    "init: { hidden: { bias: zeros } }",
  ]);
  expect(only(plan(`${minimal}\n${dotted}`)).hash).toBe(only(plan(`${minimal}\n${nested}`)).hash);
  expect(only(plan(`${minimal}\n${dotted}`)).hash).not.toBe(only(plan(minimal)).hash);
});

test.each([
  ["train.lr", { "0": 0.1, "100000": 0.01 }],
  ["train.l2", { embedding: 0.1, "hidden1.weight": 0.1 }],
] as const)("the example of %s in the table is taken", (key, value) => {
  const meaning = rows.find(({ keys }) => keys.includes(key))?.meaning ?? "";
  const [, example = ""] = /`(\{[^`]+\})`/.exec(meaning) ?? [];
  const { train } = only(plan(minimal, { set: [`${key}=${example}`] })).resolved;

  expect(train[key === "train.lr" ? "lr" : "l2"]).toEqual(value);
});

test("several values of --set become a factor of the grid", () => {
  expect(text).toContain("`--set train.lr=0.1,0.01`");
  expect(plan(minimal, { set: ["train.lr=0.1,0.01"] }).map(({ label }) => label)).toEqual([
    "lr=0.1",
    "lr=0.01",
  ]);
});

test("--only keeps the runs that it says", () => {
  const [, only = ""] = /`--only "([^"]+)"`/.exec(text) ?? [];
  const folder = makeFolder();
  const config = page("configs/quickstart.yaml").replace("../data/names.txt", "names.txt");
  writeFileSync(join(folder, "quickstart.yaml"), config);
  const args = ["--only", only, "--seeds", "1,2", "--json"];

  const kept = jsonRows(ablate(folder, "plan", "quickstart.yaml", ...args));

  expect(kept.map(({ run }) => run)).toEqual(
    ["v5", "v7"].flatMap((v) => [1, 2].map((seed) => `quickstart/${v}-seed=${seed}`)),
  );
});

test("the config that a run is stored with has every key that belongs to one run", () => {
  const ofTheGrid = ["name", "description", "seeds", "variants", "grid"];
  const { resolved } = only(plan(minimal));
  const missing = CONFIG_KEYS.filter((key) => !ofTheGrid.includes(key) && !has(resolved, key));

  expect(missing).toEqual([]);
  expect(resolved.seed).toBe(42);
});

const minimal = "data: { file: ../data/names.txt }";

const EIGHT = ["kaiming", "too-large"].flatMap((variant) =>
  ["0.1", "0.01"].flatMap((lr) => ["1", "2"].map((seed) => `${variant}-lr=${lr}-seed=${seed}`)),
);

/** The runs of a config of this text in a folder `configs` beside `data/names.txt`. */
function plan(config: string, overrides: Overrides = {}): readonly PlannedRun[] {
  const folder = makeFolder();
  for (const name of ["configs", "data"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "data", "names.txt"), "");
  const file = join(folder, "configs", "example.yaml");
  writeFileSync(file, config);
  const { runs } = planRuns(loadConfig(file, overrides), "hash of the data");
  // Two folders are two paths of one data file, which decide nothing.
  return runs.map((run) => {
    const { data } = run.resolved;
    expect(data.file).toBe(join(folder, "data", "names.txt"));
    return { ...run, resolved: { ...run.resolved, data: { ...data, file: "names.txt" } } };
  });
}

function only([run, ...others]: readonly PlannedRun[]): PlannedRun {
  if (run === undefined || others.length > 0) throw new Error("not one run");
  return run;
}

/** What the message about a wrong setting says is allowed. */
function allowedBeside(setting: string): string[] {
  try {
    plan(minimal, { set: [setting] });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.slice(error.message.indexOf("allowed: ") + 9).split(", ");
  }
  throw new Error(`${setting} is allowed`);
}

/** The keys of a cell: `init.hidden.gamma`, `.beta` are two. */
function keysOf(cell: string): readonly string[] {
  const [first = "", ...others] = named(cell);
  const parent = first.slice(0, first.lastIndexOf("."));
  return [first, ...others.map((other) => `${parent}${other}`)];
}

/** What a cell has in backquotes. */
function named(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

function has(config: ResolvedConfig, key: string): boolean {
  let value: unknown = config;
  for (const name of key.split(".")) {
    if (typeof value !== "object" || value === null || !(name in value)) return false;
    value = Object.entries(value).find(([one]) => one === name)?.[1];
  }
  return true;
}
