import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasBatchNorm, learningRateAt } from "@ablate/core";
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
import { blocks, page, tableRows } from "./documents.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const text = page("docs/config.md");
/** The page with its lines joined. */
const prose = text.replace(/\s+/g, " ");
const keys = tableRows(text, "key").map((row) => ({
  key: unquoted(row.get("key")),
  usual: row.get("default") ?? "",
  example: unquoted(row.get("example")),
}));
const settings = tableRows(text, "setting");
const schemes = tableRows(text, "scheme");
const minimal = "data: { file: ../data/names.txt }";

test("every key of a config is documented, in order, and no other", () => {
  expect(keys.map(({ key }) => key)).toEqual(CONFIG_KEYS);
});

/** What a run says of its data only where it decides; names.test.ts has what these do. */
const WHERE_IT_DECIDES = ["data.validation", "data.test", "data.separator", "data.end"];

/** What a run says only where it is not as it was before there was such a key. */
const WHERE_IT_IS_NOT_USUAL = [
  ...["norm", "residual", "dropout", "layers", "tie"].map((name) => `model.${name}`),
  ...["weight", "bias", "gamma", "beta"].map((name) => `init.hidden1.${name}`),
  "init.skip",
  ...["optimizer", "groups", "clip", "batches", "label_smoothing"].map((name) => `train.${name}`),
  "record.best",
];

test("the documented default of every key is what a config has that says nothing else", () => {
  const { resolved } = only(plan(minimal));
  const stated = keys.filter(
    ({ key, usual }) => /^`.+`$/.test(usual) && isOfRun(key) && !WHERE_IT_DECIDES.includes(key),
  );

  expect(stated.length).toBeGreaterThan(20);
  for (const { key, usual } of stated) {
    const run = only(plan(minimal, { set: [`${key}=${unquoted(usual)}`] }));
    expect(run.resolved, key).toEqual(resolved);
  }
  expect(only(plan(`${minimal}\nseeds: [42]`)).hash).toBe(only(plan(minimal)).hash);
});

test("the documented example of every key is taken and changes what a config has", () => {
  const { resolved } = only(plan(minimal));
  const changed = keys.filter(({ key }) => isOfRun(key) && key !== "data.file" && key !== "engine");

  const beside: Readonly<Record<string, string>> = {
    "model.residual": "model.hidden: [30, 30]",
    "model.tie": "model.hidden: [10]",
    "record.best": "record.evaluate: { every: 10 }",
  };

  for (const { key, example } of changed) {
    const base = `${minimal}\n${beside[key] ?? ""}`;
    const without = key in beside ? only(plan(base)).resolved : resolved;
    expect(example.startsWith(`${key}: `), key).toBe(true);
    expect(only(plan(`${base}\n${example}`)).resolved, key).not.toEqual(without);
  }
});

test("the documented examples of the keys of a grid are taken", () => {
  const ofGrid = keys.filter(({ key }) => !isOfRun(key) && key !== "extends");
  const beside: Readonly<Record<string, string>> = {
    when: "grid: { model.batch_norm: [none, hidden], init.hidden.gamma: [ones, zeros] }",
    exclude: "grid: { train.lr: [0.1, 1], model.batch_norm: [none, hidden] }",
  };

  for (const { key, example } of ofGrid) {
    const runs = plan([minimal, beside[key] ?? "", example].join("\n"));
    expect(runs.length, key).toBeGreaterThan(0);
  }
});

test("the settings of batch norm are documented with their defaults, and no other", () => {
  const names = settings.map((row) => unquoted(row.get("setting")));
  const usual = settings.map(
    (row) => `${unquoted(row.get("setting"))}: ${unquoted(row.get("default"))}`,
  );
  const normOf = (value: string) =>
    new Map(
      Object.entries(only(plan(minimal, { set: [`model.batch_norm=${value}`] })).resolved.model),
    ).get("batch_norm");

  expect(names).toEqual(allowedBeside("model.batch_norm={ nonsense: 1 }"));
  expect(normOf(`{ ${usual.join(", ")} }`)).toEqual(normOf("{}"));
  for (const row of settings.slice(1)) {
    expect(normOf(`{ ${unquoted(row.get("example"))} }`)).not.toEqual(normOf("{}"));
  }
});

test("every initialisation scheme is documented, and no other", () => {
  expect(schemes.flatMap((row) => named(row.get("scheme"))).sort()).toEqual(
    allowedBeside("init.embedding=nonsense").sort(),
  );
});

test.each(
  schemes.flatMap((row) => named(row.get("scheme")).map((scheme) => [scheme, row] as const)),
)("the settings of %s are documented with their defaults, and no other", (scheme, row) => {
  const documented = settingsOfScheme(row);
  const value = scheme === "constant" ? ", value: 1" : "";
  const planned = (more: string) =>
    only(plan(minimal, { set: [`init.embedding={ scheme: ${scheme}${value}${more} }`] })).hash;

  expect(allowedBeside(`init.embedding={ scheme: ${scheme}${value}, nonsense: 1 }`).sort()).toEqual(
    ["scheme", "scale", ...documented.map(({ name }) => name)].sort(),
  );
  for (const { name, usual } of documented.filter((one) => one.usual !== "required")) {
    expect(planned(`, ${name}: ${usual}`), name).toBe(planned(""));
  }
  expect(planned(", scale: 1")).toBe(planned(""));
});

test("the page's first example is a grid of three factors, one exclusion and two seeds: 20 runs", () => {
  const [example = ""] = blocks(text, "yaml");
  const runs = plan(example);

  expect(prose).toContain("2 x 2 x 3 combinations");
  expect(prose).toContain("times two seeds: 20 runs");
  expect(runs).toHaveLength(20);
  expect(prose).toContain(`The first run is called \`${runs[0]?.name}\``);
  expect(
    runs.filter(({ spec }) => !hasBatchNorm(spec.model) && learningRateAt(spec.train.lr, 0) === 1),
  ).toEqual([]);
  expect(new Set(runs.map(({ spec }) => spec.seed))).toEqual(new Set([1, 2]));
});

test("the page's other examples are as many runs as it says", () => {
  const [, list = "", decay = "", twoWays = "", gains = "", ...others] = blocks(text, "yaml");

  expect(others).toEqual([]);
  expect([plan(list), plan(decay)].map((runs) => runs.length)).toEqual([1, 1]);
  expect(prose).toContain("nine runs. The last one is `two-ways/steps=100`");
  expect(plan(twoWays)).toHaveLength(9);
  expect(plan(twoWays).at(-1)?.name).toBe("two-ways/steps=100");
  expect(prose).toContain("Five runs: one without batch norm, two each with it.");
  expect(plan(gains).map(({ label }) => label)).toEqual([
    "batch_norm=none",
    "batch_norm=hidden-gamma=ones",
    "batch_norm=hidden-gamma=constant_value_0.5",
    "batch_norm=all-gamma=ones",
    "batch_norm=all-gamma=constant_value_0.5",
  ]);
});

test("value makers make what the page says", () => {
  const said = [
    ...text.matchAll(/`(\{ (?:range|linspace|logspace): \[[\d., ]+\] \})` is ([\d., ]+\d)/g),
  ];

  expect(said).toHaveLength(3);
  for (const [, maker, values = ""] of said) {
    const runs = plan(`${minimal}\ngrid: { train.l2: ${maker} }`);
    const expected = plan(`${minimal}\ngrid: { train.l2: [${values}] }`);
    expect(
      runs.map(({ hash }) => hash),
      maker,
    ).toEqual(expected.map(({ hash }) => hash));
  }
});

test("the readme's example is eight runs in an empty folder: two variants, two learning rates, two seeds", async () => {
  const readme = page("README.md");
  const [example = "", ...others] = blocks(readme, "yaml");

  expect(others).toEqual([]);
  expect(readme).toContain("This is eight runs: two variants, two learning rates, two seeds.");
  const folder = makeFolder();
  writeFileSync(join(folder, "example.yaml"), example);
  const runs = jsonRows(await ablate(folder, "plan", "example.yaml", "--json"));
  expect(runs.map(({ run }) => run)).toEqual(EIGHT.map((label) => `my/${label}`));
  expect(prose).toContain("`my/too-large-lr=0.01-seed=2`");
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

test("several values of --set become a factor of the grid", () => {
  const labels = (set: string) => plan(minimal, { set: [set] }).map(({ label }) => label);

  expect(prose).toContain("`--set train.lr=0.1,0.01`");
  expect(labels("train.lr=0.1,0.01")).toEqual(["lr=0.1", "lr=0.01"]);
  expect(prose).toContain('`--set "train.lr={ logspace: [0.001, 1, 4] }"`');
  expect(labels("train.lr={ logspace: [0.001, 1, 4] }")).toEqual([
    "lr=0.001",
    "lr=0.01",
    "lr=0.1",
    "lr=1",
  ]);
});

test("--only keeps the runs that it says", async () => {
  const [, only = ""] = /`--only "([^"]+)"`/.exec(text) ?? [];
  const folder = makeFolder();
  const config = page("configs/quickstart.yaml").replace("../data/names.txt", "names.txt");
  writeFileSync(join(folder, "quickstart.yaml"), config);
  const args = ["--only", only, "--seeds", "1,2", "--json"];

  const kept = jsonRows(await ablate(folder, "plan", "quickstart.yaml", ...args));

  expect(kept.map(({ run }) => run)).toEqual(
    ["v5", "v7"].flatMap((v) => [1, 2].map((seed) => `quickstart/${v}-seed=${seed}`)),
  );
});

test("the config that a run is stored with has every key that belongs to one run", () => {
  const { resolved } = only(plan(minimal));
  const missing = CONFIG_KEYS.filter((key) => isOfRun(key) && !has(resolved, key));

  expect(missing).toEqual([...WHERE_IT_DECIDES, ...WHERE_IT_IS_NOT_USUAL]);
  expect(resolved.seed).toBe(42);
});

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

/** Whether a key is about one run, not about the grid. */
function isOfRun(key: string): boolean {
  return /^(data|model|init|train|record|engine)\b/.test(key);
}

/** The settings of a scheme's row: `gain` (1; number from 0). */
function settingsOfScheme(row: ReadonlyMap<string, string>): { name: string; usual: string }[] {
  const cell = row.get("settings and their defaults") ?? "";
  return [...cell.matchAll(/`(\w+)` \(([^;]+);/g)].map(([, name = "", usual = ""]) => ({
    name,
    usual,
  }));
}

function unquoted(cell = ""): string {
  return cell.replace(/^`(.*)`$/, "$1");
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
