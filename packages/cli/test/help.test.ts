import { expect, test } from "vitest";
import { VERBS } from "../src/verbs.ts";
import { ablate, makeFolder } from "./make.ts";

test("--help lists every verb", () => {
  const { status, stdout } = ablate(makeFolder(), "--help");

  expect(status).toBe(0);
  for (const verb of Object.keys(VERBS)) expect(stdout).toContain(`ablate ${verb}`);
});

test.each(Object.keys(VERBS))("%s --help has flags and examples", (verb) => {
  const { status, stdout } = ablate(makeFolder(), verb, "--help");

  expect(status).toBe(0);
  expect(stdout).toContain(`usage: ablate ${verb}`);
  expect(stdout).toMatch(/examples:\n {2}ablate /);
});

test("--version is one line", () => {
  expect(ablate(makeFolder(), "--version").stdout).toMatch(/^ablate \d+\.\d+\.\d+\n$/);
});

test("without a verb the help goes to stderr and the exit code is 2", () => {
  const { status, stdout, stderr } = ablate(makeFolder());

  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("ablate demo");
});
