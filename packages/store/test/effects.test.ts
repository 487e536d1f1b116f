import SqliteDatabase from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparedRuns, compareRuns, METRICS, openReader } from "../src/index.ts";
import { configOf, type MadeRun, storeOf } from "./grid-make.ts";
import { plainSqlite3, plainTest } from "./plain-sqlite3.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

type Row = {
  factor: string;
  value: string;
  runs: number;
  lost: number;
  n: number;
  mean: number | null;
  std: number | null;
};

const SELECT = "select factor, value, runs, lost, n, mean, std from effects where grid = 'g'";

/** What the analysis says of every key by itself, in the shape of the view. */
function analysed(path: string): Row[] {
  const reader = openReader(path);
  const runs = comparedRuns(reader.runs({ grid: "g" }), reader.dataHashes());
  const metrics = METRICS.slice(0, 1);
  const keys = compareRuns(runs, { metrics }).keys;
  const rows = keys.flatMap((key) =>
    compareRuns(runs, { metrics, by: key }).rows.map((row): Row => {
      const { settings, outcomes } = row;
      const [outcome] = outcomes;
      const value = settings.get(key)?.value;
      const { n = 0, mean = null, std = null } = outcome?.moments ?? {};
      const lost = outcome?.lost ?? 0;
      return { factor: key, value: plain(value), runs: row.runs.length, lost, n, mean, std };
    }),
  );
  reader.close();
  return rows;
}

function viewed(rows: readonly (readonly unknown[])[]): Row[] {
  return rows.map(([factor, value, runs, lost, n, mean, std]) => ({
    factor: String(factor),
    value: plain(value),
    runs: Number(runs),
    lost: Number(lost),
    n: Number(n),
    mean: typeof mean === "number" ? mean : null,
    std: typeof std === "number" ? std : null,
  }));
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Equal but for the last digits, which depend on the order of summation. */
function expectSame(found: readonly Row[], wanted: readonly Row[]): void {
  const sorted = (rows: readonly Row[]) =>
    rows.toSorted((a, b) => `${a.factor} ${a.value}`.localeCompare(`${b.factor} ${b.value}`));
  const others = sorted(wanted);
  const close = (value: number | null, other: number | null | undefined) =>
    value !== null && typeof other === "number" && Math.abs(value - other) < 1e-12 ? other : value;
  const compared = sorted(found).map((row, i) => ({
    ...row,
    mean: close(row.mean, others[i]?.mean),
    std: close(row.std, others[i]?.std),
  }));
  expect(compared).toEqual(others);
}

const NORM = { where: "hidden", epsilon: 0, momentum: 0.001, running: "std" };

function exampleStore(): string {
  const runs = [0.1, 0.01].flatMap((lr) =>
    ["none", NORM].flatMap((norm) =>
      [1, 2, 3].map(
        (seed): MadeRun => ({
          label: `${lr}-${norm === "none" ? "plain" : "normed"}-${seed}`,
          config: configOf({ lr, norm, seed }),
          seed,
          valid: seed === 3 && lr === 0.1 ? null : 2 + lr + seed / 100,
        }),
      ),
    ),
  );
  const more: MadeRun[] = [
    { label: "key", config: { ...configOf({}), extra: { flag: true } }, seed: 1, valid: 3 },
    { label: "pending", config: configOf({ lr: 7 }), seed: 1, valid: undefined },
    { label: "lost", config: configOf({ lr: 8 }), seed: 1, valid: 1, state: "diverged" },
    { label: "late", config: configOf({ lr: 9 }), seed: 1, valid: 1, state: "failed" },
    { label: "infinite", config: configOf({ lr: 10 }), seed: 1, valid: null, state: "finished" },
  ];
  const shared = runs.slice(0, 2);
  return storeOf({ g: [...runs, ...more], other: shared });
}

plainTest("plain sqlite3 reads the effects that the analysis finds", () => {
  const path = exampleStore();

  const rows = viewed(plainSqlite3(path, SELECT));

  expectSame(rows, analysed(path));
  expect(new Set(rows.map(({ factor }) => factor))).toEqual(
    new Set(["train.lr", "model.batch_norm", "extra.flag"]),
  );
  expect(rows.find(({ value }) => value === "0.01")).toMatchObject({ n: 6 });
  expect(rows.find(({ value }) => value === "7")).toMatchObject({ n: 0, lost: 0, mean: null });
  expect(rows.find(({ value }) => value === "8")).toMatchObject({ runs: 1, lost: 1 });
  expect(rows.find(({ value }) => value === "10")).toMatchObject({ runs: 1, lost: 1 });
  expect(rows.find(({ value }) => value === "true")).toMatchObject({ n: 1, mean: 3, std: null });
});

test("a run counts in each of its grids, and a grid without differences has no effects", () => {
  const reader = openReader(exampleStore());

  const { rows } = reader.query("select grid, count(*) from effects group by grid");
  reader.close();

  expect(rows).toEqual([["g", 10]]);
});

test("other data is a factor, another path to the same data is none", () => {
  const run = (file: string, data: string, seed: number): MadeRun => ({
    label: `${file}${data}${seed}`,
    config: { ...configOf({ seed }), data: { file, context: 3 } },
    seed,
    valid: seed,
    data,
  });
  const same = storeOf({ g: [run("a.txt", "x", 1), run("b.txt", "x", 2)] });
  const other = storeOf({ g: [run("a.txt", "x", 1), run("b.txt", "y", 2)] });

  const factors = (path: string) => {
    const database = new SqliteDatabase(path, { readonly: true });
    const found = database.prepare("select factor, value from effects order by value").raw().all();
    database.close();
    return found;
  };

  expect(factors(same)).toEqual([]);
  expect(factors(other)).toEqual([
    ["data", "x"],
    ["data", "y"],
  ]);
  expectSame(viewed(openAndQuery(other)), analysed(other));
});

function openAndQuery(path: string): readonly (readonly unknown[])[] {
  const reader = openReader(path);
  const { rows } = reader.query(SELECT);
  reader.close();
  return rows;
}

test("of any grid the view has the numbers of the analysis", () => {
  const run = fc.record({
    lr: fc.constantFrom(0.1, 0.2),
    gain: fc.constantFrom(1, 5 / 3, 2),
    norm: fc.constantFrom<unknown>("none", NORM, { ...NORM, epsilon: 1 }),
    seed: fc.integer({ min: 1, max: 3 }),
    valid: fc.option(fc.double({ min: 1.999, max: 2.001, noNaN: true })),
    state: fc.constantFrom("finished", "finished", "failed", "stopped"),
  });
  fc.assert(
    fc.property(fc.uniqueArray(run, { minLength: 1, maxLength: 14, selector: keyOf }), (runs) => {
      const path = storeOf({
        g: runs.map((one, i) => ({ ...one, label: `${i}`, config: configOf(one) })),
      });

      expectSame(viewed(openAndQuery(path)), analysed(path));
    }),
    { numRuns: 60 },
  );
});

function keyOf({ valid: _, state: __, ...config }: Pick<MadeRun, "valid" | "state">): string {
  return JSON.stringify(config);
}
