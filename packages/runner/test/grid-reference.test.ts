/** The expansion of random grids beside one that is written as plainly as can be. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../src/config/config-error.ts";
import { expandGrid } from "../src/plan/expand.ts";
import { load, setting } from "./spec-make.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

type Values = Readonly<Record<string, unknown>>;
type Grid = {
  readonly base: Values;
  readonly variants: readonly Values[];
  readonly zip: readonly Values[];
  readonly grid: readonly (readonly [string, readonly unknown[]])[];
  readonly when: Readonly<Record<string, Values>>;
  readonly exclude: readonly Values[];
  readonly include: readonly Values[];
  readonly seeds: readonly number[];
};

const DOMAIN: Readonly<Record<string, readonly unknown[]>> = {
  "train.lr": [0.1, 0.2, 0.3],
  "train.batch_size": [8, 16],
  "train.steps": [10, 20, 30],
  "model.embedding": [4, 5, 6],
  "model.bias": [true, false],
};
const KEYS = Object.keys(DOMAIN);
const DEFAULTS: Values = {
  "train.lr": 0.1,
  "train.batch_size": 32,
  "train.steps": 200_000,
  "model.embedding": 10,
  "model.bias": true,
};

test("random grids expand as a reference of plain loops does, in the same order", () => {
  const seen = { runs: 0, refused: 0, conditions: 0, exclusions: 0 };
  fc.assert(
    fc.property(grids(), (grid) => {
      const expected = reference(grid);
      if (expected === null) {
        expect(() => load(textOf(grid))).toThrow(/matches no run|never applies|leaves no run/);
        seen.refused += 1;
        return;
      }
      const config = load(textOf(grid));
      const runs = expandGrid(config);
      expect(runs.map(({ resolved }) => flat(resolved))).toEqual(expected.runs);
      expect(config.excluded.map(({ count }) => count)).toEqual(expected.excluded);
      seen.runs += runs.length;
      seen.conditions += Object.keys(grid.when).length;
      seen.exclusions += grid.exclude.length;
    }),
    { seed: 7, numRuns: 1500 },
  );

  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

/** The runs and what each rule excludes; null where a rule or a condition never holds. */
function reference({ base, variants, zip, grid, when, exclude, include, seeds }: Grid): {
  readonly runs: readonly Values[];
  readonly excluded: readonly number[];
} | null {
  const applied = new Set<string>();
  const held = new Set<number>();
  const excluded = exclude.map(() => 0);
  const runs: Values[] = [];
  for (const variant of variants.length === 0 ? [{}] : variants) {
    for (const row of zip.length === 0 ? [{}] : zip) {
      const chosen = new Set<string>();
      for (const choice of product(grid.map(([, values]) => values.length))) {
        let run: Values = { ...DEFAULTS, ...base, ...variant, ...row };
        const path: unknown[] = [];
        for (const [k, [key, values]] of grid.entries()) {
          const condition = when[key];
          if (condition !== undefined && !matches(run, condition)) continue;
          if (condition !== undefined) applied.add(key);
          run = { ...run, [key]: values[choice[k] ?? 0] };
          path.push([key, choice[k]]);
        }
        if (chosen.has(JSON.stringify(path))) continue;
        chosen.add(JSON.stringify(path));
        const rules = exclude.flatMap((rule, i) => (matches(run, rule) ? [i] : []));
        for (const i of rules) held.add(i);
        const [first] = rules;
        if (first === undefined) runs.push(...seeds.map((seed) => ({ ...run, seed })));
        else excluded[first] = (excluded[first] ?? 0) + seeds.length;
      }
    }
  }
  const isEmpty = runs.length === 0 && include.length === 0;
  if (held.size < exclude.length || applied.size < Object.keys(when).length || isEmpty) return null;
  for (const entry of include) {
    for (const seed of seeds) runs.push({ ...DEFAULTS, ...base, ...entry, seed });
  }
  return { runs, excluded };
}

function matches(run: Values, rule: Values): boolean {
  return Object.entries(rule).every(([key, value]) => run[key] === value);
}

/** All lists of indices below the lengths, the last fastest. */
function product(lengths: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const length of lengths) {
    all = all.flatMap((start) => Array.from({ length }, (_, i) => [...start, i]));
  }
  return all;
}

function flat({ train, model, seed }: ReturnType<typeof expandGrid>[number]["resolved"]): Values {
  return {
    "train.lr": setting(train, ["lr", "0"]),
    "train.batch_size": train.batch_size,
    "train.steps": train.steps,
    "model.embedding": model.embedding,
    "model.bias": setting(model, ["bias"]),
    seed,
  };
}

/** JSON is YAML. */
function textOf({ base, variants, zip, grid, when, exclude, include, seeds }: Grid): string {
  const named = Object.fromEntries(variants.map((variant, i) => [`v${i}`, variant]));
  const parts = {
    ...base,
    seeds,
    ...(variants.length === 0 ? {} : { variants: named }),
    ...(zip.length === 0 ? {} : { zip }),
    grid: Object.fromEntries(grid),
    when,
    exclude,
    include,
  };
  return `data: { file: names.txt }\n${Object.entries(parts)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join("\n")}`;
}

function grids(): fc.Arbitrary<Grid> {
  return fc.shuffledSubarray(KEYS).chain((order) =>
    fc.nat(Math.max(0, order.length)).chain((split) => {
      const [zipKeys, gridKeys] = [order.slice(split, split + 2), order.slice(0, split)];
      const rows =
        zipKeys.length === 0 ? fc.constant([]) : fc.array(allOf(zipKeys), { maxLength: 3 });
      return fc.record({
        base: someOf(KEYS),
        variants: fc.array(someOf(KEYS), { maxLength: 2 }),
        zip: rows,
        grid: fc.tuple(
          ...gridKeys.map((key) =>
            fc
              .array(oneValue(key), { minLength: 1, maxLength: 3 })
              .map((values) => [key, values] as const),
          ),
        ),
        when: conditions(gridKeys),
        exclude: fc.array(rules(KEYS), { maxLength: 2 }),
        include: fc.array(someOf(KEYS), { maxLength: 2 }),
        seeds: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 2 }),
      });
    }),
  );
}

/** For some keys of the grid, values of keys that do not come later in it. */
function conditions(gridKeys: readonly string[]): fc.Arbitrary<Readonly<Record<string, Values>>> {
  const entries = gridKeys.flatMap((key, i) =>
    i === 0 && gridKeys.length === KEYS.length
      ? []
      : fc.option(
          rules(KEYS.filter((other) => !gridKeys.slice(i).includes(other))).map(
            (rule) => [key, rule] as const,
          ),
          { freq: 2 },
        ),
  );
  return fc
    .tuple(...entries)
    .map((all) => Object.fromEntries(all.filter((entry) => entry !== null)));
}

function rules(keys: readonly string[]): fc.Arbitrary<Values> {
  return fc
    .shuffledSubarray([...keys], { minLength: 1, maxLength: Math.min(2, keys.length) })
    .chain((some) => allOf(some));
}

function oneValue(key: string): fc.Arbitrary<unknown> {
  return fc.constantFrom(...(DOMAIN[key] ?? []));
}

function allOf(keys: readonly string[]): fc.Arbitrary<Values> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, oneValue(key)])));
}

function someOf(keys: readonly string[]): fc.Arbitrary<Values> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, oneValue(key)])), {
    requiredKeys: [],
  });
}

test("a reference that forgets a rule is told apart", () => {
  const text = "grid: { train.steps: [10, 20] }\nexclude: [{ train.steps: 10 }]";

  expect(expandGrid(load(text)).map(({ spec }) => spec.train.steps)).toEqual([20]);
  expect(() => load(text.replace(": 10 }]", ": 30 }]"))).toThrow(ConfigError);
});
