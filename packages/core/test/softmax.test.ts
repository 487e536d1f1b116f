import { expect, test } from "vitest";
import { crossEntropy, randomLosses, softmax } from "../src/index.ts";

// Worked out by hand: with e^5 = 148.4131591, 148.4131591 / 151.4131591 and 1 / 151.4131591.
test.each([
  [[0, 0, 0, 0], 0, [0.25, 0.25, 0.25, 0.25], 1.3862943611],
  [[5, 0, 0, 0], 0, [0.9801866627, 0.0066044458, 0.0066044458, 0.0066044458], 0.0200122534],
  [[0, 5, 0, 0], 0, [0.0066044458, 0.9801866627, 0.0066044458, 0.0066044458], 5.0200122534],
  [[-1, 1], 1, [0.119202922, 0.880797078], 0.126928011],
])("the logits %j cost, with class %i right", (logits, target, probabilities, loss) => {
  for (const [i, value] of softmax(logits).entries()) {
    expect(value).toBeCloseTo(probabilities[i] ?? Number.NaN, 9);
  }
  expect(crossEntropy(logits, target)).toBeCloseTo(loss, 9);
});

test("a constant added to all logits changes nothing, however large they are", () => {
  expect([...softmax([1000, 1005])]).toEqual([...softmax([0, 5])]);
  expect(crossEntropy([0, 1000], 0)).toBe(1000);
});

test("random logits that hardly differ cost ln n, wide ones about what the largest is above the right one", () => {
  const options = { classes: 4, draws: 20_000, target: 2, seed: 42 };

  const narrow = randomLosses(0.001, options);
  const wide = randomLosses(1000, options);

  expect(narrow.mean).toBeCloseTo(Math.log(4), 4);
  expect(wide.mean / 1000).toBeCloseTo(1.0294, 1); // the mean of the largest of four N(0, 1)
  expect(wide.worse).toBeCloseTo(0.75, 1); // three of four are wrong
});

test("the same seed draws the same logits at any scale, another seed others", () => {
  const options = { classes: 4, draws: 100, target: 0, seed: 42 };

  expect(randomLosses(0, options)).toEqual({ mean: Math.log(4), std: 0, worse: 0 });
  expect(randomLosses(1, options)).toEqual(randomLosses(1, options));
  expect(randomLosses(1, { ...options, seed: 1 })).not.toEqual(randomLosses(1, options));
});
