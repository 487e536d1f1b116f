/** The notebook on a store in examples/, executed by Jupyter's own client and kernel. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { COMMAND } from "./make.ts";

type Output = {
  readonly output_type: string;
  readonly name?: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

type Notebook = {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly execution_count?: number | null;
    readonly outputs?: readonly Output[];
  }[];
};

const NOTEBOOKS = join(import.meta.dirname, "../../../examples/notebook");

function notebookOf(path: string): Notebook {
  return JSON.parse(readFileSync(path, "utf8"));
}

test.each(readdirSync(NOTEBOOKS).filter((name) => name.endsWith(".ipynb")))(
  "%s is committed without outputs",
  (name) => {
    for (const cell of notebookOf(join(NOTEBOOKS, name)).cells) {
      if (cell.cell_type !== "code") continue;
      expect([cell.execution_count, cell.outputs]).toEqual([null, []]);
    }
  },
);

const { env, missing } = pythonWith("notebook");

const EXECUTE = `
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read("pandas.ipynb", as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, "executed.ipynb")
`;

test.skipIf(missing !== null)(
  "the notebook trains, reads and draws from its first cell to its last",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "ablate-notebook-"));
    copyFileSync(join(NOTEBOOKS, "pandas.ipynb"), join(folder, "pandas.ipynb"));
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const command = COMMAND.map((word) => `'${word}'`).join(" ");
    writeFileSync(join(bin, "ablate"), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });

    const { status, stderr } = spawnSync("python3", ["-c", EXECUTE], {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...env,
        NO_COLOR: undefined,
        HOME: folder,
        PATH: [bin, process.env.PATH].join(delimiter),
      },
    });

    expect(status, stderr).toBe(0);
    const outputs = notebookOf(join(folder, "executed.ipynb")).cells.flatMap(
      (cell) => cell.outputs ?? [],
    );
    expect(outputs.filter(({ name }) => name === "stderr")).toEqual([]);
    const tables = outputs.map(({ data }) => String(data?.["text/html"] ?? "")).filter(Boolean);
    expect(tables.map((html) => html.match(/<th>quickstart\/v\d<\/th>/g)?.length)).toEqual([
      6, 6, 6,
    ]);
    expect(tables[1]).toContain("init.hidden.weight");
    expect(outputs.filter(({ data }) => "image/png" in (data ?? {}))).toHaveLength(2);
  },
);
