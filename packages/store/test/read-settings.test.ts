import { flatSettings, seedlessId, settingsReader } from "@ablate/store";
import { expect, test } from "vitest";

const CONFIGS = [
  { seed: 1, train: { lr: 0.1 } },
  { seed: 20, train: { lr: 0.1 } },
  { seed: 0, train: { lr: 0.2 } },
  { train: { lr: 0.1 }, seed: 3, description: 'it says "seed":7, as text' },
  { train: { lr: 0.1 }, seed: 4, description: 'it says "seed":7, as text' },
  { train: { lr: 0.1 }, augment: { seed: 5 } },
  { train: { lr: 0.1 }, augment: { seed: 6 } },
  { seed: 1, augment: { seed: 5 } },
  { seed: 2, augment: { seed: 5 } },
  { seed: "a", train: { lr: 0.1 } },
  { seed: 1.5, train: { lr: 0.1 } },
  { seed: "9007199254740993", train: { lr: 0.1 } },
];

test.each([null, "wandb"])(
  "settings of configs that share a text are those of each by itself, source %s",
  (source) => {
    const settingsOf = settingsReader();
    const read = CONFIGS.map((config) => settingsOf({ config: JSON.stringify(config), source }));
    expect(read).toEqual(CONFIGS.map((config) => flatSettings(config, source)));
  },
);

test("runs that were read as the same but for the seed are one group, and others are not", () => {
  const settingsOf = settingsReader();
  const idOf = (config: object): string =>
    seedlessId({
      seed: 1,
      source: null,
      settings: settingsOf({ config: JSON.stringify(config), source: null }),
    });
  const [first, second, other, ...rest] = CONFIGS.map(idOf);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
  expect(rest[1]).toBe(rest[0]);
  expect(rest[3]).not.toBe(rest[2]);
});
