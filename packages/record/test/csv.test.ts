import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { csv } from "../src/csv/csv.ts";
import { emptyLog, foundFile, logOf, points, readLog, readOn } from "./read-log.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "ablate-csv-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function file(text: string, name = "log.csv"): string {
  const path = join(folder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function read(text: string, name?: string) {
  return readLog(logOf(csv, [file(text, name)]));
}

test.each([
  ["commas and CRLF", "step,loss\r\n0,2.5\r\n1,1e-3\r\n"],
  ["a byte order mark", "\ufeffstep,loss\n0,2.5\n1,1e-3\n"],
  ["semicolons and decimal commas", "step;loss\n0;2,5\n1;1e-3\n"],
  ["tabs", "step\tloss\n0\t2.5\n1\t1e-3\n"],
  ["a comment, an empty line and padding", '#{"t": 1}\n\n  step,   loss\n 0, 2.5\n 1, 1e-3\n'],
  ["the header of numpy.savetxt", "# step,loss\n0,2.5\n1,1e-3\n"],
  ["the index of pandas", ",loss\n0,2.5\n1,1e-3\n"],
  ["no column of steps", "loss,note\n2.5,a\n1e-3,b\n"],
  ["quotes", '"step","lo""ss\nx","note"\n0,"2.5","a,\nb"\n1,1e-3,c"\n'],
])("reads %s", (_, text) => {
  const log = read(text);

  const [name = ""] = [...log.metrics.keys()];
  expect(name).toBe(text.includes("lo") && text.includes('""') ? 'lo"ss\nx' : "loss");
  expect(points(log, name)).toEqual([
    [0, 2.5],
    [1, 1e-3],
  ]);
});

test("keeps NaN and infinities, and takes an empty cell for no number", () => {
  const log = read("step,a,b\n0,nan,\n1,-inf,NA\n2,Infinity,1\n3,,2\n");

  expect(points(log, "a")).toEqual([
    [0, Number.NaN],
    [1, Number.NEGATIVE_INFINITY],
    [2, Number.POSITIVE_INFINITY],
  ]);
  expect(points(log, "b")).toEqual([
    [2, 1],
    [3, 2],
  ]);
});

test("says once that a column has text", () => {
  const path = file("step,loss,phase\n0,1,train\n1,2,train\n2,3,eval\n");
  const log = readLog(logOf(csv, [path]));

  expect(log.troubles).toEqual([`${path}: column phase has text; only its numbers are taken`]);
  expect([...log.metrics.keys()]).toEqual(["loss"]);
});

test("leaves out rows whose step is none, and says which one is the first", () => {
  const path = file("step,loss\n0,1\nx,2\n2.5,3\n3,4\n");
  const log = readLog(logOf(csv, [path]));

  expect(points(log, "loss")).toEqual([
    [0, 1],
    [3, 4],
  ]);
  expect(log.troubles).toEqual([`${path}: row 2 has the step "x"; such rows are left out`]);
});

test("goes back to where a training was restarted", () => {
  const log = read("step,loss,acc\n0,1,\n1,2,0.5\n2,3,\n1,20,\n2,30,\n");

  expect(points(log, "loss")).toEqual([
    [0, 1],
    [1, 20],
    [2, 30],
  ]);
  expect(points(log, "acc")).toEqual([]);
  expect(log.rewinds).toBe(1);
});

test("takes a metric that comes late for what it is, not for a restart", () => {
  const log = read("step,loss,valid\n0,1,\n10,2,\n5,,0.5\n20,3,\n");

  expect(log.rewinds).toBe(0);
  expect(points(log, "loss").map(([step]) => step)).toEqual([0, 10, 20]);
  expect(points(log, "valid")).toEqual([[5, 0.5]]);
});

test("counts batches on that begin anew with each epoch", () => {
  const rows = [0, 1, 2].flatMap((epoch) =>
    [0, 10, 20].map((batch) => `${epoch},${batch},${epoch * 100 + batch}`),
  );
  const log = read(`epoch,batch,loss\n${rows.join("\n")}\n`);

  expect(points(log, "loss").map(([step]) => step)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
  expect(log.rewinds).toBe(0);
});

test("takes the column that the user names for the steps", () => {
  const path = file("step,seen,loss\n0,100,1\n1,200,2\n");

  const named = readLog(logOf(csv, [path], "seen"));
  const wrong = readLog(logOf(csv, [path], "sean"));

  expect(points(named, "loss")).toEqual([
    [100, 1],
    [200, 2],
  ]);
  expect(wrong.troubles).toEqual([`${path}: no column is called sean; there are step, seen, loss`]);
});

test("reads on where it was, and waits for a row that is not whole", () => {
  const path = file("step,loss\n0,1\n1,0.");
  const log = logOf(csv, [path]);
  const first = readLog(log);
  appendFileSync(path, "25\n2,3\n");
  const second = readOn(log.open(first.positions), emptyLog());

  expect(points(first, "loss")).toEqual([[0, 1]]);
  expect(points(second, "loss")).toEqual([
    [1, 0.25],
    [2, 3],
  ]);
  expect(second.run).toBe(null);
});

test("takes a last row without a line break once nobody writes to it any more", () => {
  const path = file("step,loss\n0,1\n1,0.25");
  const aMinuteAgo = Date.now() / 1000 - 60;
  utimesSync(path, aMinuteAgo, aMinuteAgo);
  const reader = logOf(csv, [path]).open([]);
  const log = readOn(reader, emptyLog());
  expect(points(log, "loss")).toEqual([
    [0, 1],
    [1, 0.25],
  ]);

  appendFileSync(path, "5\n");

  expect(points(readOn(reader, log), "loss").at(-1)).toEqual([1, 0.255]);
});

test("begins anew where a file is written anew with more columns", () => {
  const path = file("step,loss\n0,1\n1,2\n");
  const reader = logOf(csv, [path]).open([]);
  const log = readOn(reader, emptyLog());
  writeFileSync(path, "step,loss,valid\n0,1,\n1,2,\n1,,9\n2,3,\n");
  readOn(reader, log);

  expect(points(log, "loss")).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(points(log, "valid")).toEqual([[1, 9]]);
});

test.each([
  ["UTF-16", Buffer.from("\ufeffstep,loss\n0,1\n", "utf16le"), "is UTF-16; save it as UTF-8"],
  ["bytes", Buffer.from("a,b\0\n1,2\n"), "is no text"],
  [
    "a quote without an end",
    Buffer.from(`step,loss\n0,1\n1,"${"2\n".repeat(2 ** 24)}`),
    "row 2 has no end; a quote may be missing",
  ],
])("says in one sentence what is wrong with %s", (_, bytes, said) => {
  const path = join(folder(), "log.csv");
  writeFileSync(path, bytes);

  expect(readLog(logOf(csv, [path])).troubles).toEqual([`${path}: ${said}`]);
});

test.each([
  ["metrics", "epoch,loss,val_loss\n0,1,2\n", true],
  ["steps and a name that says little", "step,alpha\n0,1\n", true],
  ["texts", "id,text,label\n1,good,1\n", false],
  ["a table of texts by step", "step,command\n1,open the door\n", false],
  ["numbers without a header", "1,2,3\n4,5,6\n", false],
  ["texts without a header", "the cat,sat on\na loss,of face\n", false],
])("finds metrics in a folder and leaves other tables: %s", (_, text, isFound) => {
  expect(csv.claims(foundFile(file(text), false))).toBe(isFound);
});

test.each([
  ["runs/a/metrics.csv", "runs", "a"],
  ["lightning_logs/version_0/metrics.csv", "lightning_logs", "version_0"],
  ["mine/adam.csv", "mine", "adam"],
])("names the run of %s", (name, grid, label) => {
  expect(logOf(csv, [file("step,loss\n0,1\n", name)])).toMatchObject({ grid, label });
});

test.each([
  ["hparams.yaml", "lr: 0.1\nseed: 7\nmodel: !!python/object:m.M\n  hidden: 20\n"],
  ["args.json", '{"lr": 0.1, "seed": 7, "model": {"hidden": 20}}'],
])("takes the settings in %s beside it, also where they come later", (name, text) => {
  const path = file("step,loss\n0,1\n");
  const log = logOf(csv, [path]);
  const reader = log.open([]);
  const before = readOn(reader, emptyLog());
  expect(before.run?.config).toEqual({});
  writeFileSync(join(dirname(path), name), text);
  appendFileSync(path, "1,2\n");
  readOn(reader, before);
  const after = readLog(log);

  expect(before.config).toEqual({ lr: 0.1, seed: 7, model: { hidden: 20 } });
  expect(after.run).toMatchObject({ config: before.config, seed: 7 });
});
