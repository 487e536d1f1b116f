import { expect, test } from "vitest";
import { PythonRandom } from "../src/random/mersenne-twister.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { goldens } from "./goldens.ts";

function expectClose(actual: Iterable<number>, expected: readonly number[] | undefined): void {
  const differences = [...actual].map((value, i) =>
    Math.abs(value - (expected?.[i] ?? Number.NaN)),
  );
  expect(differences).toHaveLength(expected?.length ?? -1);
  expect(Math.max(...differences)).toBeLessThan(2e-6);
}

test.each([5, 20, 32])("randn of %i values is torch's", (count) => {
  const values = new TorchGenerator(1337).randn(count);

  expectClose(values, goldens.rng[`randn${count}`]);
});

test("the spare of a small randn survives a large one", () => {
  const generator = new TorchGenerator(1337);

  const values = [5, 32, 5].flatMap((count) => [...generator.randn(count)]);

  expectClose(values, goldens.rng.randn5_randn32_randn5);
});

test("rand and randint are torch's, bit for bit", () => {
  const uniform = new TorchGenerator(1337);
  const integers = new TorchGenerator(1337);

  expectClose(uniform.rand(4), goldens.rng.rand4);
  expect(Array.from({ length: 8 }, () => integers.randint(182625))).toEqual(goldens.rng.randint8);
});

test("randints are those of randint one after the other, also across the words of a state", () => {
  const [many, one] = [new TorchGenerator(1337), new TorchGenerator(1337)];
  for (const [count, bound] of [
    [8, 182625],
    [700, 27],
    [1, 1],
    [1300, 2 ** 31 - 1],
  ] as const) {
    const values = new Int32Array(count);

    many.randints(bound, values);

    expect([...values]).toEqual(Array.from({ length: count }, () => one.randint(bound)));
  }
  expect(many.state()).toEqual(one.state());
});

test("only the low 32 bits of a seed count, as in torch.manual_seed", () => {
  expect(new TorchGenerator(2 ** 32 + 5).rand(3)).toEqual(new TorchGenerator(5).rand(3));
});

// random.Random(s).shuffle(list("abcdefgh")) of CPython 3.11
test.each([
  [42, "deghcfab"],
  [0, "ebfcadhg"],
  [2 ** 40 + 1, "hbdgefac"],
])("shuffling with seed %i is CPython's", (seed, expected) => {
  expect(new PythonRandom(seed).shuffle([..."abcdefgh"]).join("")).toBe(expected);
});
