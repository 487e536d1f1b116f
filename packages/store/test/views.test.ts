import type { Evaluation } from "@ablate/core";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { CLAIM, claimedRun, FINISHED, readerAt } from "./make.ts";
import { oddFloats, plainSqlite3, plainTest } from "./plain-sqlite3.ts";

function storeOf(values: Float32Array): string {
  const { path, writer, id } = claimedRun(["embedding", "hidden1.weight"]);
  const count = values.length;
  const ratios = Float32Array.from({ length: 2 * count }, (_, i) => values[i >> 1] ?? 0);
  const loss = Float64Array.from(values);
  writer.appendSteps(id, CLAIM.token, { first: 0, count, loss, lr: loss, ratios });
  return path;
}

const RATIOS = (view: string) =>
  `select ratio, log10_ratio from ${view} where run = 'g/v' and param = 'hidden1.weight' order by step`;

plainTest("plain sqlite3 decodes every float32 to the bit", () => {
  const values = oddFloats();
  const path = storeOf(values);

  const rows = plainSqlite3(path, RATIOS("store.update_ratio"));

  expect(rows.map(([ratio]) => ratio)).toEqual(
    Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
  );
  const read = readerAt(path).query(RATIOS("update_ratio")).rows;
  expect(read.map(([ratio]) => ratio)).toEqual(rows.map(([ratio]) => ratio));
});

test("a ratio of 0 has the logarithm -Infinity, and NaN has none", () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minus } = Number;
  const path = storeOf(Float32Array.of(0, nan, infinity, 1e-3, 1));

  const rows = readerAt(path).query(RATIOS("update_ratio")).rows;

  expect(rows.slice(0, 3)).toEqual([
    [0, minus],
    [null, null],
    [infinity, infinity],
  ]);
  expect(rows[3]?.[1]).toBeCloseTo(-3, 6);
  expect(rows[4]).toEqual([1, 0]);
  const ratios = [0, 1, 2].map((step) => readerAt(path).ratiosAt("g/v", step)?.ratios[0]);
  expect(ratios.map((ratio) => [ratio?.ratio, ratio?.log10Ratio])).toEqual(rows.slice(0, 3));
});

plainTest("the view curve is the same in plain sqlite3 and to the reader", () => {
  const path = storeOf(oddFloats());
  const select = (view: string, series: string) =>
    `select step, n, min, mean, max from ${view}
     where run = 'g/v' and series = '${series}' and level = 16 order by step`;

  for (const series of ["loss", "lr", "log10_ratio:hidden1.weight"]) {
    const points = readerAt(path).curve("g/v", series, 16);
    const rows = points.map(({ step, n, min, mean, max }) => [step, n, min, mean, max]);
    expect(plainSqlite3(path, select("store.curve", series))).toEqual(rows);
    expect(readerAt(path).query(select("curve", series)).rows).toEqual(rows);
  }
});

test.each([
  [
    "runs",
    "run, grid, label, state, reason, seed, config, hash, engine, steps, last_step, loss, train_loss, valid_loss, test_loss, best_valid_loss, best_valid_step, steps_per_s, parameters, tags, started_at, ended_at, error, plan, revision, source, host, errors, warnings",
  ],
  ["grid_runs", "grid, run, label, plan"],
  ["revisions", "run, step, revision"],
  ["loss", "run, step, loss, lr"],
  ["update_ratio", "run, step, param, ratio, log10_ratio"],
  ["curve", "run, series, level, step, n, min, mean, max"],
  ["series", "run, series, unit, log_scale, guide, low, high, goal, log_axis"],
  ["evals", "run, step, split, statistics, loss"],
  ["samples", "run, step, i, text"],
  ["tags", "grid, run, tag"],
  ["notes", "grid, run, note"],
  ["layer_stats", "run, step, layer, kind, mean, std, saturated, dead, min, max"],
  ["norm_stats", "run, step, layer, unit, statistics, mean, std, gamma, beta"],
  ["histograms", "run, step, layer, kind, bin, low, high, count"],
  ["saturation", "run, step, layer, example, unit, position"],
  ["logits", "run, step, example, token, logit, probability"],
  ["findings", "run, level, rule, layer, param, step, value, message, until"],
])("the view %s has the columns of its contract", (view, columns) => {
  const { path } = claimedRun(["embedding"]);

  expect(readerAt(path).query(`select * from ${view}`).columns.join(", ")).toBe(columns);
});

test("series gives a verdict on hidden weights only", () => {
  const { path } = claimedRun(["embedding", "hidden1.weight", "hidden1.bn.gamma"]);

  const { rows } = readerAt(path).query("select * from series");

  expect(rows).toEqual([
    ["g/v", "loss", "nats", 0, null, null, null, "min", 0],
    ["g/v", "lr", null, 0, null, null, null, null, 0],
    ["g/v", "log10_ratio:embedding", "log10", 1, -3, null, null, null, 0],
    ["g/v", "log10_ratio:hidden1.weight", "log10", 1, -3, -4, -2, null, 0],
    ["g/v", "log10_ratio:hidden1.bn.gamma", "log10", 1, -3, null, null, null, 0],
  ]);
});

plainTest("plain sqlite3 reads every view", () => {
  const { path, writer, id } = claimedRun(["embedding"]);
  const evaluations: Evaluation[] = [{ split: "test", statistics: "none", loss: 3 }];
  const snapshot = { step: 0, evaluations, samples: ["ann"], weights: new Uint8Array() };
  writer.endRun(id, CLAIM.token, { ...FINISHED, snapshot });

  expect(plainSqlite3(path, "select run, state, test_loss from store.runs")).toEqual([
    ["g/v", "finished", 3],
  ]);
  expect(plainSqlite3(path, 'select "grid", run, label from store.grid_runs')).toEqual([
    ["g", "g/v", "v"],
  ]);
  expect(plainSqlite3(path, "select * from store.evals")).toEqual([["g/v", 0, "test", "none", 3]]);
  expect(plainSqlite3(path, "select * from store.samples")).toEqual([["g/v", 0, 0, "ann"]]);
  expect(plainSqlite3(path, "select * from store.loss")).toEqual([]);
});

test("what is asked of a long run is looked up, not searched", () => {
  const { path } = claimedRun(["embedding"]);
  const plan = (sql: string) =>
    new SqliteDatabase(path, { readonly: true })
      .prepare<[], { detail: string }>(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join("\n");

  const ratios = plan("select * from update_ratio where run = 'g/v' and step = 5");
  const curve = plan("select * from curve where run = 'g/v' and series = 'loss' and level = 16");

  expect(ratios).toContain("SEARCH s USING PRIMARY KEY (run_id=? AND step=?)");
  expect(ratios + curve).not.toContain("SCAN");
  expect(curve.match(/SEARCH b USING PRIMARY KEY \(run_id=\? AND level=\?\)/g)).toHaveLength(3);
});
