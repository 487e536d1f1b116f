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
import { planRuns } from "../src/plan/plan-runs.ts";
import { ConfigError } from "../src/spec/config-error.ts";
import { loadConfig } from "../src/spec/load-config.ts";
import { EDITS, randomFrom } from "./random-edits.ts";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));
const COUNT = 5000;
const NAMES = /^[A-Za-z0-9._=-]+\/[A-Za-z0-9._=-]+$/;

test("5,000 damaged configs give a plan or positions, never anything else, each in under two seconds", () => {
  const files = readdirSync(CONFIGS).filter((name) => name.endsWith(".yaml"));
  const folder = copyOf(files);
  const random = randomFrom(42);
  const edits = Object.entries(EDITS);
  const outcomes = new Map<string, { plans: number; errors: number }>();

  for (let i = 0; i < COUNT; i++) {
    const file = files[i % files.length] ?? "";
    const [name, edit] = edits[random(edits.length)] ?? ["", (bytes: Buffer) => bytes];
    let bytes = edit(readFileSync(join(CONFIGS, file)), random);
    if (random(3) === 0) bytes = (edits[random(edits.length)]?.[1] ?? edit)(bytes, random);
    const path = join(folder, "damaged.yaml");
    writeFileSync(path, bytes);
    const begin = performance.now();

    const outcome = outcomeOf(path, `edit ${i}: ${name} in ${file}`);

    expect(performance.now() - begin, `edit ${i}: ${name} in ${file}`).toBeLessThan(2000);
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
    for (const name of names) {
      expect(name.length, what).toBeLessThanOrEqual(80);
      expect(name, what).toMatch(NAMES);
    }
    return "plans";
  } catch (error) {
    if (!(error instanceof ConfigError)) throw new Error(what, { cause: error });
    expect(error.problems.length, what).toBeGreaterThan(0);
    for (const { source, line, col, message } of error.problems) {
      expect(source, what).not.toBe("");
      expect(
        [line, col].every((place) => place !== null && place >= 1),
        what,
      ).toBe(true);
      expect(message, what).toMatch(/\S/);
      expect(message, what).not.toMatch(/undefined|\[object|invalid input|function/i);
      expect(message.split("\n"), what).toHaveLength(1);
    }
    return "errors";
  }
}

/** The configs beside each other, for those that extend another. */
function copyOf(files: readonly string[]): string {
  const folder = join(mkdtempSync(join(tmpdir(), "ablate-edits-")), "configs");
  mkdirSync(folder);
  for (const file of files) copyFileSync(join(CONFIGS, file), join(folder, file));
  return folder;
}
