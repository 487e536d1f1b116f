/** What the rules say of the notebook's runs, trained on the real names. */
import { fileURLToPath } from "node:url";
import { type Finding, type Rule, THRESHOLDS } from "@ablate/core";
import { openReader, openWriter, type StoreReader } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { diagnoseRecorded, loadConfig, planRuns, readData, runGrid } from "../src/index.ts";
import type { FindingsEvent, GridEvent } from "../src/train/events.ts";
import { makePath } from "./run-make.ts";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));

const STEPS = 1000;

let reader: StoreReader;
const events: GridEvent[] = [];

beforeAll(async () => {
  const path = makePath();
  const store = openWriter(path);
  for (const name of [
    "init-schemes",
    "deep-linear",
    "no-fan-in",
    "learning-rate",
    "deep-batch-norm",
  ]) {
    await trainConfig(name, store);
  }
  store.close();
  reader = openReader(path);
}, 300_000);

async function trainConfig(name: string, store: ReturnType<typeof openWriter>): Promise<void> {
  const config = loadConfig(`${CONFIGS}${name}.yaml`, {
    set: ["record.evaluate=none", "record.samples=0"],
    steps: STEPS,
  });
  const { hash: dataHash, lists: data } = readData(config, (path) => path);
  const { runs } = planRuns(config, dataHash);
  await runGrid({
    store,
    grid: { name: config.name, description: "", spec: "", runs },
    runs: runs.map(({ hash, spec, resolved: { record, engine } }) => ({
      hash,
      spec,
      record,
      engine,
    })),
    data,
    dataHash,
    provenance: {},
    workers: 2,
    onEvent: (event) => events.push(event),
  });
}

const serious = (findings: readonly Finding[]) =>
  [...new Set(findings.filter(({ level }) => level !== "info").map(({ rule }) => rule))].sort();

/** Rules that say more than information before the first step. */
function atInit(run: string): Rule[] {
  const first = events.find(
    (event): event is FindingsEvent => event.event === "findings" && event.run === run,
  );
  expect(first?.step).toBe(0);
  return serious(first?.findings ?? []);
}

/** The same at the end, from what the store has. */
function atEnd(run: string): string[] {
  return [
    ...new Set(
      reader
        .findings(run)
        .filter(({ level }) => level !== "info")
        .map(({ rule }) => rule),
    ),
  ].sort();
}

test.each([
  ["init-schemes/v1", ["initial-loss", "saturated"]],
  ["init-schemes/v2", ["saturated"]],
  ["init-schemes/v3", []],
  ["init-schemes/v4", []],
  ["init-schemes/v5", []],
  ["init-schemes/v7", []],
  ["deep-linear/gain-5-3", ["exploding-gradients", "growing-activations", "initial-loss"]],
  ["deep-linear/gain-1", []],
  ["deep-linear/gain-0.5", ["shrinking-activations", "vanishing-gradients"]],
  ["no-fan-in/divided", []],
  ["no-fan-in/undivided", ["exploding-gradients", "initial-loss", "saturated"]],
  ["learning-rate/lr=0.001", []],
  ["deep-batch-norm/gain-5-3", []],
  ["deep-batch-norm/gain-1", []],
  ["deep-batch-norm/gain-0.2", []],
])("at initialisation %s shows %j", (run, rules) => {
  expect(atInit(run)).toEqual(rules);
});

test.each([
  ["init-schemes/v1", ["initial-loss", "saturated"]],
  ["init-schemes/v2", ["saturated"]],
  ["init-schemes/v3", []],
  ["init-schemes/v4", []],
  ["init-schemes/v5", []],
  ["init-schemes/v7", []],
  [
    "deep-linear/gain-5-3",
    ["divergence", "exploding-gradients", "growing-activations", "initial-loss"],
  ],
  ["deep-linear/gain-1", []],
  ["deep-linear/gain-0.5", []],
  ["no-fan-in/divided", []],
  [
    "no-fan-in/undivided",
    ["exploding-gradients", "fast-updates", "initial-loss", "saturated", "uneven-updates"],
  ],
  ["learning-rate/lr=0.001", ["slow-updates"]],
  ["deep-batch-norm/gain-5-3", []],
  ["deep-batch-norm/gain-1", []],
  ["deep-batch-norm/gain-0.2", ["fast-updates"]],
])("after its training %s shows %j", (run, rules) => {
  expect(atEnd(run)).toEqual(rules);
});

test("v3 to v5 have not even information to show at initialisation", () => {
  for (const run of ["v3", "v4", "v5"]) {
    const first = events.find(
      (event) => event.event === "findings" && event.run.endsWith(`/${run}`),
    );
    expect(first).toMatchObject({ step: 0, findings: [] });
  }
});

test("findings name the layers and parameters, and since when", () => {
  const of = (run: string, rule: Rule) =>
    reader.findings(run).filter((finding) => finding.rule === rule);
  const hidden = [1, 2, 3, 4, 5].map((i) => `hidden${i}.weight`);

  expect(
    of("learning-rate/lr=0.001", "slow-updates").map(({ param, step }) => [param, step]),
  ).toEqual(hidden.map((name) => [name, 100]));
  expect(
    of("deep-batch-norm/gain-0.2", "fast-updates").map(({ param, step }) => [param, step]),
  ).toEqual(hidden.map((name) => [name, 100]));
  expect(of("no-fan-in/undivided", "saturated").map(({ layer, step }) => [layer, step])).toEqual(
    [1, 2, 3, 4, 5].map((i) => [`hidden${i}`, 0]),
  );
  expect(of("deep-linear/gain-5-3", "divergence")).toMatchObject([{ level: "error", step: 6 }]);
});

test("activations that no longer shrink are information, with the steps at which they did", () => {
  const [finding] = reader
    .findings("deep-linear/gain-0.5")
    .filter(({ rule }) => rule === "shrinking-activations");

  expect(finding).toMatchObject({ level: "info", step: 0 });
  expect(finding?.message).toContain("no longer at step 200");
});

test("what is recorded gives the findings that were stored, of every run", () => {
  const runs = reader.runs();

  expect(runs.length).toBe(15);
  for (const run of runs) expect(diagnoseRecorded(reader, run)).toEqual(reader.findings(run.name));
  expect(runs.flatMap(({ name }) => reader.findings(name)).length).toBeGreaterThan(20);
});

test("what is recorded can be judged by other thresholds", () => {
  const run = reader.run("init-schemes/v2");
  if (run === undefined) throw new Error("there is no v2");

  const rules = diagnoseRecorded(reader, run, { saturated: 0.9 }).map(({ rule }) => rule);

  expect(rules).not.toContain("saturated");
  expect(JSON.parse(reader.thresholds(run.name) ?? "")).toMatchObject(THRESHOLDS);
});
