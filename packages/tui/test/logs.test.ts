/** The real command on a folder of logs, in a real terminal, while another program writes them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeStore, temporaryFolder } from "./make.ts";
import { ABLATE, PATIENCE, Terminal } from "./terminal.ts";

/** A program that appends a line to a table every 20 ms, until it is killed. */
const WRITING = `
  const { appendFileSync } = require("node:fs");
  let step = 0;
  setInterval(() => appendFileSync(process.argv[1], step + "," + 100 / (1 + step++) + "\\n"), 20);`;

function startWriting(file: string): ChildProcess {
  writeFileSync(file, "step,loss\n");
  const child = spawn(process.execPath, ["-e", WRITING, file], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function open(folder: string, ...words: readonly string[]): Terminal {
  return new Terminal([ABLATE, "ui", ...words], { folder, size: { columns: 118, rows: 30 } });
}

/** The step of the run in the table. */
function stepShown({ text }: Terminal): number {
  const [, step = "-1"] = /● \S+ .* ([\d,]+) +recording/.exec(text) ?? [];
  return Number(step.replaceAll(",", ""));
}

test("a log moves while it is written, a new one appears, a resize meanwhile hurts nothing; q ends both", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "runs"));
  const terminal = open(folder, "runs");
  await terminal.waitFor("no log in runs yet");
  expect(terminal.text).toContain("`ablate record runs` keeps these runs in ablate.db");

  mkdirSync(join(folder, "runs", "first"));
  startWriting(join(folder, "runs", "first", "metrics.csv"));
  await vi.waitFor(() => expect(stepShown(terminal)).toBeGreaterThan(0), PATIENCE);
  const before = stepShown(terminal);
  terminal.resize({ columns: 100, rows: 24 });
  await vi.waitFor(() => expect(stepShown(terminal)).toBeGreaterThan(before), PATIENCE);
  expect(terminal.text).toContain("● live");

  terminal.press("2");
  await terminal.waitFor(/^ *loss/m);
  mkdirSync(join(folder, "runs", "second"));
  startWriting(join(folder, "runs", "second", "metrics.csv"));
  await terminal.waitFor("2 running");
  terminal.press("q");
  expect(await terminal.exit).toBe(0);
});

test("a name that is a folder and a grid is the folder, and the UI says how either is written", async () => {
  const folder = dirname(makeStore([{ label: "a" }], "runs"));
  mkdirSync(join(folder, "runs"));
  const terminal = open(folder, "runs");
  await terminal.waitFor("no log in runs yet");
  expect(terminal.text).toContain("always as ./runs; the grid is grid=runs");
  terminal.press("q");
  expect(await terminal.exit).toBe(0);
});

test("damage in a log is one sentence at the bottom; what is whole is shown", async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "metrics.jsonl"),
    '{"step":0,"loss":3}\n{"step":1,"loss":2}\n{oops\n{"step":2,"loss":1}\n',
  );
  const terminal = open(folder, "metrics.jsonl");
  await terminal.waitFor(/ 1\.0000 +2 /);
  await terminal.waitFor("line 3 is not a JSON object");
  terminal.press("ctrl-c");
  expect(await terminal.exit).toBe(0);
});
