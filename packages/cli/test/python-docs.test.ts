/** docs/python.md, as it is written, by Python's own libraries. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { page } from "./documents.ts";
import { checkoutFolder } from "./drawn-page.ts";
import { COMMAND, makeFolder, startAblate } from "./make.ts";
import { python, pythonTest } from "./python.ts";

/** Runs the blocks of a page in their order: those of Python share their variables, as the cells of a notebook. */
const RUN_PAGE = `
import json, subprocess, sys, warnings
import pandas as pd
warnings.simplefilter("error")
pd.set_option("display.width", 200, "display.max_columns", 20)
names = {}
for language, text in json.load(open("blocks.json")):
    if language == "sh":
        subprocess.run(["sh", "-ec", sys.argv[1] + text], check=True, stdout=sys.stderr)
    elif language == "python":
        exec(compile(text, "docs/python.md: " + text.split("\\n")[0], "exec"), names)
`;

const pandasTest = pythonTest("pandas", "pyarrow", "duckdb");

pandasTest("every block of the page runs, from the top", () => {
  const folder = checkoutFolder();
  const blocks = [...page("docs/python.md").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const texts = blocks.map(([, language, text]) => [language, text]);
  writeFileSync(join(folder, "blocks.json"), JSON.stringify(texts));
  const command = `ablate() { ${COMMAND.map((word) => `'${word}'`).join(" ")} "$@"; }; `;

  const { status, stdout, stderr } = spawnSync("python3", ["-c", RUN_PAGE, command], {
    cwd: folder,
    encoding: "utf8",
  });

  expect(status, stderr).toBe(0);
  expect(texts.map(([language]) => language)).toContain("python");
  const lines = stdout.split("\n");
  const lineOf = (text: string): string | undefined => lines.find((line) => line.includes(text));
  expect(lineOf("['init.hidden.bias', 'init.hidden.weight'")).toContain("'seed']");
  expect(lineOf("train.lr")).toMatch(/float64$/);
  expect(lineOf("train.batch_size")).toMatch(/int64$/);
  expect(lines.filter((line) => /^\d+ +v\d-seed=1 +3 +\d\.\d+ +0\.\d+$/.test(line))).toHaveLength(
    6,
  );
  expect(lines.filter((line) => /^\d +0\.1 +v\d-seed=1 +-\d/.test(line))).toHaveLength(6);
  expect(lines.filter((line) => /^\d +(0|[1-4]00) +\d\.\d+ +\d\.\d+$/.test(line))).toHaveLength(5);
});

pandasTest("pandas reads a run while it trains, and more of it later", async () => {
  const folder = makeFolder();
  const flags = ["--set", "train.steps=100000000", "--only", "plain", "--quiet"];
  const { child, ended } = startAblate(folder, "run", "small.yaml", ...flags);
  const read = (): unknown =>
    python(
      folder,
      `
import json, sqlite3, pandas as pd
store = sqlite3.connect("file:ablate.db?mode=ro", uri=True)
read = pd.read_sql("select state, last_step from runs where last_step > 0", store)
rate = pd.read_sql("select value from settings where key = 'train.lr'", store)
print(json.dumps([read.state.tolist(), read.last_step.tolist(), rate.value.tolist()]))`,
    );
  const trained = expect.any(Number);

  await vi.waitFor(() => expect(read()).toEqual([["running"], [trained], [0.1]]), {
    timeout: 60_000,
    interval: 200,
  });
  const first = JSON.stringify(read());
  await vi.waitFor(() => expect(JSON.stringify(read())).not.toBe(first), {
    timeout: 60_000,
    interval: 200,
  });
  child.kill("SIGINT");

  expect(await ended).toBe(130);
});
