import { expect, test } from "vitest";
import type { ResolveOptions, StoreReader } from "../src/index.ts";
import { gridOf, plannedRun, readerAt, temporaryPath, writerAt } from "./make.ts";

/** Grids `g` and `v5`, which share a label; `g/w` has two seeds. */
function reader(): StoreReader {
  const path = temporaryPath();
  const writer = writerAt(path);
  const run = (grid: string, label: string) =>
    plannedRun(label, { name: `${grid}/${label}`, hash: `${grid}${label}` });
  const labels = ["v5", "v50", "w-seed=1", "w-seed=2"];
  writer.planGrid(gridOf(labels.map((label) => run("g", label))));
  writer.planGrid(gridOf([run("v5", "v5"), run("v5", "x")], "v5"));
  return readerAt(path);
}

/** Knows one filter. */
const matching = (filter: string) => (filter === "v" || filter === "state:new" ? ["g/v50"] : []);

const GRID_OR_RUN = { grids: true };
const RUNS = { grids: true, matching };
const WHOLE = { ...RUNS, whole: true };

test.each<[string, string, ResolveOptions, readonly string[]]>([
  ["a grid before a label", "v5", GRID_OR_RUN, ["grid v5"]],
  ["a run by its name", "g/v5", GRID_OR_RUN, ["g/v5"]],
  ["a run by its hash", "gv5", GRID_OR_RUN, ["g/v5"]],
  ["a run by its label", "x", {}, ["v5/x"]],
  ["a run by the beginning of its name", "g/v50", {}, ["g/v50"]],
  ["a run by the beginning of its label", "v50", {}, ["g/v50"]],
  ["nothing by a part of a name", "50", {}, []],
  ["all runs of a label where several will do", "v5", { matching }, ["g/v5", "v5/v5"]],
  ["runs by a name without the seed", "g/w", RUNS, ["g/w-seed=1", "g/w-seed=2"]],
  ["runs by a label without the seed", "w", RUNS, ["g/w-seed=1", "g/w-seed=2"]],
  ["runs by a filter before the beginning of names", "v", RUNS, ["g/v50"]],
  ["the beginning of a name where no filter matches", "g/v50", RUNS, ["g/v50"]],
  ["whole names alone", "g/v5", WHOLE, ["g/v5"]],
  ["nothing by a beginning where names are whole", "g/w", WHOLE, []],
  ["nothing by a filter that could be a name", "v", WHOLE, []],
  ["runs by a filter with an operator", "state:new", WHOLE, ["g/v50"]],
])("a word means %s", (_, word, options, expected) => {
  const meaning = reader().resolve(word, options);

  const grids = meaning?.grid ? [`grid ${meaning.grid}`] : [];
  expect([...grids, ...(meaning?.runs ?? [])]).toEqual(expected);
});

test.each<[string, string, ResolveOptions, string]>([
  ["a label of several runs", "v5", {}, '"v5" could be any of g/v5, v5/v5; give a longer name'],
  ["a beginning of several", "g/v", {}, '"g/v" could be any of g/v5, g/v50; give a longer name'],
  [
    "a grid where a run is meant",
    "g",
    {},
    '"g" is a grid of 4 runs; name one of them: g/v5, g/v50, ',
  ],
  ["a label of several where names are whole", "v5", { ...WHOLE, grids: false }, "could be any of"],
  ["a filter that no run matches", "state:failed", RUNS, "no run matches state:failed"],
  ["the same where names are whole", "w*", WHOLE, "no run matches w*"],
])("%s is refused", (_, word, options, sentence) => {
  expect(() => reader().resolve(word, options)).toThrow(sentence);
});
