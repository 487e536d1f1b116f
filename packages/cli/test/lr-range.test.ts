import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

const SHORT = ["lr-range", "small.yaml", "--steps", "300"];

test("a chart within 80 columns, what it shows in words, and no store", async () => {
  const folder = makeFolder();

  const { status, stdout, stderr } = await ablate(folder, "lr-range", "small.yaml", "--to", "10");
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines[0]).toBe("small/plain, seed 42: 1,000 steps, learning rate 0.001 to 10");
  expect(lines[1]).toBe("the first of 2 runs; --only chooses");
  expect(lines.filter((line) => line.includes("┤")).length).toBeGreaterThan(2);
  expect(lines.find((line) => line.includes("└"))).toMatch(/└0\.001─+0\.01─+0\.1─+1─+10$/);
  expect(lines.slice(-5).join("\n")).toMatch(
    /\nfalls fastest at 0\.\d+, is lowest at \d.*\nvalley: 0\.\d+ to \d.*\n(?:it reaches.*\n)?(diverges: from|no divergence).*\ntry 0\.\d+, half way/,
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(existsSync(join(folder, "ablate.db"))).toBe(false);
});

test("json, csv and the page say the same of one run, whichever is chosen", async () => {
  const folder = makeFolder();
  const args = [...SHORT, "--only", "normed", "--seed", "5"];

  const [found] = jsonRows(await ablate(folder, ...args, "--json"));
  const csv = (await ablate(folder, ...args, "--csv")).stdout.trimEnd().split("\n");
  const { stdout } = await ablate(folder, ...args);

  expect(found).toMatchObject({ run: "small/normed", seed: 5, from: 0.001, to: 1, steps: 300 });
  const lists = [found?.lr, found?.loss, found?.smoothed].map((list) => list as number[]);
  expect(csv[0]).toBe("lr,loss,smoothed");
  expect(csv.slice(1)).toEqual(lists[0]?.map((_, i) => lists.map((list) => list[i]).join(",")));
  expect(csv).toHaveLength(301);
  const rate = String(Number(Number(found?.suggestion).toPrecision(2)));
  expect(stdout).toContain(`\ntry ${rate}, half way`);
});

test("the steps of the test are not those of the config, whose own stay as they are", async () => {
  const folder = makeFolder();
  const args = ["lr-range", "small.yaml", "--steps", "50", "--json"];

  const plain = await ablate(folder, ...args);
  const other = await ablate(folder, ...args, "--set", "train.lr={ 0: 0.1, 100: 0.01 }");

  expect(other.status).toBe(plain.status);
  expect(jsonRows(other)[0]?.loss).toEqual(jsonRows(plain)[0]?.loss);
});

test("a seed is any that a config takes, and is named digit by digit", async () => {
  const folder = makeFolder();
  const args = ["lr-range", "small.yaml", "--steps", "20", "--json", "--seed"];

  const [large] = jsonRows(await ablate(folder, ...args, "18446744073709551615"));
  const [bits] = jsonRows(await ablate(folder, ...args, "4294967295"));

  expect(large?.seed).toBe("18446744073709551615");
  expect(large?.loss).toEqual(bits?.loss);
});

test("where the loss does not fall it says so, and exits with 1", async () => {
  const ended = await ablate(makeFolder(), ...SHORT, "--from", "1e-9", "--to", "1e-8");

  expect(ended.status).toBe(1);
  expect(ended.stdout).toMatch(/\nthe loss does not fall: \d\.\d{4} at 1e-9\nno divergence\n$/);
});

test("the engine tfjs is tested as well", async () => {
  const { status, stdout } = await ablate(
    makeFolder(),
    ...["lr-range", "small.yaml", "--steps", "60", "--engine", "tfjs"],
  );

  expect(status).toBe(0);
  expect(stdout).toContain("small/plain, seed 42: 60 steps");
});

test.each([
  [["--from", "0"], '--from takes a learning rate above 0, not "0"'],
  [["--to", "x"], '--to takes a learning rate above 0, not "x"'],
  [["--from", "1"], "--from 1 is not below --to 1"],
  [["--steps", "1"], '--steps takes a whole number of at least 2, not "1"'],
  [["--steps", "1000001"], "--steps takes a whole number up to 1,000,000, not 1000001"],
])("%j is refused in one sentence", async (args, sentence) => {
  const { status, stderr } = await ablate(makeFolder(), "lr-range", "small.yaml", ...args);

  expect([status, stderr]).toEqual([2, `ablate: ${sentence}\n`]);
});
