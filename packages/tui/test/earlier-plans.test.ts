/** Runs left from earlier plans: hidden until they are asked for, and never what others are compared with by then. */
import { NO_OPTIONS, openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { makeStore, press, rows, screen, session } from "./make.ts";

const RUNS = [
  { label: "a", gain: 1 },
  { label: "b", gain: 2 },
  { label: "c", gain: 3 },
];

/** Stores that the config of the grid has these of its runs and no other. */
function plan(path: string, ...labels: readonly string[]): void {
  const writer = openWriter(path);
  const runs = RUNS.filter(({ label }) => labels.includes(label)).map(({ label }) => {
    const hash = `g-${label}-0123456789`;
    return { hash, name: `g/${label}`, label, config: "{}", seed: 42, engine: "simd", steps: 400 };
  });
  const origin = {
    ...{ config: "/g.yaml", options: NO_OPTIONS, runs, dataHash: "", isUnedited: false },
    ...{ again: new Map(), missing: new Set<string>(), replaces: false },
  };
  writer.planGrid({ name: "g", description: "", spec: "", runs, origin });
  writer.close();
}

const shown = (ui: ReturnType<typeof session>): string[] =>
  rows(ui).map((row) => /[✓▸] (\w)/.exec(row)?.[1] ?? row);

test("runs that a config no longer has are not shown; the header says how many, a shows them", () => {
  const path = makeStore(RUNS);
  const ui = session(path);
  expect(shown(ui)).toEqual(["a", "b", "c"]);

  plan(path, "b", "c");
  ui.poll(Date.now());

  expect(shown(ui)).toEqual(["b", "c"]);
  expect(screen(ui)[0]).toMatch(
    /^ ablate\.db › g {2}2 runs · 2 finished · 1 left from earlier plans \(a\)/,
  );
  ui.resize({ columns: 50, rows: 20 });
  expect(screen(ui)[0]).toMatch(/^ g {2}2 runs · 2 finished · 1 left \(a\)/);
  ui.resize({ columns: 118, rows: 40 });
  press(ui, "a");
  expect(shown(ui)).toEqual(["a", "b", "c"]);
  expect(screen(ui)[0]).toMatch(/^ ablate\.db › g {2}3 runs · 3 finished +/);
  expect(screen(ui)[2]).toMatch(/ plan( |$)/);
  expect(rows(ui)[0]).toContain(" left");
  press(ui, "a");
  expect(shown(ui)).toEqual(["b", "c"]);
  plan(path, "a", "b", "c");
  ui.poll(Date.now());
  expect(shown(ui)).toEqual(["a", "b", "c"]);
});

test("a filter that asks for them shows them", () => {
  const path = makeStore(RUNS);
  plan(path, "b", "c");
  const ui = session(path);

  press(ui, "/", ..."plan:left", "enter");

  expect(shown(ui)).toEqual(["a"]);
});

test("what is left is in no other view, neither marked nor pinned", () => {
  const path = makeStore(RUNS);
  plan(path, "b", "c");
  const ui = session(path, { settings: { marks: ["g/a", "g/b"], baseline: "g/a" } });

  for (const view of ["2", "3", "4", "6"]) {
    press(ui, view);
    expect(screen(ui).join("\n")).not.toMatch(/\bg\/a\b|[━▶✓▸] a( |$)/m);
  }
  expect(screen(ui)[1]).toContain("1 marked");
  press(ui, "t");
  expect(screen(ui).at(-1)).toContain("tags of g/b");
});
