/** Grids as a level: their list, the way in and out, and what the header says of where one is. */
import { annotate, openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { lineText } from "../src/text/line.ts";
import { addRuns, makeStore, press, type RunPlan, rows, screen, session } from "./make.ts";
import { makeFinding } from "./probe-make.ts";

const plan = (label: string, rest: Partial<RunPlan> = {}): RunPlan => ({ label, ...rest });

/** A grid that is done and sick, one that is half done, and one of a single run. */
function severalGrids(): string {
  const path = makeStore(
    [
      plan("a", { gain: 1, valid: 2.5, findings: [makeFinding()] }),
      plan("b", { gain: 2, valid: 2.25 }),
    ],
    "first",
  );
  const writer = openWriter(path);
  addRuns(
    writer,
    [
      plan("a", { gain: 3, valid: 2.75 }),
      plan("hot", { gain: 4, loss: (step) => (step > 50 ? Number.NaN : 3) }),
      plan("next", { gain: 5, end: null }),
      plan("later", { gain: 6, end: null }),
    ],
    "second",
  );
  addRuns(writer, [plan("alone", { gain: 7, valid: 2.125 })], "third");
  writer.close();
  return path;
}

/** The lines of the list of grids, without what is white at their ends. */
const listed = (ui: ReturnType<typeof session>): string[] =>
  screen(ui)
    .slice(3, 7)
    .map((text) => text.trim());

test("every grid has its states, progress, best run and what is wrong with it on one line", () => {
  const ui = session(severalGrids(), { settings: { view: "grids" } });

  expect(screen(ui)[2]).toMatch(/^ +grid +▲ +runs +progress +lost +best +valid +changed$/);
  expect(listed(ui)).toEqual([
    expect.stringMatching(/^every grid +▲1 +✓4 ○2 ✗1$/),
    expect.stringMatching(/^▲ first +▲1 +✓2 +━{10} 100 % +b +2\.2500 +2026-01-02 00:\d\d$/),
    expect.stringMatching(/^○ second +✓1 ○2 ✗1 +━{5}─{5} {2}50 % +✗1 +a +2\.7500 +20/),
    expect.stringMatching(/^✓ third +✓1 +━{10} 100 % +alone +2\.1250 +20/),
  ]);
});

test("enter goes into a grid, whose runs need no prefix, and esc goes out again, a level at a time", () => {
  const ui = session(severalGrids(), { settings: { view: "grids" } });
  expect(screen(ui)[0]).toMatch(/^ ablate\.db {2}7 runs · 4 finished .* · ▲ 1 /);

  press(ui, "down", "enter");
  expect(screen(ui)[0]).toMatch(/^ ablate\.db › second {2}4 runs · /);
  expect(rows(ui).map((text) => text.slice(5, 10).trim())).toEqual(["a", "hot", "next", "later"]);
  press(ui, "enter");
  expect(screen(ui)[0]).toMatch(/^ ablate\.db › second › a {2}4 runs/);
  press(ui, "escape");
  expect(ui.state.settings.view).toBe("runs");
  press(ui, "escape");
  expect(ui.state.settings.view).toBe("grids");
  press(ui, "home", "enter");
  expect(screen(ui)[0]).toMatch(/^ ablate\.db › 3 grids {2}7 runs/);
  expect(rows(ui)).toHaveLength(7);
});

test("the filter is that of runs: it leaves grids with runs that match", () => {
  const ui = session(severalGrids(), { settings: { view: "grids" } });

  press(ui, "/", ..."state:pending", "enter");
  expect(listed(ui).slice(1)).toEqual([expect.stringMatching(/^○ second +○2 /), "", ""]);
  press(ui, "escape");
  expect(listed(ui)[3]).toMatch(/^✓ third/);
});

test("grids are sorted by a column, and again the other way round", () => {
  const sorted = (isDescending: boolean): string[] =>
    listed(
      session(severalGrids(), {
        settings: { view: "grids", gridSort: { column: "value", isDescending } },
      }),
    ).map((text) => text.split(/ +/)[1] ?? "");

  expect(sorted(false)).toEqual(["grid", "third", "first", "second"]);
  expect(sorted(true)).toEqual(["grid", "second", "first", "third"]);
});

test("tags and notes are those of the grid under the cursor", () => {
  const path = severalGrids();
  const ui = session(path, {
    settings: { view: "grids" },
    annotate: (change) => annotate(path, change),
  });

  press(ui, "down", "t", ..."keep", "enter");
  expect(screen(ui).at(-1)).toContain("grid second: added keep");
  expect(screen(ui).at(-2)).toContain("grid second  keep");
});

test("in one grid esc has nowhere to go, and its name is in the header", () => {
  const ui = session(makeStore([plan("a")], "only"));

  expect(screen(ui)[0]).toMatch(/^ ablate\.db › only {2}1 run · 1 finished/);
  press(ui, "escape");
  expect(ui.state).toMatchObject({ message: "this is the top level; q quits" });
});

test("a click on a grid puts the cursor there, a double click goes in", () => {
  const ui = session(severalGrids(), { settings: { view: "grids" } });
  const at = screen(ui).findIndex((text) => text.includes("third"));
  const click = (kind: "press" | "double") =>
    ui.pointer({
      ...{ kind, button: "left", by: 0, column: 6, row: at },
      ...{ isShift: false, isAlt: false, isCtrl: false },
    });

  click("press");
  const [, , , , row = []] = ui.frame.body;
  expect(lineText(row)).toContain("third");
  expect(row.every(({ selected }) => selected === true)).toBe(true);
  click("double");
  expect(ui.state.settings).toMatchObject({ view: "runs", grid: "third" });
});

test.each([40, 60, 80])(
  "in %i columns the tab of the view that is shown has its name",
  (columns) => {
    const ui = session(severalGrids(), { columns, rows: 12, settings: { filter: "valid<2.6" } });

    for (const [key, name] of [
      ["0", "Grids"],
      ["4", "Compare"],
      ["6", "Findings"],
    ] as const) {
      press(ui, key);
      expect(screen(ui)[1]).toContain(` ${key} ${name} `);
      expect(screen(ui)[1]).toContain("/ val");
    }
  },
);

test("views of one run are about the run under the cursor, not one that was opened before", () => {
  const ui = session(severalGrids());

  press(ui, "end", "3");
  expect(screen(ui)[2]).toContain("third/alone");
  press(ui, "1", "/", ..."grid:second", "enter", "home", "5");
  expect(screen(ui)[0]).toMatch(/› second › a /);
  press(ui, "1", "escape", "home", "3", "/", ..."grid:third", "enter");
  expect(screen(ui)[0]).toContain("› first › a (not in the filter)");
  press(ui, "1", "/", "ctrl-u", ..."zzz", "enter", "3");
  expect(screen(ui)[2]).toContain("no run to show");
});
