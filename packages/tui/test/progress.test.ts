/** What `ablate run` shows on a terminal while it trains. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "./make.ts";
import { ABLATE, type Size, Terminal, type TerminalOptions } from "./terminal.ts";

const CONFIG = `name: small
data: { file: names.txt, context: 3 }
model: { embedding: 4, hidden: [16] }
train: { steps: 150000, batch_size: 8 }
record: { probes: none }
variants: { plain: {}, slow: { train.lr: 0.01 } }
`;

const hasSqlite3 = spawnSync("sqlite3", ["--version"]).status === 0;
const crashTest = test.skipIf(!hasSqlite3 && !process.env.CI);

/** `ablate run` of two runs that take a few seconds. */
function runIn(
  size: Size,
  environment: TerminalOptions["environment"] = {},
  ...more: readonly string[]
): Terminal {
  const folder = temporaryFolder();
  const names = "emma olivia ava isabella sophia mia charlotte amelia evelyn abigail harper emily";
  writeFileSync(join(folder, "names.txt"), names.split(" ").join("\n"));
  writeFileSync(join(folder, "small.yaml"), CONFIG);
  const command = [ABLATE, "run", "small.yaml", "--workers", "1", ...more];
  return new Terminal(command, { folder, size, environment });
}

/** No row of a block is left, what stays is in its order. */
function expectClean(terminal: Terminal): void {
  const rows = terminal.scrollback.filter((row) => row !== "");
  expect(
    rows.filter((row) => /[█░]|steps\/s {2}.* left|^ {2}\+\d+ more|\d+\/\d+ runs? /.test(row)),
  ).toEqual([]);
}

const GRID = /^small {1,2}[█░]* +\d\/2 runs/m;

test.each([
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 200, rows: 50 },
])("at $columns x $rows there is a block while it trains and none afterwards", async (size) => {
  const terminal = runIn(size);

  await terminal.waitFor(GRID);
  await terminal.waitFor(/^ {2}plain .*loss \d/m);
  await terminal.waitFor(/^small .* left/m);
  await terminal.waitFor(/^small\/plain: finished {2}[\s\S]*^ {2}slow .*loss/m);

  expect(await terminal.exit).toBe(0);
  await terminal.drawn();
  expect(terminal.scrollback.join("\n")).toMatch(/^small: 2 runs\n(.*\n)*small\/plain: finished/);
  expectClean(terminal);
});

test("runs that are trained at once have a line each", async () => {
  const terminal = runIn({ columns: 80, rows: 24 }, {}, "--workers", "2");

  await terminal.waitFor(/^small .*\n {2}(plain|slow) .*loss.*\n {2}(plain|slow) .*loss/m);

  expect(await terminal.exit).toBe(0);
  await terminal.drawn();
  expectClean(terminal);
});

/** Waits for frames of the block that begin from now on. */
async function framesOf(terminal: Terminal, count: number): Promise<void> {
  const drawn = (): number => terminal.output.split("\u001b[J").length;
  const before = drawn();
  await vi.waitFor(() => expect(drawn()).toBeGreaterThan(before + count), 60_000);
  await terminal.drawn();
}

/** All that is on the screen while `plain` is trained; where it is wide bars are as long as they can be. */
const NARROW = /^small: 2 runs\nsmall\/plain: healthy so far\nsmall .*runs.*\n {2}plain .*$/;
const WIDE =
  /^small: 2 runs\nsmall\/plain: healthy so far\nsmall .*[█░]{24} .*\n {2}plain .*[█░]{24} .*$/;

test("a resize leaves nothing of the block behind", async () => {
  const terminal = runIn({ columns: 100, rows: 24 }, {}, "--steps", "3000000");
  await terminal.waitFor(NARROW);

  for (const [columns, rows, wanted] of [
    [44, 24, NARROW],
    [120, 12, WIDE],
    [60, 30, NARROW],
  ] as const) {
    terminal.resize({ columns, rows });
    await terminal.waitFor(wanted);
  }

  terminal.type("\u0003");
  expect(await terminal.exit).toBe(130);
  await terminal.drawn();
  expectClean(terminal);
});

test("frames on their way while the terminal gets narrower leave nothing either", async () => {
  const terminal = runIn({ columns: 100, rows: 24 }, {}, "--steps", "3000000");
  await terminal.waitFor(NARROW);

  terminal.reshape({ columns: 44, rows: 24 });
  await framesOf(terminal, 2);
  terminal.resize({ columns: 44, rows: 24 });
  await terminal.waitFor(NARROW);

  terminal.type("\u0003");
  expect(await terminal.exit).toBe(130);
  await terminal.drawn();
  expectClean(terminal);
});

test("Ctrl-C takes the block away, says so, and the exit code is 130", async () => {
  const terminal = runIn({ columns: 80, rows: 24 }, {}, "--steps", "3000000");
  await terminal.waitFor(/^ {2}plain .*loss \d/m);

  terminal.type("\u0003");

  expect(await terminal.exit).toBe(130);
  await terminal.drawn();
  expect(terminal.text).toMatch(/^stopping after the current block/m);
  expect(terminal.text).toMatch(/^small\/plain: stopped after [\d,]+ steps/m);
  expect(terminal.text).toMatch(/^stopped, 2 left to train; the same command goes on$/m);
  expectClean(terminal);
});

crashTest("what goes wrong in the middle takes the block away, too", async () => {
  const terminal = runIn({ columns: 80, rows: 24 }, {}, "--steps", "3000000");
  await terminal.waitFor(/^ {2}plain .*loss \d/m);

  const arguments_ = [
    "-cmd",
    ".timeout 10000",
    join(terminal.folder, "ablate.db"),
    "delete from run",
  ];
  expect(spawnSync("sqlite3", arguments_).status).toBe(0);

  expect(await terminal.exit).toBe(2);
  await terminal.drawn();
  expect(terminal.text).toMatch(/^ablate: there is no run with id \d/m);
  expectClean(terminal);
});

test("NO_COLOR takes the colours, not the block", async () => {
  const coloured = runIn({ columns: 80, rows: 24 });
  const plain = runIn({ columns: 80, rows: 24 }, { NO_COLOR: "1" });

  for (const terminal of [coloured, plain]) {
    await terminal.waitFor(GRID);
    await terminal.waitFor(/plain: finished/);
  }

  expect(coloured.output).toContain("\u001b[32mfinished");
  expect(plain.output).toContain("plain: finished");
});

test.each([
  ["in CI", { CI: "true" }],
  ["on a dumb terminal", { TERM: "dumb" }],
])("%s there are plain lines", async (_, environment) => {
  const terminal = runIn({ columns: 80, rows: 24 }, environment, "--steps", "2000");

  expect(await terminal.exit).toBe(0);
  await terminal.drawn();
  expect(terminal.output).not.toContain("\u001b[J");
  expect(terminal.text).toMatch(/^\[1\/2\] small\/plain: 2,000 steps$/m);
  expect(terminal.text).toMatch(/^small\/plain: finished {2}train/m);
});

test("one step of one run is not called steps of runs", async () => {
  const more = ["--steps", "1", "--only", "plain"];
  const terminal = runIn({ columns: 80, rows: 24 }, { CI: "true" }, ...more);

  expect(await terminal.exit).toBe(0);
  await terminal.drawn();
  expect(terminal.text).toMatch(/^\[1\/1\] small\/plain: 1 step$/m);
  expect(terminal.text).toMatch(/^small: 1 run in /m);
});

test("where the locale is not UTF-8 the bar is ASCII", async () => {
  const terminal = runIn({ columns: 80, rows: 24 }, { LANG: "C", LC_ALL: "C" });

  await terminal.waitFor(/^small {2}#*-+ {2}0\/2 runs/m);

  expect([...terminal.output].filter((character) => character > "~")).toEqual([]);
});

test("--quiet shows nothing", async () => {
  const terminal = runIn({ columns: 80, rows: 24 }, {}, "--steps", "500", "--quiet");

  expect(await terminal.exit).toBe(0);
  expect(terminal.output).toBe("");
});
