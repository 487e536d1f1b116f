/** The view `settings`, in stores of this version and of earlier ones. */
import { readFileSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { flatSettings } from "../src/index.ts";
import { gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";
import { plainSqlite3, plainTest } from "./plain-sqlite3.ts";

const SELECT = "select key, value, type from settings";

/** A store whose runs `g/0`, `g/1`, ... have these configs. */
function storeOf(configs: readonly unknown[], source: string | null = null): string {
  const path = temporaryPath();
  const runs = configs.map((config, i) =>
    plannedRun(`${i}`, {
      config: JSON.stringify(config),
      ...(source !== null && { source }),
    }),
  );
  writerAt(path).planGrid(gridOf(runs));
  return path;
}

const CONFIG = {
  model: { hidden: [20, 10], bias: true, batch_norm: { where: "hidden", epsilon: 0 } },
  init: { hidden: { weight: { scheme: "kaiming", gain: 1.6666666666666667 } } },
  train: { steps: 10, lr: { 0: 0.1 }, stop: { patience: "none" } },
  note: null,
};

plainTest("a setting has the name that compare gives it, and the number that it is", () => {
  expect(plainSqlite3(storeOf([CONFIG]), `${SELECT} order by key`)).toEqual([
    ["init.hidden.weight", '{"scheme":"kaiming","gain":1.6666666666666667}', "map"],
    ["model.batch_norm", '{"where":"hidden","epsilon":0}', "map"],
    ["model.bias", "true", "boolean"],
    ["model.hidden", "[20,10]", "list"],
    ["note", null, "null"],
    ["train.lr", 0.1, "number"],
    ["train.steps", 10, "number"],
    ["train.stop", '{"patience":"none"}', "map"],
  ]);
});

test("of a run that another program trained every map is taken apart", () => {
  const config = { train: { optimizer: { name: "adam", "beta.1": 0.9 } }, empty: {} };

  expect(
    readerAt(storeOf([config], "wandb"))
      .query(SELECT)
      .rows.toSorted(),
  ).toEqual([
    ["empty", "{}", "map"],
    ["train.optimizer.beta.1", 0.9, "number"],
    ["train.optimizer.name", "adam", "text"],
  ]);
});

test("effects calls the factors of runs that another program trained as settings does", () => {
  const configs = ["adam", "sgd"].map((name) => ({ train: { optimizer: { name, eps: 0 } } }));

  const { rows } = readerAt(storeOf(configs, "wandb")).query("select factor, value from effects");

  expect(rows).toEqual([
    ["train.optimizer.name", "adam"],
    ["train.optimizer.name", "sgd"],
  ]);
});

const name = fc.oneof(
  fc.constantFrom("train", "scheme", "where", "0", "a.b", 'it"s', "lr", "[0]"),
  fc
    .string({ minLength: 1, maxLength: 4, unit: "binary" })
    .filter((text) => !/[\0\ud800-\udfff]/.test(text)),
);
const value = fc.letrec((of) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constantFrom("", "none", '"', null),
    fc.array(of("any"), { maxLength: 2 }),
    of("map"),
  ),
  map: fc.dictionary(name, of("any"), { maxKeys: 4, noNullPrototype: true }),
}));

test.each([null, "jsonl"])("any config is taken apart as for compare, source %s", (source) => {
  fc.assert(
    fc.property(fc.array(value.map, { minLength: 20, maxLength: 20 }), (configs) => {
      const path = storeOf(configs, source);
      const { rows } = readerAt(path).query("select run, key, value from settings");

      const wanted = configs.flatMap((config, i) =>
        flatSettings(JSON.parse(JSON.stringify(config)), source).map((one) => [
          `g/${i}`,
          one.key,
          plain(one.value),
        ]),
      );
      const sorted = (all: readonly unknown[]) => all.map((row) => JSON.stringify(row)).sort();
      expect(sorted(rows)).toEqual(sorted(wanted));
    }),
    { numRuns: 10, seed: 21 },
  );
});

function plain(value: unknown): unknown {
  return typeof value === "number" || typeof value === "string" || value === null
    ? value
    : JSON.stringify(value);
}

plainTest(
  "a store that was written before has settings for who reads it, and in its file from the next write on",
  () => {
    const path = storeOf([{ train: { lr: 0.1 } }]);
    const database = new SqliteDatabase(path);
    database.exec("drop view settings");
    database.pragma("wal_checkpoint(truncate)");
    database.close();
    const before = readFileSync(path);

    const reader = readerAt(path);
    expect(reader.query(SELECT).rows).toEqual([["train.lr", 0.1, "number"]]);
    expect(readFileSync(path).equals(before)).toBe(true);
    writerAt(path).close();

    expect(plainSqlite3(path, SELECT)).toEqual([["train.lr", 0.1, "number"]]);
    expect(reader.query(SELECT).rows).toHaveLength(1);
  },
);
