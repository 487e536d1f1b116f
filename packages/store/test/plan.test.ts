import { expect, test } from "vitest";
import { gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

test("a plan stores its runs as pending, in its order", () => {
  const path = temporaryPath();

  const stored = writerAt(path).planGrid(gridOf([plannedRun("b"), plannedRun("a")]));

  expect(stored.map(({ name, state }) => [name, state])).toEqual([
    ["g/b", "pending"],
    ["g/a", "pending"],
  ]);
  expect(readerAt(path).grids()).toEqual([{ name: "g", description: "about g", runs: 2 }]);
});

test("planning a name again adds runs, replaces the text and removes nothing", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const [first] = writer.planGrid(gridOf([plannedRun("a")]));

  const again = writer.planGrid({
    ...gridOf([plannedRun("b"), plannedRun("a", { name: "g/renamed", label: "renamed" })]),
    description: "new",
  });

  const reader = readerAt(path);
  expect(again[1]).toEqual(first);
  expect(reader.grids()).toEqual([{ name: "g", description: "new", runs: 2 }]);
  expect(reader.runs({ grid: "g" }).map(({ name: run, label }) => [run, label])).toEqual([
    ["g/b", "b"],
    ["g/a", "a"],
  ]);
});

test("planning some of a grid's runs again leaves their order", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  writer.planGrid(gridOf(["a", "b", "c"].map((label) => plannedRun(label))));

  writer.planGrid(gridOf(["d", "c"].map((label) => plannedRun(label))));

  const labels = readerAt(path).runs({ grid: "g" });
  expect(labels.map(({ label }) => label)).toEqual(["a", "b", "c", "d"]);
});

test("a run in two grids is stored once, under its first name, with a label in each", () => {
  const path = temporaryPath();
  const writer = writerAt(path);
  const [one] = writer.planGrid(gridOf([plannedRun("a")], "g"));

  const [two] = writer.planGrid(gridOf([plannedRun("a", { name: "h/x", label: "x" })], "h"));

  const reader = readerAt(path);
  expect(two).toEqual(one);
  expect(reader.runs().map(({ grid, label }) => [grid, label])).toEqual([["g", "a"]]);
  expect(
    reader.runs({ grid: "h" }).map(({ name: run, grid, label }) => [run, grid, label]),
  ).toEqual([["g/a", "h", "x"]]);
  expect(reader.query('select "grid", run, label from grid_runs order by 1').rows).toEqual([
    ["g", "g/a", "a"],
    ["h", "g/a", "x"],
  ]);
});

test("a name that another run has gets the first characters of the hash", () => {
  const writer = writerAt(temporaryPath());
  const taken = { name: "g/a", label: "a" };

  const stored = writer.planGrid(
    gridOf(["abcdef1x", "abcdef2y", "abcdef2z"].map((hash) => plannedRun("a", { ...taken, hash }))),
  );

  expect(stored.map(({ name }) => name)).toEqual(["g/a", "g/a-abcdef", "g/a-abcdef2"]);
});

test("a name stays within 80 characters when it is made longer", () => {
  const writer = writerAt(temporaryPath());
  const name = `g/${"x".repeat(78)}`;

  const stored = writer.planGrid(
    gridOf(["1111111", "2222222"].map((hash) => plannedRun("a", { name, hash }))),
  );

  expect(stored.map((run) => run.name)).toEqual([name, `g/${"x".repeat(71)}-222222`]);
});

test("a plan that fails half way leaves nothing", () => {
  const path = temporaryPath();
  const broken = plannedRun("b", { seed: Number.NaN });

  expect(() => writerAt(path).planGrid(gridOf([plannedRun("a"), broken]))).toThrow();

  expect(readerAt(path).grids()).toEqual([]);
  expect(readerAt(path).runs()).toEqual([]);
});
