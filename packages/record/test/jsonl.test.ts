import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { jsonl } from "../src/jsonl/jsonl.ts";
import { emptyLog, foundFile, logOf, logsOf, points, readLog, readOn } from "./read-log.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "ablate-jsonl-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function file(text: string, name = "log.jsonl"): string {
  const path = join(folder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test("reads an object a line: names within names, NaN of Python, steps, settings", () => {
  const text = [
    '{"config": {"lr": 0.1, "seed": 3}}',
    '{"global_step": 0, "train": {"loss": 2.5, "note": "x"}, "ok": true, "lr": 0.1}',
    "",
    '{"global_step": 10, "train": {"loss": NaN}, "said": "a NaN \\" here", "top": -Infinity}',
    '{"global_step": 20, "train": {"loss": "NaN"}}',
  ].join("\n");
  const log = readLog(logOf(jsonl, [file(text)]));

  expect(log.config).toEqual({ lr: 0.1, seed: 3 });
  expect(points(log, "train.loss")).toEqual([
    [0, 2.5],
    [10, Number.NaN],
    [20, Number.NaN],
  ]);
  expect(points(log, "top")).toEqual([[10, Number.NEGATIVE_INFINITY]]);
  expect([...log.metrics.keys()]).toEqual(["train.loss", "lr", "top"]);
  expect(log.troubles).toEqual([]);
});

test("tells the first line that is none by its number, and leaves such lines out", () => {
  const path = file('{"step": 0, "loss": 1}\nhello\n[1]\n{"step": 1, "loss": 2}\n');
  const log = readLog(logOf(jsonl, [path]));

  expect(points(log, "loss")).toHaveLength(2);
  expect(log.troubles).toEqual([`${path}: line 2 is not a JSON object; such lines are left out`]);
});

test("waits for a line that is cut off, and takes one that is closed", () => {
  const path = file('{"step": 0, "loss": 1}\n{"step": 1, "lo');
  const log = logOf(jsonl, [path]);
  const first = readLog(log);
  appendFileSync(path, 'ss": 2}');
  const second = readOn(log.open(first.positions), emptyLog());
  appendFileSync(path, '\n{"step": 2, "loss": 3}\n');
  const third = readOn(log.open(second.positions), emptyLog());

  expect([first, second, third].map((one) => points(one, "loss"))).toEqual([
    [[0, 1]],
    [[1, 2]],
    [[2, 3]],
  ]);
});

test("counts rows where nothing counts steps, and what the user names where it does", () => {
  const path = file('{"loss": 1, "seen": 64}\n{"loss": 2, "seen": 128}\n');

  expect(points(readLog(logOf(jsonl, [path])), "loss").map(([step]) => step)).toEqual([0, 1]);
  const named = readLog(logOf(jsonl, [path], "seen"));
  expect(points(named, "loss").map(([step]) => step)).toEqual([64, 128]);
  expect(readLog(logOf(jsonl, [path], "sean")).troubles).toEqual([
    `${path}: no number is called sean; there are loss, seen`,
  ]);
});

test.each([
  ["a list of objects", '[\n  {"epoch": 0, "loss": 2.5},\n  {"epoch": 1, "loss": NaN}\n]\n'],
  ["lists by name", '{"loss": [2.5, NaN], "name": "x"}'],
])("reads a document: %s", (_, text) => {
  const log = readLog(logOf(jsonl, [file(text, "history.json")]));

  expect(points(log, "loss")).toEqual([
    [0, 2.5],
    [1, Number.NaN],
  ]);
});

function stateOf(step: number, history: readonly object[], most = 30): string {
  const state = { global_step: step, log_history: history, max_steps: most, train_batch_size: 4 };
  return JSON.stringify(state, null, 2);
}

test("follows a trainer from checkpoint to checkpoint, each read once", () => {
  const output = folder();
  const write = (name: string, text: string): string => {
    mkdirSync(join(output, name), { recursive: true });
    writeFileSync(join(output, name, "trainer_state.json"), text);
    return join(output, name, "trainer_state.json");
  };
  const rows = [5, 10, 15, 20].map((step) => ({ step, loss: 1 / step, epoch: step / 10 }));
  const paths = [write("checkpoint-10", stateOf(10, rows.slice(0, 2)))];
  const [log] = jsonl.logs(
    paths.map((path) => foundFile(path, false)),
    { stepColumn: null },
  );
  const reader = log?.open([]);
  if (reader === undefined) throw new Error("no log");
  const read = readOn(reader, emptyLog());
  expect(points(read, "loss").map(([step]) => step)).toEqual([5, 10]);
  expect(read.run).toMatchObject({ config: { max_steps: 30 }, framework: "pytorch" });

  rmSync(join(output, "checkpoint-10"), { recursive: true });
  write("checkpoint-20", stateOf(20, rows));
  readOn(reader, read);
  expect(points(read, "loss").map(([step]) => step)).toEqual([5, 10, 15, 20]);
  expect(read.rewinds).toBe(0);

  // Training goes on from an earlier checkpoint, and another way.
  write("checkpoint-30", stateOf(30, [...rows.slice(0, 3), { step: 30, loss: 9, epoch: 3 }]));
  readOn(reader, read);
  expect(points(read, "loss").at(-1)).toEqual([30, 9]);
  expect(points(read, "loss").map(([step]) => step)).toEqual([5, 10, 15, 30]);
  expect(read.end).toMatchObject({ state: "finished" });
  expect(log?.label).toBe(output.split("/").at(-1));
});

test("keeps what it has of a document that is half written, and says so when nobody writes on", () => {
  const path = file('[{"step": 0, "loss": 1}]', "log.json");
  const reader = logOf(jsonl, [path]).open([]);
  const log = readOn(reader, emptyLog());
  writeFileSync(path, '[{"step": 0, "loss": 1}, {"st');
  readOn(reader, log);
  expect(log.troubles).toEqual([]);
  utimesSync(path, 1, 1);
  readOn(reader, log);

  expect(points(log, "loss")).toEqual([[0, 1]]);
  expect(log.troubles).toEqual([
    `${path}: is not complete JSON; the part that was read before is kept`,
  ]);
});

test.each([
  ["log.jsonl", '{"step": 0, "loss": 1}\n', true],
  ["train.jsonl", '{"text": "the loss was great", "label": 1}\n', false],
  ["package.json", '{"name": "x", "step": 1}', false],
  ["config.json", '{"loss": "mse"}', false],
  ["out/trainer_state.json", '{\n  "best_metric": null,\n', true],
  ["wandb-summary.json", '{"_step": 10, "loss": 1}', false],
])("finds metrics in a folder and leaves other JSON: %s", (name, text, isFound) => {
  expect(jsonl.claims(foundFile(file(text, name), false))).toBe(isFound);
});

test("takes no other file for JSON, also where it is named", () => {
  expect(logsOf(jsonl, [file("step,loss\n0,1\n"), file("{not json at all\n")])).toEqual([]);
});
