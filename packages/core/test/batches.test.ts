import { expect, test } from "vitest";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { Batches } from "../src/train/batches.ts";

const KEEP = { from: "epochs", last: "keep" } as const;
const DROP = { from: "epochs", last: "drop" } as const;

function take(batches: Batches, count: number): number[][] {
  return Array.from({ length: count }, () => [...batches.next()]);
}

test("sampled batches are randints, one after the other", () => {
  const batches = new Batches(new TorchGenerator(3), { batchSize: 4, examples: 10 });
  const generator = new TorchGenerator(3);

  const drawn = Array.from({ length: 8 }, () => generator.randint(10));

  expect(take(batches, 2).flat()).toEqual(drawn);
});

test.each([
  ["kept", KEEP, [4, 4, 2]],
  ["dropped", DROP, [4, 4]],
] as const)(
  "epochs are torch's permutations, a last batch that is not full %s",
  (_, spec, sizes) => {
    const batches = new Batches(new TorchGenerator(3), {
      batchSize: 4,
      examples: 10,
      batches: spec,
    });
    const generator = new TorchGenerator(3);

    for (let epoch = 0; epoch < 3; epoch++) {
      const taken = take(batches, sizes.length);
      const order = [...generator.randperm(10)];

      expect(taken.map(({ length }) => length)).toEqual(sizes);
      expect(taken.flat()).toEqual(order.slice(0, taken.flat().length));
    }
  },
);

test("a batch larger than the set is the whole set, in another order each time", () => {
  const options = { batchSize: 99, examples: 10, batches: KEEP };
  const [first = [], second = []] = take(new Batches(new TorchGenerator(3), options), 2);

  expect([...first].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
  expect(second).not.toEqual(first);
  expect(second).toHaveLength(10);
});

test.each([
  ["sampled", undefined],
  ["kept", KEEP],
  ["dropped", DROP],
] as const)(
  "cut anywhere, batches go on as they were, and to peek takes nothing: %s",
  (_, spec) => {
    const options = {
      batchSize: 4,
      examples: 10,
      ...(spec === undefined ? {} : { batches: spec }),
    };
    const whole = take(new Batches(new TorchGenerator(5), options), 12);

    for (let cut = 0; cut <= 12; cut++) {
      const batches = new Batches(new TorchGenerator(5), options);
      const before = take(batches, cut);
      const state: ReturnType<Batches["state"]> = JSON.parse(JSON.stringify(batches.state()));
      expect([...batches.peek()]).toEqual([...batches.peek()]);
      const other = Batches.fromState(state, options);
      const peeked = [...other.peek()];

      expect([...before, ...take(other, 12 - cut)]).toEqual(whole);
      expect([...before, ...take(batches, 12 - cut)]).toEqual(whole);
      if (cut < 12) expect(peeked).toEqual(whole[cut]);
    }
  },
);

test("a place that no epoch has is refused", () => {
  const options = { batchSize: 4, examples: 10, batches: KEEP };
  const { generator } = new Batches(new TorchGenerator(5), options).state();

  for (const taken of [-1, 11, 0.5]) {
    expect(() => Batches.fromState({ generator, taken }, options)).toThrow("no place in an epoch");
  }
  expect(() =>
    Batches.fromState({ generator, taken: 1 }, { ...options, batches: { from: "sample" } }),
  ).toThrow("no place in an epoch");
});
