import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { temporaryFolder } from "./make.ts";
import { ABLATE, openUiAt, PATIENCE, Terminal } from "./terminal.ts";

/** Plans a run as another process would. */
function planRun(store: string): void {
  const writer = openWriter(store);
  const run = { name: "g/first", label: "first", hash: "h", config: "{}", seed: 1, engine: "simd" };
  writer.planGrid({ name: "g", description: "", spec: "", runs: [{ ...run, steps: 10 }] });
  writer.close();
}

async function quit(ui: Terminal): Promise<void> {
  ui.press("q");
  expect(await ui.exit).toBe(0);
}

test("a store that is not there yet is waited for, not made, and shown when it comes", async () => {
  const folder = temporaryFolder();
  const store = join(folder, "ablate.db");
  const ui = await openUiAt(store);

  await ui.waitFor("waiting for ablate.db: `ablate run CONFIG` creates it");
  ui.type("234561?");
  ui.press("escape");
  ui.type("tjk");
  ui.press("escape");
  expect(readdirSync(folder)).not.toContain("ablate.db");
  // As SQLite makes a file: empty at first.
  writeFileSync(store, "");
  planRun(store);

  await ui.waitFor("1 run · 1 pending");
  expect(ui.text).toContain("first");
  await ui.waitWithout("waiting for");
  await quit(ui);
});

test("a store in a folder that is not there yet is waited for, and a run of it is opened when it comes", async () => {
  const folder = temporaryFolder();
  const store = join(folder, "later", "x.db");
  const ui = new Terminal([ABLATE, "ui", "later/x.db", "--run", "first"], { folder });

  await ui.waitFor("waiting for x.db");
  mkdirSync(join(folder, "later"));
  planRun(store);

  await ui.waitFor(/g\/first +pending/);
  await quit(ui);
});

test("a folder of logs that is not there yet is waited for, and its logs appear", async () => {
  const folder = temporaryFolder();
  const ui = new Terminal([ABLATE, "ui", "runs/"], { folder });

  await ui.waitFor("waiting for runs/: there is nothing yet");
  expect(existsSync(join(folder, "runs"))).toBe(false);
  mkdirSync(join(folder, "runs", "a"), { recursive: true });
  await ui.waitFor("no log in runs/ yet");
  writeFileSync(join(folder, "runs", "a", "metrics.csv"), "step,loss\n0,3\n1,2.5\n");

  await ui.waitFor("1 run");
  await quit(ui);
});

test.each([
  [
    "ablate.db below a file",
    ["--store", "file/ablate.db"],
    /file\/ablate\.db: \S*file is a file, not a folder/,
  ],
  ["a folder below a file", ["file/runs/"], /file\/runs\/?: \S*file is a file, not a folder/],
  ["a name that is neither a run nor a path", ["rnus"], /there is no store at/],
])("what can never be there is one sentence: %s", async (_, more, sentence) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const size = { columns: 300, rows: 10 };

  const ui = new Terminal([ABLATE, "ui", ...more], { folder, size });

  expect(await ui.exit).toBe(2);
  await ui.waitFor(sentence, PATIENCE.timeout);
  expect(ui.text.trim().split("\n")).toHaveLength(1);
});
