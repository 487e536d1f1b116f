import { expect, test } from "vitest";
import type { Overrides } from "../src/config/config.ts";
import { expandGrid } from "../src/plan/expand.ts";
import { errorsOf, load, setting } from "./spec-make.ts";

function labels(text: string, overrides: Overrides): string[] {
  return expandGrid(load(text, overrides)).map((run) => run.label);
}

test("--set with one value wins over the file, its variants and its grid", () => {
  const text = "train.lr: 1\nvariants: { a: { train.lr: 2 } }\ngrid: { train.lr: [3, 4] }";
  const runs = expandGrid(load(text, { set: ["train.lr=5/10"] }));

  expect(runs.map((run) => [run.label, run.resolved.train.lr])).toEqual([["a", { 0: 0.5 }]]);
});

test("--set with several values is a factor, in place of the grid's own or fastest", () => {
  const text = "grid: { train.lr: [3, 4], model.embedding: [1, 2] }";

  expect(labels(text, { set: ["train.lr=5,6"] })).toEqual([
    "lr=5-embedding=1",
    "lr=5-embedding=2",
    "lr=6-embedding=1",
    "lr=6-embedding=2",
  ]);
  expect(labels("grid: { train.lr: [3, 4] }", { set: ["train.steps=1,2"] })).toEqual([
    "lr=3-steps=1",
    "lr=3-steps=2",
    "lr=4-steps=1",
    "lr=4-steps=2",
  ]);
});

test("commas inside brackets, braces and quotes do not separate", () => {
  const set = ["model.hidden=[4,5],[6]", "train.lr={0: 1, 5: 2}", "description='a, b'"];
  const config = load("", { set });

  expect(config.description).toBe("a, b");
  expect(config.cells.map((cell) => setting(cell.config.model, ["hidden"]))).toEqual([[4, 5], [6]]);
  expect(config.cells[0]?.config.train.lr).toEqual({ 0: 1, 5: 2 });
});

test("the last --set of a key counts, and --steps and --seeds more than --set", () => {
  const set = ["train.steps=1,2", "train.steps=3", "train.lr=1", "train.lr=2,3", "seeds=8,9"];
  const config = load("", { set, steps: 7, seeds: [5] });

  expect(config.cells.map((cell) => cell.config.train)).toMatchObject([
    { steps: 7, lr: { 0: 2 } },
    { steps: 7, lr: { 0: 3 } },
  ]);
  expect(config.seeds).toEqual([5]);
  expect(load("", { set: ["seeds=8,9"] }).seeds).toEqual([8, 9]);
  expect(load("", { set: ["seeds=[8, 9]"] }).seeds).toEqual([8, 9]);
  expect(load("", { set: ["seeds=8"] }).seeds).toEqual([8]);
});

test.each<[Overrides, string]>([
  [{ set: ["train.steps=0"] }, "--set train.steps=0: train.steps: must be at least 1, got 0"],
  [{ set: ["train.steps"] }, "--set train.steps: expected key=value"],
  [{ set: ["=3"] }, "--set =3: expected key=value"],
  [{ set: ["train.lr="] }, "--set train.lr=: train.lr: a value is empty"],
  [{ set: ["train.lr=1,"] }, "--set train.lr=1,: train.lr: a value is empty"],
  [{ set: ["train.lrr=1"] }, '--set train.lrr=1: train.lrr: unknown key, did you mean "train.lr"?'],
  [{ set: ["train.lr=1,-1"] }, "--set train.lr=1,-1: train.lr: must be at least 0, got -1"],
  [
    { set: ["model.hidden=[1"] },
    "--set model.hidden=[1: not valid YAML: flow sequence must end with a ]",
  ],
  [
    { set: ["name=a,b"] },
    "--set name=a,b: name: is the same for all runs of a config; for one value that holds a comma write 'name=\"a,b\"'",
  ],
  [
    { set: ["grid.train.lr=1"] },
    "--set grid.train.lr=1: grid.train.lr: cannot be set here; give keys of a run, several values by commas",
  ],
  [
    { set: ["include=[]"] },
    "--set include=[]: include: cannot be set here; give keys of a run, several values by commas",
  ],
  [
    { set: ["train.lr={ linspace: [1, 2] }"] },
    "--set train.lr={ linspace: [1, 2] }: train.lr: linspace takes [first, last, count], numbers",
  ],
  [{ steps: 0 }, "--steps 0: train.steps: must be at least 1, got 0"],
  [{ seeds: [1, 1] }, "--seeds 1,1: seeds[1]: seed 1 is given twice"],
  [{ seeds: [] }, "--seeds : seeds: must not be empty"],
  [{ engine: "simdd" }, '--engine simdd: engine: unknown value "simdd", did you mean "simd"?'],
])("a wrong option is named: %j", (overrides, message) => {
  expect(errorsOf("", overrides)).toEqual([message]);
});
