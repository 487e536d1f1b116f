/** The frames and the keys in the documents are those of the program. */
import { KEYS, keyName } from "@ablate/tui";
import { beforeAll, expect, test } from "vitest";
import { page, tableRows } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

type DrawnFrame = { readonly args: string; readonly drawn: readonly string[] };

const frames = ["README.md", "docs/ui.md"].flatMap((name) =>
  [...page(name).matchAll(/<!-- frame: (.*) -->\n```\n([\s\S]*?)\n```\n/g)].map(
    ([, args = "", drawn = ""]): DrawnFrame => ({ args, drawn: drawn.split("\n") }),
  ),
);

let folder = "";
beforeAll(async () => {
  folder = makeFolder();
  const config = new URL("../../../configs/quickstart.yaml", import.meta.url).pathname;
  await train(folder, config, "--seeds", "1,2,3", "--steps", "50");
});

test("the documents show every view", () => {
  expect(frames.map(({ args }) => /--view (\w+)/.exec(args)?.[1] ?? "runs").sort()).toEqual([
    "charts",
    "charts",
    "compare",
    "findings",
    "layers",
    "run",
    "runs",
  ]);
});

test.each(frames)("$args prints a frame like the one in the documents", async ({ args, drawn }) => {
  const { status, stdout, stderr } = await ablate(
    folder,
    ...args.split(" "),
    "--glyphs",
    "braille",
  );
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines.length).toBe(drawn.length);
  expect(lines.slice(1, 2)).toEqual(drawn.slice(1, 2));
  expect(lines.at(-1)).toBe(drawn.at(-1));
});

test("the table of keys is the program's", () => {
  const documented = tableRows(page("docs/ui.md"), "key").map((row) => [
    row.get("key"),
    row.get("where"),
    row.get("what it does"),
  ]);

  expect(documented).toEqual(
    KEYS.map(({ keys, help, views }) => [
      keys.map((key) => `\`${keyName(key)}\``).join(" "),
      views?.join(", ") ?? "everywhere",
      help,
    ]),
  );
});

test.each([
  [["ui", "--view", "nope"], "--view takes one of runs, charts, run, compare, layers, findings"],
  [["ui", "--once", "--size", "wide"], "--size takes COLSxROWS"],
  [["ui", "--glyphs", "emoji"], "--glyphs takes one of braille, block, ascii"],
  [["ui", "--run", "nobody"], 'there is no run "nobody"'],
  [["ui", "--store", "nowhere.db"], "there is no store at"],
])("%j is one sentence and exit code 2", async (args, message) => {
  const { status, stdout, stderr } = await ablate(folder, ...args);

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("where there is no terminal, ui prints one plain frame", async () => {
  const { status, stdout } = await ablate(folder, "ui");

  expect(status).toBe(0);
  expect(stdout).toContain("1 Runs  2 Charts");
  expect(stdout).not.toContain("\u001b");
});

test("show draws the loss and the update:data ratios", async () => {
  const { stdout } = await ablate(folder, "show", "v5-seed=1");

  expect(stdout).toContain("loss, nats");
  expect(stdout).toMatch(/hidden1\.weight +−\d\.\d\d +too early/);
});
