import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { spawn } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { ablate, COMMAND, jsonRows, makeFolder } from "./make.ts";

const BAD = `data: { file: names.txt }
model: { biaz: true }
zip:
  - { train.lr: 1, init.hidden.weight: { scheme: normal, sdt: 3 } }
exclude:
  - { train.lr: 7 }
`;

/** A folder with `bad.yaml` of this text. */
function folderWith(text: string): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "bad.yaml"), text);
  return folder;
}

test.each(["plan", "run"])(
  "%s shows each mistake with its line and a caret under the place",
  async (verb) => {
    const { status, stdout, stderr } = await ablate(folderWith(BAD), verb, "bad.yaml");

    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`bad.yaml:2:10: model.biaz: unknown key, did you mean "model.bias"?
  2 | model: { biaz: true }
    |          ^
bad.yaml:4:58: init.hidden.weight.sdt: unknown key, did you mean "init.hidden.weight.std"?
  4 |   - { train.lr: 1, init.hidden.weight: { scheme: normal, sdt: 3 } }
    |                                                          ^
bad.yaml:6:17: exclude[0]: matches no run: train.lr is never 7, only 1
  6 |   - { train.lr: 7 }
    |                 ^
`);
  },
);

test("a long line is cut around the place", async () => {
  const text = `data: { file: names.txt }\ngrid: { train.lr: [${"1, ".repeat(100)}-1${", 1".repeat(100)}] }\n`;
  const [, excerpt = "", caret = ""] = (
    await ablate(folderWith(text), "plan", "bad.yaml")
  ).stderr.split("\n");

  expect(excerpt).toMatch(/^ {2}2 \| ….*1, -1, 1.*…$/);
  expect(excerpt.length).toBeLessThan(120);
  expect(excerpt.slice(caret.indexOf("^")).startsWith("-1")).toBe(true);
});

test("tabs, wide characters and control characters leave the caret under its place", async () => {
  const text = `data: { file: names.txt }\ndescription: "\u540d\u524d\u001b[31m"\nvariants: { "\u65e5\u672c": {} }\nmodel:\t{ hiden: [1] }\ntrain: { "\u65e5\u672c": 1, stepz: 2 }\n`;
  const { stderr } = await ablate(folderWith(text), "plan", "bad.yaml");

  expect(stderr).not.toContain("\u001b");
  expect(stderr).toContain("  4 | model:\\u{9}{ hiden: [1] }\n    |              ^\n");
  expect(stderr).toContain(`stepz: 2 }\n    | ${" ".repeat(9)}${" ".repeat(6)}${" ".repeat(5)}^\n`);
});

test("a mistake in an extended file is shown with that file's line", async () => {
  const folder = folderWith("extends: below.yaml\n");
  writeFileSync(join(folder, "below.yaml"), "data: { file: names.txt }\ntrain.lr: -1\n");

  expect(
    (await ablate(folder, "plan", "bad.yaml")).stderr,
  ).toBe(`below.yaml:2:11: train.lr: must be at least 0, got -1
  2 | train.lr: -1
    |           ^
`);
});

test("a wrong option is one line", async () => {
  const { stderr } = await ablate(makeFolder(), "plan", "small.yaml", "--set", "train.lr=-1");

  expect(stderr).toBe("--set train.lr=-1: train.lr: must be at least 0, got -1\n");
});

test("on a terminal mistakes are in colour, unless NO_COLOR is set", async () => {
  const folder = folderWith(BAD);
  const plain = (await ablate(folder, "plan", "bad.yaml")).stderr;

  const coloured = await onTerminal(folder, {});
  expect(coloured).toContain("\u001b[31m");
  expect(stripVTControlCharacters(coloured).replaceAll("\r\n", "\n")).toBe(plain);
  expect(await onTerminal(folder, { NO_COLOR: "1" })).not.toContain("\u001b[31m");
});

test("a value that no run makes use of is a warning with its place, and the plan goes on", async () => {
  const folder = folderWith("data: { file: names.txt }\ninit.output.gamma: zeros\n");
  const { status, stdout, stderr } = await ablate(folder, "plan", "bad.yaml");

  expect(status).toBe(0);
  expect(stdout).toContain("bad/run");
  expect(stderr).toContain(`bad.yaml:2:20: warning: init.output.gamma: has no effect, `);
  expect(stderr).toContain("  2 | init.output.gamma: zeros\n    |                    ^\n");
});

test("more than 10,000 runs need --yes, and are refused before anything is built", async () => {
  const grid = "train.lr: { linspace: [0.1, 1, 101] }, train.steps: { range: [1, 101] }";
  const folder = folderWith(`data: { file: names.txt }\ngrid: { ${grid} }\n`);

  const refused = await ablate(folder, "plan", "bad.yaml");
  expect([refused.status, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toMatch(/^bad\.yaml:2:9: 10,100 runs; more than 10,000 need --yes\n/);
  const args = ["--yes", "--only", "steps=100", "--json"];
  expect(jsonRows(await ablate(folder, "plan", "bad.yaml", ...args))).toHaveLength(101);
});

/** What `ablate plan bad.yaml` writes to a terminal. */
function onTerminal(folder: string, more: Readonly<Record<string, string>>): Promise<string> {
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, CI: ____, ...env } = process.env;
  const [program, ...first] = COMMAND;
  const terminal = spawn(program, [...first, "plan", "bad.yaml"], {
    cwd: folder,
    cols: 200,
    rows: 50,
    env: { ...env, TERM: "xterm-256color", ...more },
  });
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  return new Promise((resolve) => terminal.onExit(() => resolve(output)));
}
