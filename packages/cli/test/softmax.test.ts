import { expect, test } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";

test("the lecture's logits are the default, and cost what it shows", async () => {
  const rows = jsonRows(await ablate(makeFolder(), "softmax", "--json"));
  const losses = rows.map(({ loss }) => Number(loss));

  expect(losses.slice(0, 3).map((loss) => loss.toFixed(4))).toEqual(["1.3863", "0.0200", "5.0200"]);
  expect(rows.slice(3).map(({ logits }) => logits)).toEqual(
    ["0.01", "1", "10"].map((scale) => `N(0, 1) x ${scale}`),
  );
  expect(losses[3]).toBeCloseTo(Math.log(4), 2);
  expect(losses[5]).toBeGreaterThan(8);
});

test("two tables within 80 columns", async () => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "softmax");
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines[0]).toBe("class 0 is the right one, counted from 0; losses in nats");
  expect(lines).toContain("0 5 0 0  0.0066 0.9802 0.0066 0.0066  5.0200    1.3863");
  expect(lines.filter((line) => line.startsWith("N(0, 1) x "))).toHaveLength(3);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("logits of one's own, negative ones first, each with the target", async () => {
  const args = ["-1, 1", "0,5/3,sqrt(4)", "--target", "1"];

  const rows = jsonRows(await ablate(makeFolder(), "softmax", ...args, "--json"));

  expect(rows.map(({ classes, target, draws }) => [classes, target, draws])).toEqual([
    [2, 1, null],
    [3, 1, null],
  ]);
  expect(Number(rows[0]?.loss)).toBeCloseTo(0.126928, 6);
});

test("scales alone draw, as often and as many as asked for, from the seed", async () => {
  const row = async (seed: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const args = ["--scales", "5/3", "--classes", "27", "--draws", "10", "--seed", seed, "--json"];
    return jsonRows(await ablate(makeFolder(), "softmax", ...args))[0];
  };

  expect(await row("1")).toMatchObject({ classes: 27, draws: 10, seed: 1, probabilities: null });
  expect(await row("1")).toEqual(await row("1"));
  expect((await row("2"))?.loss).not.toBe((await row("1"))?.loss);
});

// torch.rand(4) and torch.randn(4) * 10 by a generator of seed 42, in PyTorch 1.13.
test.each([
  [
    ["--uniform", "--scales", "1"],
    "0.8823 0.9150 0.3829 0.9593  0.2688 0.2777 0.1631 0.2903  1.8132",
  ],
  [["--scales", "10"], "3.3669 1.2881 2.3446 2.3033  0.5464 0.0683 0.1966 0.1886  1.6266"],
])("one draw %j is shown with its probabilities", async (args, line) => {
  const { stdout } = await ablate(
    makeFolder(),
    "softmax",
    ...args,
    "--draws",
    "1",
    "--target",
    "2",
  );

  expect(stdout).toContain(`\n${line}    1.3863\n`);
});

test.each([
  [["1,two"], 'LOGITS are numbers separated by commas, such as 0,5,-1,5/3, not "two"'],
  [["1"], 'LOGITS are two numbers or more, separated by commas, not "1"'],
  [["0,0", "--target", "2"], "--target 2: there are 2 classes (0,0), counted from 0"],
  [["--target", "4"], "--target 4: there are 4 classes (0,0,0,0), counted from 0"],
  [
    ["--scales", "1/0"],
    '--scales takes numbers separated by commas, such as 10, 5/3 or 1/sqrt(10), not "1/0"',
  ],
  [["--classes", "1"], '--classes takes a whole number of at least 2, not "1"'],
  [
    ["--draws", "9000000"],
    "--classes 4 times --draws 9000000 is too much; ten million numbers may be drawn",
  ],
])("%j is refused in one sentence", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "softmax", ...args);

  expect([status, stdout, stderr]).toEqual([2, "", `ablate: ${sentence}\n`]);
});
