/** Every option of every verb: what it may be is either told to shells or cannot be listed. */
import { beforeAll, expect, test } from "vitest";
import type { Option } from "../src/command-line/command.ts";
import { VERBS } from "../src/verbs.ts";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

/** What help calls the values that no list could hold, or that completion finds elsewhere. */
const OPEN: readonly string[] = [
  ...["FILE", "PATH", "RUN", "GRID", "FILTER", "TAG", "KEY", "RUN|VALUE", "TEXT", "SQL"],
  ...["N", "I", "S", "R", "D", "AGE", "COLSxROWS", "1,2,3", "LIST", "COLUMN"],
  ...["KEY=VALUE", "thresholds.NAME=VALUE", "LAYER"],
  ...["URL", "SIZE", "+NAME", "STEP", "STEPS", "FROM-TO", "LENGTH"],
];

/** Options that take names of runs, groups and metrics alike. */
const OF_NAMES: readonly string[] = [
  "ui --mark",
  "ui --metrics",
  "ui --hide",
  "ui --only",
  "chart --series",
  "chart --hide",
];

type Row = readonly [verb: string, name: string, option: Option];

async function optionsOfVerbs(): Promise<readonly Row[]> {
  const loaded = VERBS.map(async ({ name: verb, load }): Promise<readonly Row[]> => {
    const { command } = await load();
    return Object.entries(command.options).map(([name, option]): Row => [verb, name, option]);
  });
  return (await Promise.all(loaded)).flat();
}

const OPTIONS = await optionsOfVerbs();

test("an option that takes a value from a list has the list", () => {
  const unlisted = OPTIONS.filter(([, , { value }]) => value !== undefined)
    .filter(([, , { choices, value = "" }]) => choices === undefined && !OPEN.includes(value))
    .map(([verb, name]) => `${verb} --${name}`)
    .filter((option) => !OF_NAMES.includes(option));

  expect(unlisted).toEqual([]);
});

const LISTED = OPTIONS.filter(([, , { choices }]) => choices !== undefined);
let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml", "--steps", "3");
});

/** Words that a verb needs before its options. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  compare: ["small"],
  diff: ["small.yaml", "small/normed"],
  export: ["small", "-o", "out.csv"],
  forward: ["small/plain"],
  "lr-range": ["small.yaml"],
  plan: ["small.yaml"],
  query: ["select 1"],
  run: ["small.yaml"],
};

test.each(LISTED.map(([verb, name, { choices = [] }]) => [verb, name, choices] as const))(
  "%s --%s completes every one of %j, and refuses others with exit code 2",
  async (verb, name, choices) => {
    const words = WORDS[verb] ?? [];

    const offered = await ablate(folder, "complete", "--", verb, ...words, `--${name}`, "");
    const other = await ablate(folder, verb, ...words, `--${name}`, "nonsense");

    expect(offered.stdout).toBe(choices.map((choice) => `${choice}\t\n`).join(""));
    expect([other.status, other.stdout]).toEqual([2, ""]);
    expect(other.stderr).toContain("nonsense");
  },
);

test("every flag of every verb is offered by its name", async () => {
  const verbs = [...new Set(OPTIONS.map(([verb]) => verb))];

  for (const verb of verbs) {
    const { stdout } = await ablate(folder, "complete", "--", verb, "--");
    const offered = stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
    const names = OPTIONS.filter(([of]) => of === verb).map(([, name]) => `--${name}`);
    expect(offered.slice(0, -1), verb).toEqual([...names, "--help"]);
  }
}, 60_000);
