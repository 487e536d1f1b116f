/** What PyTorch's network of the lecture's call 1 makes of contexts, after its one step. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { lecture } from "../../core/test/lecture-goldens.ts";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { train } from "./train.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { seen } = lecture.calls[0] ?? {};
const folder = makeFolder();

beforeAll(async () => {
  const config = join(ROOT, "configs/deep-tanh.yaml");
  await train(folder, config, "--only", "gain-5-3", "--set", "record.evaluate=none");
  await train(folder, "small.yaml", "--steps", "20");
});

const forward = (...words: readonly string[]) => ablate(folder, "forward", ...words);
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);

function expectClose(actual: readonly number[], wanted: readonly number[] = []): void {
  expect(wanted.length).toBeGreaterThan(0);
  for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

test("logits of a chosen context are PyTorch's", async () => {
  const rows = jsonRows(await forward("gain-5-3", "em", "--json"));

  expect(rows.map(({ character }) => character).join("")).toBe(".abcdefghijklmnopqrstuvwxyz");
  expect(new Set(rows.map(({ context }) => context))).toEqual(new Set([".em"]));
  expectClose(
    rows.map(({ logit }) => Number(logit)),
    seen?.logits,
  );
  expect(rows.reduce((sum, { probability }) => sum + Number(probability), 0)).toBeCloseTo(1, 9);
});

test("what leaves a layer for the first training examples is PyTorch's, value by value", async () => {
  const words = ["gain-5-3", "--layer", "hidden1", "--examples", "32"];
  const rows = jsonRows(await forward(...words, "--json"));

  expect(rows).toHaveLength(32);
  expect(numbers(rows[0]?.values)).toHaveLength(100);
  expectClose(numbers(rows[0]?.values), seen?.first);
  expect((await forward(...words)).stdout).toContain(`\n${numberText(seen?.first[0])}  `);
});

test("mean and std of what enters a nonlinearity, unit by unit, without a norm", async () => {
  const words = [
    "--layer",
    "hidden1",
    "--stage",
    "linear",
    "--units",
    "--examples",
    "32",
    "--json",
  ];
  const rows = jsonRows(await forward("gain-5-3", ...words));

  expect(rows).toHaveLength(100);
  expectClose(
    rows.map(({ mean }) => Number(mean)),
    seen?.mean,
  );
  expectClose(
    rows.map(({ std }) => Number(std)),
    seen?.std,
  );
});

test("many examples go through some at a time", async () => {
  const words = ["small/plain", "--layer", "hidden1", "--units", "--json", "--examples"];
  const [all, many] = [await forward(...words, "all"), await forward(...words, "999999")];

  expect(jsonRows(all)).toEqual(jsonRows(many));
  expect(jsonRows(all)[0]?.examples).toBeGreaterThan(60);
});

test("--init is before the first step", async () => {
  const [row] = jsonRows(await forward("gain-5-3", "--init", "--json"));

  expect(row).toMatchObject({ step: 0, context: "..." });
  expect(Number(row?.logit)).not.toBeCloseTo(Number(seen?.logits[0]), 3);
});

test.each([
  [["small/plain", ".e9"], 'the vocabulary has no "9", of ".e9"; it knows .abceghilmnoprstvy'],
  [["small/plain", "emma"], 'CONTEXT has 3 characters, "emma" has more'],
  [["small/plain", "--units"], "--stage and --units are of a layer: name it with --layer"],
  [["small/plain", "--layer", "h"], 'there is no layer "h"; it has hidden1 and output'],
  [["small/plain", "em", "--examples", "2"], "give CONTEXTs or --examples, not both"],
  [
    ["small/normed", "--layer", "hidden1"],
    "batch norm normalises over the examples: send 2 to 256, not 1",
  ],
  [
    ["small/plain", "--layer", "hidden1", "--stage", "stream"],
    "hidden1 has no stream of its own: its activation is what leaves it",
  ],
])("%j is refused in one sentence", async (words, sentence) => {
  const { status, stdout, stderr } = await forward(...words);

  expect([status, stdout, stderr]).toEqual([2, "", `ablate: ${sentence}\n`]);
});

function numberText(value = Number.NaN): string {
  return value.toFixed(4).padStart(7);
}
