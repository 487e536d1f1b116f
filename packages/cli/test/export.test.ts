import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXPORT_TABLES, openReader } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { Interruption } from "../src/command-line/interrupt.ts";
import { processTerminal } from "../src/command-line/terminal.ts";
import { exportRows } from "../src/export/rows.ts";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { train } from "./train.ts";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml");
  await ablate(folder, "run", "small.yaml", "--set", "train.lr=1e38", "--only", "plain", "--quiet");
  await ablate(folder, "tag", "small/plain", "good");
  await ablate(folder, "note", "small/plain", 'with "quotes", commas\nand lines');
});

async function exported(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ablate(folder, "export", ...args);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Rows of a table as our own reader has them. */
function queried(sql: string): readonly (readonly unknown[])[] {
  const reader = openReader(join(folder, "ablate.db"));
  const { rows } = reader.query(sql);
  reader.close();
  return rows;
}

test("csv has a row a step and a column a parameter, with every digit", async () => {
  const [header = "", ...lines] = (await exported("small", "--format", "csv", "-o", "-"))
    .trimEnd()
    .split("\r\n");
  const columns = header.split(",");
  const rows = lines.map((line) => line.split(","));
  const at = (row: readonly string[], column: string) => row[columns.indexOf(column)];

  expect(columns.slice(0, 5)).toEqual(["run", "step", "loss", "lr", "ratio:embedding"]);
  const normed = rows.filter((row) => row[0] === "small/normed");
  expect(normed).toHaveLength(200);
  const ratios = queried(
    "select step, ratio from update_ratio where run = 'small/normed' and param = 'hidden1.bn.gamma' order by step",
  );
  expect(normed.map((row) => [Number(row[1]), Number(at(row, "ratio:hidden1.bn.gamma"))])).toEqual(
    ratios,
  );
  const plain = rows.find((row) => row[0] === "small/plain") ?? [];
  expect(at(plain, "ratio:hidden1.bn.gamma")).toBe("");
  expect(normed.map((row) => Number(row[2]))).toEqual(
    queried("select loss from loss where run = 'small/normed' order by step").flat(),
  );
});

test("jsonl has one object a row, null for what is not finite", async () => {
  const rows = (await exported("small", "--format", "jsonl", "-o", "-"))
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));

  const diverged = rows.filter(({ run }) => String(run).startsWith("small/plain-"));
  expect(diverged.at(-1)?.loss).toBeNull();
  expect(Object.keys(rows[0] ?? {})).toContain("ratio:hidden1.bn.gamma");
  const normed = rows.filter(({ run }) => run === "small/normed");
  expect(normed.map(({ step, loss, lr }) => [step, loss, lr])).toEqual(
    queried("select step, loss, lr from loss where run = 'small/normed' order by step"),
  );
});

test.each(EXPORT_TABLES)("the table %s is exported with the columns of its view", async (table) => {
  const lines = (await exported("small", "--format", "jsonl", "-o", "-", "--table", table)).split(
    "\n",
  );
  const rows = lines.slice(0, -1).map((line): Record<string, unknown> => JSON.parse(line));

  if (table === "history") return expect(rows.length).toBeGreaterThan(400);
  const columns = queried(`select name from pragma_table_info('${table}')`).flat();
  for (const row of rows) {
    const own = Object.keys(row).filter((name) => !name.startsWith("config."));
    expect(own.sort()).toEqual([...columns].sort());
  }
  const count = queried(`select count(*) from ${table}`)[0]?.[0];
  expect(rows).toHaveLength(Number(count));
});

test("a run of several grids has the label of the grid that is exported", async () => {
  const other = readFileSync(join(folder, "small.yaml"), "utf8").replace(
    "name: small",
    "name: other",
  );
  writeFileSync(join(folder, "other.yaml"), other.replace("  plain:", "  bare:"));
  await train(folder, "other.yaml");

  const lines = (await exported("other", "--table", "runs", "--format", "csv", "-o", "-")).split(
    "\r\n",
  );

  expect(lines.slice(1, -1).map((line) => line.split(",").slice(0, 3))).toEqual([
    ["small/plain", "other", "bare"],
    ["small/normed", "other", "normed"],
  ]);
  expect((await ablate(folder, "run", "small.yaml", "--quiet")).status).toBe(0);
});

test("texts are quoted, and a run alone has its rows alone", async () => {
  expect(await exported("small/plain", "--table", "notes", "--format", "csv", "-o", "-")).toBe(
    'grid,run,note\r\nsmall,small/plain,"with ""quotes"", commas\nand lines"\r\n',
  );
});

test("the format follows from the ending; a file that is there stays without --force", async () => {
  const path = join(folder, "runs.csv");

  const first = await ablate(folder, "export", "small", "--table", "runs", "-o", "runs.csv");
  const size = readFileSync(path).length;
  const again = await ablate(folder, "export", "small/plain", "--table", "runs", "-o", "runs.csv");

  expect(first.stderr).toMatch(/^wrote 3 rows of small \(3 runs\) to runs\.csv \(.* kB\)\n$/);
  expect([again.status, again.stderr]).toEqual([
    2,
    "ablate: runs.csv exists; --force replaces it\n",
  ]);
  expect(readFileSync(path)).toHaveLength(size);
  await exported("small/plain", "--table", "runs", "-o", "runs.csv", "--force");
  expect(readFileSync(path).length).toBeLessThan(size);
  expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
});

test.each([
  [["small"], /-o is missing: -o PATH, or `-o -` to print csv or jsonl/],
  [
    ["small", "-o", "x.txt"],
    /--format is missing: one of csv, jsonl, parquet, safetensors, pytorch, tfevents, store/,
  ],
  [["small", "-o", "x", "--format", "parket"], /not "parket"; did you mean parquet\?/],
  [["small", "-o", "x.csv", "--table", "eval"], /not "eval"; did you mean evals\?/],
  [["small", "-o", "-", "--format", "parquet"], /parquet cannot be printed; name a file with -o/],
  [["small", "-o", "x.db", "--table", "runs"], /--table is for csv, jsonl and parquet/],
  [["smell", "-o", "x.csv"], /there is no run or grid "smell"; did you mean small\?/],
  [["small", "-o", "no/x.csv"], /cannot write no\/x\.csv: there is no folder no; make it first/],
  [["small", "-o", ".", "--format", "csv"], /cannot write \.: it is a folder; name a file in it/],
  [["small", "-o", "ablate.db", "--force"], /ablate\.db is the store that would be exported/],
  [
    ["small/plain", "-o", "x.csv", "--table", "effects"],
    /effects has rows of grids only; name a grid/,
  ],
  [
    ["small", "-o", "names.txt", "--format", "safetensors"],
    /names\.txt is a file; weights of a grid need a folder/,
  ],
])("export %j is refused in one sentence", async (args, sentence) => {
  const { status, stdout, stderr } = await ablate(folder, "export", ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;

test.skipIf(!canMount).each(["csv", "jsonl", "parquet", "store"])(
  "a full disk leaves no half file of %s",
  (format) => {
    const disk = join(folder, `disk-${format}`);
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=8k none ${disk} && "$@"; echo "$?"; ls -A ${disk}`;
    const command = [...COMMAND, "export", "small", "--format", format, "-o", `${disk}/x`];

    const { stdout, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script, "sh", ...command], {
      cwd: folder,
      encoding: "utf8",
    });

    expect(stdout).toBe("2\n");
    expect(stderr).toMatch(/^ablate: cannot write \S+\/x: no space left on the device\n$/);
  },
);

test("a reader that goes away ends the printing", () => {
  const shell = `"$@" | head -n 1`;
  const command = [...COMMAND, "export", "small", "--format", "csv", "-o", "-"];

  const { status, stdout } = spawnSync("sh", ["-c", shell, "sh", ...command], {
    cwd: folder,
    encoding: "utf8",
  });

  expect([status, stdout.slice(0, 8)]).toEqual([0, "run,step"]);
});

test("an export that is stopped leaves no file", async () => {
  const stop = new AbortController();
  stop.abort();
  const reader = openReader(join(folder, "ablate.db"));
  const table = reader.table("history", { runs: ["small/plain"], grid: null });
  const target = { file: "stopped.csv", path: join(folder, "stopped.csv"), force: false };
  const terminal = processTerminal();

  const work = exportRows(table, { format: "csv", target, terminal, signal: stop.signal });

  await expect(work).rejects.toThrow(Interruption);
  expect(readdirSync(folder).filter((name) => name.includes("stopped"))).toEqual([]);
  reader.close();
});
