/** docs/export.md, as it is written. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EXPORT_TABLES } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { EXPORT_FORMATS } from "../src/commands/export.ts";
import { blocks, page, tableRows } from "./documents.ts";
import { ablate, COMMAND, makeFolder } from "./make.ts";
import { python, pythonTest } from "./python.ts";

const text = page("docs/export.md");
let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  expect((await ablate(folder, "demo", "--steps", "30", "--quiet")).status).toBe(0);
  const [commands = ""] = blocks(text, "");
  for (const line of commands.trim().split("\n")) {
    const script = `ablate() { ${COMMAND.map((word) => `'${word}'`).join(" ")} "$@"; }; ${line}`;
    const { status, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
    expect(status, `${line}: ${stderr}`).toBe(0);
  }
});

test("every command of the page makes its file", () => {
  for (const file of ["quickstart.parquet", "runs.csv", "v7.safetensors", "quickstart.db"]) {
    expect(existsSync(join(folder, file)), file).toBe(true);
  }
});

test("the page has every format and every ending", () => {
  const rows = tableRows(text, "format").map((row) => row.get("format")?.replaceAll("`", ""));

  expect(rows).toEqual(EXPORT_FORMATS);
  expect(EXPORT_TABLES[0]).toBe("history");
});

pythonTest("duckdb")("DuckDB runs the query of the page", () => {
  const [query = ""] = blocks(text, "sql");

  const rows = python(
    folder,
    `import duckdb, json; print(json.dumps(duckdb.sql(${JSON.stringify(query)}).fetchall()))`,
  );

  expect(rows).toHaveLength(6);
});

test("the store of the page is imported", async () => {
  const { status, stdout } = await ablate(folder, "import", "quickstart.db", "--store", "new.db");

  expect(status).toBe(0);
  expect(stdout).toContain("imported 6 runs of 6");
});
