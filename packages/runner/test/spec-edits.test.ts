import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ConfigError, type Problem } from "../src/config/config-error.ts";
import { loadConfig } from "../src/grid/load-config.ts";
import { planRuns } from "../src/plan/plan-runs.ts";
import { EDITS, randomFrom } from "./random-edits.ts";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));
/** A config with every part that a grid can have, beside those of the checkout. */
const ALL_PARTS = `extends: below.yaml
variants: { v1: { train.steps: 5 }, c: {} }
zip:
  - { train.lr: 0.1, train.l2: { embedding: 0.1 } }
  - { train.lr: { logspace: [0.1, 1, 2] }, train.l2: { linspace: [0, 1, 2] } }
grid:
  model.embedding: { range: [2, 4] }
  model.bias: [true, false]
  init.hidden.bias: [ones, { scheme: normal, std: 1/2 }]
when:
  init.hidden.bias: [{ model.bias: true }, { variant: c, train.lr: 1 }]
exclude:
  - { variant: c, model.bias: false }
  - { seed: 2, train.lr: 1 }
include: [{ train.lr: 0.7, model.hidden: [5] }, { model: { hidden: [7], bias: false } }]
seeds: { range: [1, 3] }
`;
const BELOW = "data: { file: names.txt }\nmodel: { hidden: [3] }\n";
/** `pnpm test:long` has the long form. */
const COUNT = process.env.ABLATE_LONG ? 5000 : 1250;
const DAMAGED = "damaged.yaml";
const NAMES = /^[A-Za-z0-9._=-]+\/[A-Za-z0-9._=-]+$/;

test(`${COUNT.toLocaleString("en")} damaged configs give a plan or positions, never anything else`, () => {
  const folder = makeConfigs();
  const files = readdirSync(folder);
  const random = randomFrom(42);
  const edits = Object.entries(EDITS);
  const outcomes = new Map<string, { plans: number; errors: number }>();

  for (let i = 0; i < COUNT; i++) {
    const file = files[i % files.length] ?? "";
    const [name, edit] = edits[random(edits.length)] ?? ["", (bytes: Buffer) => bytes];
    let bytes = edit(readFileSync(join(folder, file)), random);
    if (random(3) === 0) bytes = (edits[random(edits.length)]?.[1] ?? edit)(bytes, random);
    const path = join(folder, DAMAGED);
    writeFileSync(path, bytes);

    const outcome = outcomeOf(path, `edit ${i}: ${name} in ${file}`);

    const counts = outcomes.get(name) ?? { plans: 0, errors: 0 };
    counts[outcome] += 1;
    outcomes.set(name, counts);
  }

  expect([...outcomes.keys()].sort()).toEqual(Object.keys(EDITS).sort());
  const total = (key: "plans" | "errors"): number =>
    [...outcomes.values()].reduce((sum, counts) => sum + counts[key], 0);
  expect(total("plans")).toBeGreaterThan(COUNT / 20);
  expect(total("errors")).toBeGreaterThan(COUNT / 4);
});

/** Plans the file; anything but a sound plan or problems with positions fails the test. */
function outcomeOf(path: string, what: string): "plans" | "errors" {
  try {
    const { runs } = planRuns(loadConfig(path, { mostRuns: 10_000 }), "data");
    const names = runs.map(({ name }) => name);
    expect(new Set(names).size, what).toBe(names.length);
    expect(names.length, what).toBeGreaterThan(0);
    expect(
      names.filter((name) => name.length > 80 || !NAMES.test(name)),
      what,
    ).toEqual([]);
    return "plans";
  } catch (error) {
    if (!(error instanceof ConfigError)) throw new Error(what, { cause: error });
    expect(error.problems.length, what).toBeGreaterThan(0);
    expect(
      error.problems.filter((problem) => !isClear(problem)),
      what,
    ).toEqual([]);
    return "errors";
  }
}

/** Has a place in a file, and is one line that says something of the config. */
function isClear({ source, line, col, message }: Problem): boolean {
  const hasPlace = source !== "" && line !== null && line >= 1 && col !== null && col >= 1;
  const isOneLine = /\S/.test(message) && !/[\p{Cc}\u2028\u2029]/u.test(message);
  return hasPlace && isOneLine && !/undefined|\[object|invalid input|native code/i.test(message);
}

/** The configs of the checkout beside each other, since some extend others, and one more. */
function makeConfigs(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "ablate-edits-")), "configs");
  mkdirSync(folder);
  for (const file of readdirSync(CONFIGS).filter((name) => name.endsWith(".yaml"))) {
    copyFileSync(join(CONFIGS, file), join(folder, file));
  }
  writeFileSync(join(folder, "all-parts.yaml"), ALL_PARTS);
  writeFileSync(join(folder, "below.yaml"), BELOW);
  return folder;
}

test("the config of all parts is sound before it is damaged", () => {
  expect(outcomeOf(join(makeConfigs(), "all-parts.yaml"), "all parts")).toBe("plans");
});
