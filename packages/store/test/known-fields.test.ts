/** What is offered while a filter is typed. */
import { expect, test } from "vitest";
import {
  emptyRun,
  filterSubject,
  flatSettings,
  type KnownField,
  knownFields,
  parseFilter,
  storedMap,
  unknownFields,
} from "../src/index.ts";

const METRIC = { unit: null, log_axis: 0, guide: null, points: 1, role: null };

/** A run with this config and these differences. */
function run(config: object, more: Partial<ReturnType<typeof emptyRun>> = {}) {
  const text = JSON.stringify(config);
  const known = { seed: 1, hash: "ab", engine: "simd", steps: 10, state: "finished" } as const;
  const made = emptyRun({ name: "g/a", grid: "g", label: "a", ...known, config: text, ...more });
  return { ...made, settings: flatSettings(storedMap(text, "config")) };
}

const RUNS = [
  run(
    { model: { hidden: [20, 30] }, train: { lr: 0.1 }, init: { scale: "so so" } },
    { tags: ["keep"] },
  ),
  run(
    { model: { hidden: [20] }, train: { lr: 1, scale: 2 } },
    { state: "failed", tags: ["to do"] },
  ),
];

const named = (name: string, fields: readonly KnownField[] = knownFields(RUNS)) =>
  fields.find((field) => field.name === name);

test("columns have the titles of tables as aliases, and those with few values these", () => {
  expect(named("valid_loss")).toEqual({ name: "valid_loss", aliases: ["valid"], values: [] });
  expect(named("step")?.aliases).toEqual(['"at step"']);
  expect(named("state")?.values).toEqual(["finished", "failed"]);
  expect(named("tag")?.values).toEqual(["keep", '"to do"']);
  expect(named("plan")?.values).toEqual(["current"]);
});

test("keys have their values, and the endings that no other key has", () => {
  expect(named("train.lr")).toEqual({ name: "train.lr", aliases: ["lr"], values: ["0.1", "1"] });
  expect(named("model.hidden")?.values).toEqual(["20", "30"]);
  expect(named("init.scale")).toEqual({ name: "init.scale", aliases: [], values: ['"so so"'] });
});

test("what is offered is understood, metrics with odd names too", () => {
  const [first = run({})] = RUNS;
  const metric = (name: string, goal: string | null) => ({
    ...METRIC,
    name,
    goal,
    last: 1,
    last_step: 0,
  });
  const ends = { min: 1, min_step: 0, max: 1, max_step: 0 };
  const metrics = new Map(
    ["val/acc", "loss (train)", "a*b"].map((name) => [name, { ...metric(name, "max"), ...ends }]),
  );
  const logged = { ...first, metrics };
  const subject = filterSubject(logged);
  const offered = knownFields([logged]).flatMap(({ name, aliases }) => [name, ...aliases]);

  expect(offered).toContain('"loss (train).max"');
  for (const name of offered) {
    expect(unknownFields(parseFilter(`${name}=1`), [subject]), name).toEqual([]);
  }
});
