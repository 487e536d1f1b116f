import { stripVTControlCharacters } from "node:util";
import { spawn } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { readScale } from "../src/command-line/flags.ts";
import { ablate, ablateWith, COMMAND, inTurn, jsonRows, makeFolder } from "./make.ts";

test("the notebook's scales are the default, and the spread is what it shows", async () => {
  const rows = jsonRows(await ablate(makeFolder(), "gain", "--json"));

  const std = rows.map(({ product_std: value }) => Number(value));
  expect(rows.map(({ w }) => w)).toEqual(
    ["1", "5", "0.2", "1/sqrt(10)"].map((scale) => `N(0, 1) x ${scale}`),
  );
  for (const [i, notebook] of [3.18, 15.95, 0.62, 0.98].entries()) {
    expect(Math.abs((std[i] ?? 0) / notebook - 1)).toBeLessThan(0.05);
  }
  expect(new Set(rows.map(({ x_std: value }) => value)).size).toBe(1);
});

test("scales and schemes are one list, settings and all", async () => {
  const schemes = "kaiming, { scheme: kaiming, gain: 5/3 }, lecun, xavier, orthogonal";
  const args = ["--scales", "5/3, 1/sqrt(30)", "--schemes", schemes, "--fan-in", "30"];

  const rows = jsonRows(await ablate(makeFolder(), "gain", "--json", ...args));

  expect(rows.map(({ w }) => w)).toEqual([
    "N(0, 1) x 5/3",
    "N(0, 1) x 1/sqrt(30)",
    "kaiming",
    "kaiming(gain: 1.667)",
    "lecun",
    "xavier",
    "orthogonal",
  ]);
  const [five, root, plain, gained] = rows.map(({ product_std: value }) => Number(value));
  expect(plain).toBeCloseTo(Number(root), 6);
  expect(gained).toBeCloseTo(Number(plain) * (5 / 3), 5);
  expect(five).toBeCloseTo(Number(gained) * Math.sqrt(30), 4);
});

test("a table, and two histograms on the same edges for each w, within 80 columns", async () => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "gain");
  const lines = stdout.trimEnd().split("\n");

  expect([status, stderr]).toEqual([0, ""]);
  expect(lines[0]).toBe("x 1000x10 from N(0, 1): mean 0.0064, std 1.0045; w 10x200");
  expect(lines).toContain("w = N(0, 1) x 5");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => /^−10 ─+ 0 ─+ 10 {2}−10 ─+ 0 ─+ 10$/.test(line))).toHaveLength(4);
});

test("a scheme with many settings stays within 80 columns, its beginning to be seen", async () => {
  const scheme = "{ scheme: kaiming, gain: 5/3, mode: fan_out, distribution: uniform, scale: 0.5 }";

  const { stdout } = await ablate(makeFolder(), "gain", "--schemes", scheme);

  expect(stdout).toMatch(/^kaiming\(gain: 1\.667, .*… {2}/m);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("a wider spread takes more columns", async () => {
  const fullCells = async (scale: string): Promise<number> => {
    const lines = (await ablate(makeFolder(), "gain", "--scales", scale)).stdout.split("\n");
    const axis = lines.findIndex((line) => line.includes("─"));
    return [...(lines[axis - 1] ?? "").slice(41)].filter((cell) => cell === "█").length;
  };

  const widths = await inTurn(["0.2", "1/sqrt(10)", "1", "5"], fullCells);

  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  expect(new Set(widths).size).toBe(4);
});

test("without UTF-8 every character is ASCII", async () => {
  const { stdout } = await ablateWith({ LC_ALL: "C" }, makeFolder(), "gain");

  expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
  expect(stdout).toContain("####");
});

test("200 columns hold two pairs beside each other, in colour unless NO_COLOR is set", async () => {
  const plain = await onTerminal({ columns: 200, variables: { NO_COLOR: "1" } });
  const coloured = await onTerminal({ columns: 200, variables: {} });

  const lines = stripVTControlCharacters(plain).split(/\r?\n/);
  const widest = Math.max(...lines.map((line) => line.length));
  expect(lines.some((line) => /^w = N\(0, 1\) x 1 +w = N\(0, 1\) x 5$/.test(line))).toBe(true);
  expect([widest > 190, widest <= 200]).toEqual([true, true]);
  expect(plain).not.toContain("\u001b[38;5;");
  expect(coloured).toContain("\u001b[38;5;");
});

test.each([
  [
    "--scales",
    "1,two",
    'ablate: --scales takes numbers separated by commas, such as 5, 5/3 or 1/sqrt(10), not "two"',
  ],
  [
    "--scales",
    "1/0",
    'ablate: --scales takes numbers separated by commas, such as 5, 5/3 or 1/sqrt(10), not "1/0"',
  ],
  ["--schemes", "kaimin", '--schemes kaimin: unknown value "kaimin", did you mean "kaiming"?'],
  [
    "--schemes",
    "{ scheme: kaiming, gain: -1 }",
    "--schemes { scheme: kaiming, gain: -1 }: gain: must be at least 0, got -1",
  ],
  ["--schemes", "", "--schemes : expected at least one scheme"],
  ["--rows", "1", 'ablate: --rows takes a whole number of at least 2, not "1"'],
  ["--fan-in", "0.5", 'ablate: --fan-in takes a whole number of at least 1, not "0.5"'],
  ["--range", "0", 'ablate: --range takes a number above 0, not "0"'],
  [
    "--rows",
    "10000000",
    "ablate: x 10000000x10 and w 10x200 are too large; x, w and x @ w may have ten million numbers each",
  ],
])("%s %s is refused in one sentence", async (flag, value, sentence) => {
  const { status, stdout, stderr } = await ablate(makeFolder(), "gain", flag, value);

  expect([status, stdout, stderr]).toEqual([2, "", `${sentence}\n`]);
});

test("what would take too long is refused", async () => {
  const large = ["--fan-in", "3000", "--fan-out", "3000", "--schemes", "orthogonal"];

  const { status, stderr } = await ablate(makeFolder(), "gain", ...large);

  expect(status).toBe(2);
  expect(stderr).toBe(
    "ablate: x 1000x3000 @ w 3000x3000 for 1 w would take too long; make --rows, --fan-in, --fan-out or the list smaller\n",
  );
});

test.each([
  ["5", 5],
  [" -5/3 ", -5 / 3],
  ["1/sqrt(10)", 1 / Math.sqrt(10)],
  ["sqrt(2)", Math.SQRT2],
  [".5e1", 5],
  ["1e39", null],
  ["1/0", null],
  ["1/2/3", null],
  ["", null],
])("the scale %s is %s", (text, value) => {
  expect(readScale(text)).toBe(value);
});

/** What `ablate gain` shows on a terminal of so many columns. */
function onTerminal({
  columns,
  variables,
}: {
  readonly columns: number;
  readonly variables: Readonly<Record<string, string>>;
}): Promise<string> {
  const [file, ...args] = COMMAND;
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...rest } = process.env;
  const env = { ...rest, TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...variables };
  const terminal = spawn(file, [...args, "gain"], {
    cols: columns,
    rows: 60,
    cwd: makeFolder(),
    env,
  });
  return new Promise((resolve) => {
    let text = "";
    terminal.onData((data) => {
      text += data;
    });
    terminal.onExit(() => resolve(text));
  });
}
