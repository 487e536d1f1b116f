/** Seeds as ranges, on the command line and in a config. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder } from "./make.ts";

function folderOf(seeds: string): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "s.yaml"), `data.file: names.txt\ntrain.steps: 2\n${seeds}\n`);
  return folder;
}

async function seedsOf(folder: string, ...flags: readonly string[]): Promise<readonly unknown[]> {
  const rows = jsonRows(await ablate(folder, "plan", "s.yaml", "--json", ...flags));
  return rows.map(({ seed }) => seed);
}

const RANGES: readonly (readonly [string, readonly (number | string)[]])[] = [
  ["1..5", [1, 2, 3, 4, 5]],
  ["1..3,9", [1, 2, 3, 9]],
  [" 1 .. 3 , 9, -2..-1 ", [1, 2, 3, 9, -2, -1]],
  ["7..7", [7]],
  ["1_0..1_1", [10, 11]],
  ["18446744073709551614..18446744073709551615", ["18446744073709551614", "18446744073709551615"]],
];

test.each(RANGES)("%j are the same seeds in --seeds, --set and a config", async (text, seeds) => {
  const folder = folderOf("");

  expect(await seedsOf(folder, `--seeds=${text}`)).toEqual(seeds);
  expect(await seedsOf(folder, "--set", `seeds=${text}`)).toEqual(seeds);
  expect(await seedsOf(folderOf(`seeds: ${text}`))).toEqual(seeds);
  expect(await seedsOf(folderOf(`seeds: [${text}]`))).toEqual(seeds);
});

test("ranges stand beside seeds and makers, and are inherited", async () => {
  const folder = folderOf("seeds: [1..2, 5, { range: [10, 12] }]");
  writeFileSync(join(folder, "over.yaml"), "extends: s.yaml\n");

  expect(await seedsOf(folder)).toEqual([1, 2, 5, 10, 11]);
  const over = jsonRows(await ablate(folder, "plan", "over.yaml", "--json"));
  expect(over.map(({ seed }) => seed)).toEqual([1, 2, 5, 10, 11]);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["1-3", 'takes 1..3 for the seeds from 1 to 3, not "1-3"'],
  ["3 - 1", 'takes 1..3 for the seeds from 1 to 3, not "3 - 1"'],
  ["1:3", 'takes 1..3 for the seeds from 1 to 3, not "1:3"'],
  ["1...3", 'takes 1..3 for the seeds from 1 to 3, not "1...3"'],
  ["5..1", 'takes 1..5 for the seeds from 1 to 5, not "5..1"'],
  ["1..1000000", "takes at most 100,000 seeds, not the 1,000,000 of 1..1000000"],
  ["1..", 'takes whole numbers like 1,2,3 and ranges like 1..5, not "1.."'],
  ["1.5..3", 'takes whole numbers like 1,2,3 and ranges like 1..5, not "1.5..3"'],
  ["1..2..3", 'takes whole numbers like 1,2,3 and ranges like 1..5, not "1..2..3"'],
];

test.each(REFUSED)("%j is refused in one sentence", async (text, message) => {
  const flag = await ablate(folderOf(""), "plan", "s.yaml", "--seeds", text);
  const key = await ablate(folderOf(`seeds: ${text}`), "plan", "s.yaml");

  expect([flag.status, flag.stderr]).toEqual([2, `ablate: --seeds ${message}\n`]);
  expect([key.status, key.stderr.split("\n")[0]]).toEqual([2, `s.yaml:3:8: seeds: ${message}`]);
});

test("seeds that are given twice, and ranges of too many runs, are told", async () => {
  const said = await inTurn(["1..3,2", "1..20000", "0..18446744073709551616"], async (text) => {
    const { status, stderr } = await ablate(folderOf(""), "plan", "s.yaml", "--seeds", text);
    return [status, stderr.split("\n")[0]];
  });
  expect(said).toEqual([
    [2, expect.stringContaining("seed 2 is given twice")],
    [2, "s.yaml:1:1: 20,000 runs; more than 10,000 need --yes"],
    [2, expect.stringContaining("takes at most 100,000 seeds")],
  ]);
});
