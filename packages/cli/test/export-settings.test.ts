/** Settings as columns of the exported table of runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { python, pythonTest } from "./python.ts";
import { recordRun } from "./recorded-make.ts";

const FIRST = { lr: 0.1, layers: 2, amp: true, warmup: 10, mixed: 1, sizes: [1, 2], unset: null };
const SECOND = { lr: 1, layers: 4, amp: false, mixed: "auto", optimizer: { name: "adam, w" } };

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  recordRun(folder, { grid: "torch", label: "a", config: FIRST });
  recordRun(folder, { grid: "torch", label: "b", config: SECOND });
  for (const ending of ["parquet", "csv", "jsonl"]) {
    const args = ["export", "torch", "--table", "runs", "-o", `runs.${ending}`];
    const { status, stderr } = await ablate(folder, ...args);
    expect(status, stderr).toBe(0);
  }
});

test("the columns of the view come first, and null stands where a run has no such setting", () => {
  const [a, b] = readFileSync(join(folder, "runs.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  const view = SCHEMA.find(({ name }) => name === "runs")?.columns.map(({ name }) => name) ?? [];

  expect(Object.keys(a ?? {}).slice(0, view.length)).toEqual(view);
  const settings = (row: Record<string, unknown> = {}) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name.startsWith("config.")));
  expect([settings(a), settings(b)]).toEqual([
    {
      ...{ "config.lr": 0.1, "config.layers": 2, "config.amp": true, "config.warmup": 10 },
      ...{ "config.mixed": "1", "config.sizes": "[1,2]", "config.unset": null },
      "config.optimizer.name": null,
    },
    {
      ...{ "config.lr": 1, "config.layers": 4, "config.amp": false, "config.warmup": null },
      ...{ "config.mixed": "auto", "config.sizes": null, "config.unset": null },
      "config.optimizer.name": "adam, w",
    },
  ]);
});

const SELECT = `select run, "config.lr", "config.layers", "config.amp", "config.warmup", "config.mixed",
  "config.optimizer.name"`;

pythonTest("duckdb").each(["parquet", "csv"])(
  "DuckDB gets settings of their types from %s",
  (ending) => {
    const read = python(
      folder,
      `import duckdb, json
rows = duckdb.sql('''${SELECT} from 'runs.${ending}' order by run''')
print(json.dumps([[str(one) for one in rows.types], rows.fetchall()]))`,
    );

    expect(read).toEqual([
      ["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "BIGINT", "VARCHAR", "VARCHAR"],
      [
        ["torch/a", 0.1, 2, true, 10, "1", null],
        ["torch/b", 1, 4, false, null, "auto", "adam, w"],
      ],
    ]);
  },
);

test("a run of ours has the keys of compare, a rate that never changes as a number", async () => {
  const steps = ["--set", "train.steps=3", "--quiet"];
  expect((await ablate(folder, "run", "small.yaml", ...steps)).status).toBe(0);

  const args = ["export", "small", "--table", "runs", "--format", "jsonl", "-o", "-"];
  const { stdout } = await ablate(folder, ...args);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));

  for (const row of rows) {
    expect(row).toMatchObject({ "config.train.lr": 0.1, "config.train.steps": 3 });
  }
  expect(rows.map((row) => row["config.model.batch_norm"])).toEqual([
    "none",
    expect.stringContaining('{"where":"hidden"'),
  ]);
});
