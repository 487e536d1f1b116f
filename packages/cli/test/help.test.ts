import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERBS, verbNamed } from "../src/verbs.ts";
import { ablate, makeFolder } from "./make.ts";

test("--help lists every verb in a group, and the flags that stand alone", async () => {
  const { status, stdout } = await ablate(makeFolder(), "--help");

  expect(status).toBe(0);
  const groups = new Map(
    stdout
      .split("\n\n")
      .map((part) => part.split("\n"))
      .map(([title = "", ...lines]) => [title.replace(/:$/, ""), lines]),
  );
  for (const { usage, group, summary } of VERBS) {
    expect(groups.get(group)?.map((line) => line.trim().split(/ {2,}/))).toContainEqual([
      usage,
      summary,
    ]);
  }
  expect([...groups.keys()]).toEqual(expect.arrayContaining(["Start", "Train", "Look", "Ask"]));
  expect(stdout).toContain("-v, --version ");
});

test.each(VERBS)("$name --help is a whole page, in 80 columns", async ({ name: verb, load }) => {
  const { status, stdout } = await ablate(makeFolder(), verb, "--help");
  const titles = ["flags:", "examples:", "exit codes:", "environment:", "see also:"];

  expect(status).toBe(0);
  expect(stdout).toContain(`usage: ablate ${verb}`);
  expect(stdout.split("\n").filter((line) => titles.includes(line))).toEqual(titles);
  expect(stdout).toMatch(/examples:\n {2}(?:ablate|echo|mkdir) /);
  const { command } = await load();
  for (const name of Object.keys(command.options)) expect(stdout).toContain(`--${name}`);
  const examples = stdout.slice(stdout.indexOf("examples:"), stdout.indexOf("exit codes:"));
  const prose = stdout.replace(examples, "").split("\n");
  expect(prose.filter((line) => line.length > 80)).toEqual([]);
});

test("the overview fits into 80 columns", async () => {
  const { stdout } = await ablate(makeFolder(), "--help");

  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

test("what a help refers to exists", async () => {
  for (const { load } of VERBS) {
    for (const place of (await load()).command.see) {
      const verb = /^ablate (\w+)$/.exec(place)?.[1];
      if (verb !== undefined) expect(verbNamed(verb), place).toBeDefined();
      else readFileSync(new URL(`../../../${place}`, import.meta.url));
    }
  }
});

test("a flag can be given by its letter", async () => {
  const { stderr } = await ablate(makeFolder(), "export", "x", "-o", "x.txt");

  expect(stderr).toContain("--format is missing");
});

test.each(["--version", "-v", "-V", "version"])("%s is one line", async (word) => {
  expect((await ablate(makeFolder(), word)).stdout).toMatch(/^ablate \d+\.\d+\.\d+\n$/);
});

test("without a verb the help goes to stderr and the exit code is 2", async () => {
  const { status, stdout, stderr } = await ablate(makeFolder());

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("\n  demo ");
});
