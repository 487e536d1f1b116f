import { expect, test } from "vitest";
import { MersenneTwister, PythonRandom } from "../src/random/mersenne-twister.ts";
import { seedBits, TorchGenerator } from "../src/random/torch-generator.ts";
import { goldenPart } from "./golden-parts.ts";
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

test("masks of dropout are torch's bernoulli_, one after the other", () => {
  const { seed, masks, next } = goldenPart<GoldenMasks>("dropout");
  const generator = new TorchGenerator(seed);

  for (const { rate, shape, kept } of masks) {
    const mask = new Float32Array(shape[0] * shape[1]);
    generator.bernoulli(1 - rate, mask);
    expect(mask.join("")).toBe(kept);
  }
  expectClose(generator.rand(2), next);
});

test("a mask neither takes nor clears the normal that is left of a pair", () => {
  const [generator, alone] = [new TorchGenerator(7), new TorchGenerator(7)];
  const [, spare] = alone.randn(2);

  generator.randn(1);
  generator.bernoulli(0.5, new Float32Array(4));

  expect(generator.randn(1)[0]).toBe(spare);
});

test("a mask compares 53 bits, also across the words of a state", () => {
  const [drawn, masked] = [MersenneTwister.fromSeed(9), MersenneTwister.fromSeed(9)];
  const one = new Float32Array(1);
  for (const twister of [drawn, masked]) twister.uint32(); // from now on at odd words

  for (let i = 0; i < 700; i++) {
    const [high, low] = [drawn.uint32() & 0x1fffff, drawn.uint32()];
    const value = (high * 2 ** 32 + low) * 2 ** -53;
    masked.fillBelow(one, i % 2 === 0 ? value : value + 2 ** -53);
    expect(one[0]).toBe(i % 2);
  }
  expect(masked.uint32()).toBe(drawn.uint32());
});

test("everything is kept with probability 1, nothing with 0", () => {
  const mask = new Float32Array(1000);
  new TorchGenerator(7).bernoulli(1, mask);
  expect(mask.every((one) => one === 1)).toBe(true);
  new TorchGenerator(7).bernoulli(0, mask);
  expect(mask.every((one) => one === 0)).toBe(true);
});

test("permutations are torch's randperm, one after the other", () => {
  const { seed, of, next } = goldenPart<GoldenPermutations>("permutations");
  const generator = new TorchGenerator(seed);

  for (const { count, first, last, sum } of of) {
    const order = generator.randperm(count);
    const total = order.reduce((all, p, i) => (all + i * p) % (2 ** 31 - 1), 0);
    expect([...order.slice(0, 20)], `${count}`).toEqual(first);
    expect([...order.slice(-3)]).toEqual(last);
    expect(total).toBe(sum);
  }
  expectClose(generator.rand(2), next);
});

test("numbers that are skipped are as if drawn, also across the words of a state", () => {
  for (const count of [0, 1, 623, 624, 625, 1247, 1248, 5000]) {
    const [skipped, drawn] = [MersenneTwister.fromSeed(9), MersenneTwister.fromSeed(9)];
    for (const twister of [skipped, drawn]) twister.uint32();

    skipped.skip(count);
    for (let i = 0; i < count; i++) drawn.uint32();

    expect(skipped.uint32()).toBe(drawn.uint32());
  }
});

// torch.Generator().manual_seed(s).get_state() begins with s; the low 32 bits of it seed MT19937.
test.each([
  [-1, 0, 0xffffffff],
  ["-1", 0, 0xffffffff],
  [2 ** 32 + 5, 0, 5],
  ["18446744073709551615", 0, 0xffffffff],
  ["9007199254740993", 0, 1],
  [0xffffffff, 0x64726f70, 0x64726f6f],
] as const)(
  "the bits that decide of seed %s, %i further, are those of its two's complement",
  (seed, more, bits) => {
    expect(seedBits(seed, more)).toBe(bits);
  },
);

type GoldenMasks = {
  readonly seed: number;
  readonly masks: readonly {
    readonly rate: number;
    readonly shape: readonly [number, number];
    readonly kept: string;
  }[];
  readonly next: readonly number[];
};

type GoldenPermutations = {
  readonly seed: number;
  readonly of: readonly {
    readonly count: number;
    readonly first: readonly number[];
    readonly last: readonly number[];
    readonly sum: number;
  }[];
  readonly next: readonly number[];
};
