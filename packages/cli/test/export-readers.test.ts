/** What `ablate export` writes, read by the programs it is written for. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "@ablate/core";
import { openReader } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { ablate, inTurn, jsonRows, makeFolder } from "./make.ts";
import { python, pythonTest } from "./python.ts";
import { train } from "./train.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml");
  await ablate(folder, "run", "small.yaml", "--set", "train.lr=1e38", "--only", "plain", "--quiet");
  await ablate(folder, "tag", "small/plain", "good");
  await ablate(folder, "note", "small", "about the grid");
});

async function exported(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await ablate(folder, "export", ...args);
  expect(status, stderr).toBe(0);
}

function queried(sql: string): readonly (readonly unknown[])[] {
  const reader = openReader(join(folder, "ablate.db"));
  const { rows } = reader.query(sql);
  reader.close();
  return rows;
}

const duckTest = pythonTest("duckdb");

/** Rows that DuckDB gets out of files in the folder. */
function duckdb(query: string): unknown {
  return python(
    folder,
    `import duckdb, json; print(json.dumps(duckdb.sql(${JSON.stringify(query)}).fetchall()))`,
  );
}

duckTest("DuckDB reads the history from parquet: types, nulls and every bit", async () => {
  await exported("small", "-o", "history.parquet");

  expect(
    duckdb("select column_name, column_type from (describe from 'history.parquet') limit 5"),
  ).toEqual([
    ["run", "VARCHAR"],
    ["step", "BIGINT"],
    ["loss", "DOUBLE"],
    ["lr", "DOUBLE"],
    ["ratio:embedding", "FLOAT"],
  ]);
  const ours = queried("select run, step, loss, lr from loss order by run, step");
  expect(duckdb("select run, step, loss, lr from 'history.parquet' order by run, step")).toEqual(
    ours,
  );
  expect(ours.some(([, , loss]) => loss === null)).toBe(true);
  const ratios = `select step, "ratio:hidden1.weight"::double from 'history.parquet' where run = 'small/normed' order by step`;
  expect(duckdb(ratios)).toEqual(
    queried(
      "select step, ratio from update_ratio where run = 'small/normed' and param = 'hidden1.weight' order by step",
    ),
  );
  const missing = `select count("ratio:hidden1.bn.gamma") from 'history.parquet' where run = 'small/plain'`;
  expect(duckdb(missing)).toEqual([[0]]);
});

duckTest.each(["parquet", "csv", "jsonl"])(
  "DuckDB reads runs and evaluations from %s alike",
  async (ending) => {
    for (const table of ["runs", "evals", "update_ratio"]) {
      await exported("small", "--table", table, "-o", `${table}.${ending}`);
    }

    expect(
      duckdb(`select run, state, seed, valid_loss, tags from 'runs.${ending}' order by run`),
    ).toEqual(queried("select run, state, seed, valid_loss, tags from runs order by run"));
    expect(duckdb(`select run, step, split, loss from 'evals.${ending}' order by all`)).toEqual(
      queried("select run, step, split, loss from evals order by run, step, split, loss"),
    );
    const few = "where run = 'small/normed' and step < 3 order by step, param";
    expect(
      duckdb(`select step, param, ratio::double from 'update_ratio.${ending}' ${few}`),
    ).toEqual(queried(`select step, param, ratio from update_ratio ${few}`));
  },
);

pythonTest("pandas", "pyarrow")(
  "pandas reads the history from parquet and the runs from csv",
  async () => {
    await exported("small", "-o", "pandas.parquet");
    await exported("small", "--table", "runs", "-o", "pandas.csv");

    const read = python(
      folder,
      `
import json, pandas as pd
history = pd.read_parquet("pandas.parquet")
own = history[history.run == "small/normed"].sort_values("step")
columns = ["step", "loss", "lr", "ratio:hidden1.weight"]
runs = pd.read_csv("pandas.csv").sort_values("run")
print(json.dumps({
  "types": {name: str(history[name].dtype) for name in columns},
  "rows": own[columns].astype(float).values.tolist(),
  "runs": [[run, None if loss != loss else loss] for run, loss in zip(runs.run, runs.valid_loss)],
}))`,
    );

    expect(read).toEqual({
      types: { step: "int64", loss: "float64", lr: "float64", "ratio:hidden1.weight": "float32" },
      rows: queried(
        `select step, l.loss, l.lr, u.ratio from loss l join update_ratio u using (run, step)
       where run = 'small/normed' and param = 'hidden1.weight' order by step`,
      ),
      runs: queried("select run, valid_loss from runs order by run"),
    });
  },
);

const tensorTest = pythonTest("safetensors", "numpy");

/** Tensors and metadata of a file as Python's reader has them; values as float64, which is exact. */
function safetensors(file: string): unknown {
  return python(
    folder,
    `
import json
from safetensors import safe_open
with safe_open(${JSON.stringify(file)}, "np") as f:
    tensors = {k: [list(f.get_tensor(k).shape), f.get_tensor(k).astype(float).ravel().tolist()] for k in f.keys()}
    print(json.dumps([tensors, f.metadata()]))`,
  );
}

tensorTest("Python's safetensors reads the weights of a run, value by value", async () => {
  await exported("small/normed", "-o", "normed.safetensors");

  const reader = openReader(join(folder, "ablate.db"));
  const stored = decodeSafetensors(reader.weights("small/normed")?.bytes ?? new Uint8Array());
  const run = reader.run("small/normed");
  reader.close();
  expect(safetensors("normed.safetensors")).toEqual([
    Object.fromEntries(
      stored.tensors.map(({ name, shape, values }) => [name, [shape, Array.from(values)]]),
    ),
    {
      vocabulary: stored.metadata.vocabulary,
      run: "small/normed",
      hash: run?.hash,
      seed: "42",
      step: "200",
      config: run?.config,
    },
  ]);
});

tensorTest("a grid's weights are a folder with a file a run, but for those without", async () => {
  const { stderr } = await ablate(
    folder,
    "export",
    "small",
    "--format",
    "safetensors",
    "-o",
    "weights",
  );

  expect(stderr).toBe("wrote the weights of 2 runs to weights; 1 run without weights\n");
  expect(readdirSync(join(folder, "weights")).sort()).toEqual([
    "normed.safetensors",
    "plain.safetensors",
  ]);
  const again = await ablate(folder, "export", "small", "--format", "safetensors", "-o", "weights");
  expect(again.stderr).toBe(
    "ablate: weights has plain.safetensors and 1 more already; --force replaces them\n",
  );
  expect(safetensors("weights/plain.safetensors")).toHaveLength(2);
});

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;

test.skipIf(!hasSqlite3 && !process.env.CI)(
  "plain sqlite3 reads a sealed store in a read-only folder",
  async () => {
    await exported("small", "-o", "sealed.db");
    const { stdout, stderr } = spawnSync(
      "sqlite3",
      [
        "file:sealed.db?mode=ro&immutable=1",
        "pragma journal_mode; pragma integrity_check; pragma freelist_count; select run, state, tags from runs; select note from notes",
      ],
      { cwd: folder, encoding: "utf8" },
    );

    const [journal, check, free, ...rest] = stdout.trimEnd().split("\n");
    expect([journal, check, free], stderr).toEqual(["delete", "ok", "0"]);
    expect(rest).toEqual([
      ...queried("select run, state, tags from runs").map((row) =>
        row.map((cell) => cell ?? "").join("|"),
      ),
      "about the grid",
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith("sealed.db"))).toEqual([
      "sealed.db",
    ]);
  },
);

test("every reading command says of a sealed store what it says of the whole one", async () => {
  await exported("small", "-o", "same.db", "--force");
  const commands = [
    ["runs", "--json"],
    ["show", "small/normed", "--json"],
    ["config", "small/normed"],
    ["sample", "small/normed"],
    ["query", "select * from layer_stats order by run, step, layer, kind"],
    ["query", "select * from curve where level = 16 order by run, series, step"],
    ["query", "select * from findings order by run, rule, step, layer, param"],
    ["compare", "small", "--json"],
    ["ui", "--once", "--size", "100x30", "--run", "small/normed"],
  ];

  for (const args of commands) {
    const [sealed, whole] = await inTurn(["same.db", "ablate.db"], async (store) =>
      (await ablate(folder, ...args, "--store", store)).stdout
        .replaceAll(store, "STORE")
        .replace(/ +[\d.]+ .B(?= +○ idle)/, ""),
    );
    expect(sealed, args.join(" ")).toBe(whole);
  }
});

test("a run alone is sealed with its grids, and trained on from there", async () => {
  await exported("small/normed", "-o", "one.db");

  const runs = jsonRows(await ablate(folder, "runs", "--store", "one.db", "--json"));
  const plan = jsonRows(await ablate(folder, "plan", "small.yaml", "--store", "one.db", "--json"));

  expect(runs.map(({ run, grid, label }) => [run, grid, label])).toEqual([
    ["small/normed", "small", "normed"],
  ]);
  expect(plan.map(({ run, state }) => [run, state])).toEqual([
    ["small/plain", "new"],
    ["small/normed", "finished"],
  ]);
});
