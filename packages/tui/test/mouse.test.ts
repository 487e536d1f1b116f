import { expect, test } from "vitest";
import type { Session } from "../src/session/session.ts";
import type { Pointer } from "../src/views/view.ts";
import { exampleStore, makeStore, press, screen, session } from "./make.ts";
import { sampleStore } from "./samples.ts";

type Cell = { readonly column: number; readonly row: number };

/** Does something with the mouse at a cell. */
function point(ui: Session, { column, row }: Cell, more: Partial<Pointer> = {}): void {
  const held = { isShift: false, isAlt: false, isCtrl: false };
  ui.pointer({ kind: "press", button: "left", by: 0, column, row, ...held, ...more });
}

/** Returns the cell where a text begins, and `by` cells after it. */
function placeOf(ui: Session, text: string | RegExp, by = 0): Cell {
  const lines = screen(ui);
  const row = lines.findIndex((line) => line.search(text) >= 0);
  expect(row, `${text} on the screen`).toBeGreaterThanOrEqual(0);
  return { column: (lines[row]?.search(text) ?? 0) + by, row };
}

function clickOn(ui: Session, text: string | RegExp, more: Partial<Pointer> = {}): void {
  point(ui, placeOf(ui, text, 1), more);
}

test("a click on a tab shows its view", () => {
  const ui = session(exampleStore());
  clickOn(ui, "4 Compare");
  expect(ui.view.name).toBe("compare");
});

test("a click on a row puts the cursor there, a double click opens the run or the group", () => {
  const ui = session(exampleStore());
  clickOn(ui, /hot/);
  expect(ui.scene.focused?.title).toContain("hot");
  clickOn(ui, /v5 ×3/);
  clickOn(ui, /v5 ×3/, { kind: "double" });
  expect(ui.scene.focused?.isUnfolded).toBe(true);
  clickOn(ui, /hot/);
  clickOn(ui, /hot/, { kind: "double" });
  expect(ui.view.name).toBe("run");
  expect(ui.scene.run?.name).toContain("hot");
});

test("a click on the sign of a group unfolds it, again folds it", () => {
  const ui = session(exampleStore());
  point(ui, placeOf(ui, "▸"));
  expect(ui.scene.table.rows.filter(({ isUnfolded }) => isUnfolded)).toHaveLength(1);
  point(ui, placeOf(ui, "▾"));
  expect(ui.scene.table.rows.filter(({ isUnfolded }) => isUnfolded)).toHaveLength(0);
});

test("a click on the title of a column sorts by it, again the other way round", () => {
  const ui = session(exampleStore());
  clickOn(ui, /valid/);
  const { sort } = ui.state.settings;
  expect(sort?.column).toContain("valid");
  clickOn(ui, /valid/);
  expect(ui.state.settings.sort).toEqual({ ...sort, isDescending: !sort?.isDescending });
});

test("the wheel scrolls the table, and the cursor stays on the screen", () => {
  const plans = Array.from({ length: 40 }, (_, i) => ({ label: `r${i}`, gain: i, steps: 5 }));
  const ui = session(makeStore(plans), { rows: 20 });
  point(ui, { column: 5, row: 5 }, { kind: "wheel", button: "none", by: 2 });
  expect(ui.state.top).toBe(6);
  expect(ui.scene.focusAt).toBe(6);
  point(ui, { column: 5, row: 5 }, { kind: "wheel", button: "none", by: -5 });
  expect(ui.state.top).toBe(0);
});

test("the wheel scrolls the help and a page by three lines a notch", () => {
  const ui = session(sampleStore(), { rows: 14 });
  press(ui, "?");
  point(ui, { column: 5, row: 5 }, { kind: "wheel", button: "none", by: 1 });
  expect(ui.state.scroll).toBe(3);
  press(ui, "escape", "3");
  point(ui, { column: 5, row: 5 }, { kind: "wheel", button: "none", by: 1 });
  expect(ui.state.scroll).toBe(3);
});

/** Charts of one series, and the cells of its plot. */
function charted() {
  const ui = session(exampleStore(), { settings: { view: "charts", metrics: ["loss"] } });
  const rect = ui.frame.panes[0]?.zones[0]?.rect;
  expect(rect).toBeDefined();
  const at = (share: number): Cell => ({
    column: (rect?.column ?? 0) + Math.floor((rect?.columns ?? 0) * share),
    row: (rect?.row ?? 0) + 2,
  });
  return { ui, at };
}

test("the wheel zooms about the pointer, with alt it moves what is shown, the right button shows all", () => {
  const { ui, at } = charted();
  const { x } = ui.scene;
  const place = x.low + (x.high - x.low) * 0.25;
  point(ui, at(0.25), { kind: "wheel", button: "none", by: -1 });
  const { zoom } = ui.state;
  expect((zoom?.high ?? 0) - (zoom?.low ?? 0)).toBeCloseTo(0.75 * (x.high - x.low), 0);
  expect((place - (zoom?.low ?? 0)) / ((zoom?.high ?? 0) - (zoom?.low ?? 0))).toBeCloseTo(0.25, 1);

  point(ui, at(0.25), { kind: "wheel", button: "none", by: 1, isAlt: true });
  expect(ui.state.zoom?.low).toBeGreaterThan(zoom?.low ?? 0);
  point(ui, at(0.25), { button: "right" });
  expect(ui.state.zoom).toBeNull();
});

test("dragging in a chart marks steps, and releasing shows them", () => {
  const { ui, at } = charted();
  const { x } = ui.scene;
  point(ui, at(0.25));
  point(ui, at(0.5), { kind: "drag" });
  expect(ui.state.selected).not.toBeNull();
  const marked = ui.frame.panes[0]?.lines.flat().filter(({ back }) => back !== undefined) ?? [];
  expect(marked.length).toBeGreaterThan(3);
  point(ui, { ...at(0.5), row: 0 }, { kind: "drag" }); // the chart keeps the mouse outside of it
  point(ui, at(0.5), { kind: "release" });

  expect(ui.state.selected).toBeNull();
  expect(ui.state.zoom?.low).toBeCloseTo(x.low + 0.25 * (x.high - x.low), -1);
  expect(ui.state.zoom?.high).toBeCloseTo(x.low + 0.5 * (x.high - x.low), -1);
});

test("a click in a chart that drags over nothing zooms nothing", () => {
  const { ui, at } = charted();
  point(ui, at(0.5));
  point(ui, at(0.5), { kind: "release" });
  expect(ui.state).toMatchObject({ zoom: null, selected: null });
});

test("the crosshair follows the pointer and goes when that leaves the chart", () => {
  const { ui, at } = charted();
  point(ui, at(0.5), { kind: "move", button: "none" });
  const { crosshair } = ui.state;
  expect(crosshair).toBeCloseTo(ui.scene.x.high / 2, -1);
  const { state } = ui;
  point(ui, at(0.5), { kind: "move", button: "none" });
  expect(ui.state).toBe(state); // so nothing is drawn
  point(ui, { column: 0, row: 0 }, { kind: "move", button: "none" });
  expect(ui.state.crosshair).toBeNull();
});

test("the crosshair of a key stays when the pointer moves beside the chart", () => {
  const { ui } = charted();
  press(ui, "c");
  const { crosshair } = ui.state;
  point(ui, { column: 0, row: 0 }, { kind: "move", button: "none" });
  expect(ui.state.crosshair).toBe(crosshair);
});

test("a double click shows a chart alone", () => {
  const { ui, at } = charted();
  point(ui, at(0.5));
  point(ui, at(0.5), { kind: "double" });
  expect(ui.state.isAlone).toBe(true);
});

test("a click on a legend hides the curve, again shows it; a double click leaves it alone", () => {
  const { ui } = charted();
  clickOn(ui, /v1 ×3/);
  expect(ui.state.settings.hiddenCurves).toHaveLength(1);
  clickOn(ui, /v1 ×3/);
  expect(ui.state.settings.hiddenCurves).toHaveLength(0);
  clickOn(ui, /v1 ×3/);
  clickOn(ui, /v1 ×3/, { kind: "double" });
  expect(ui.state.settings.hiddenCurves).toHaveLength(ui.scene.chosen.length - 1);
});

test("a press gives the keys to a pane, the wheel acts in the one under it without them", () => {
  const ui = session(exampleStore(), { columns: 200, rows: 50 });
  const charts = ui.placed.find(({ view }) => view.name === "charts");
  const inCharts = { column: (charts?.rect.column ?? 0) + 30, row: 8 };
  point(ui, inCharts, { kind: "wheel", button: "none", by: -1 });
  expect(ui.state.zoom).not.toBeNull();
  expect(ui.active.name).toBe("runs");
  point(ui, inCharts);
  point(ui, inCharts, { kind: "release" });
  expect(ui.active.name).toBe("charts");
});

test("dragging the rule between panes moves it, on both sides, and a double click on a title maximises", () => {
  const ui = session(exampleStore(), { columns: 200, rows: 50 });
  const columns = () => ui.placed.map(({ rect }) => rect.column);
  const [, charts = 0, essence = 0] = columns();
  point(ui, { column: charts, row: 20 });
  for (const by of [1, 2, 5, 7]) point(ui, { column: charts + by, row: 20 }, { kind: "drag" });
  point(ui, { column: charts + 7, row: 20 }, { kind: "release" });
  expect(columns()).toEqual([0, charts + 7, essence]);
  point(ui, { column: essence, row: 20 });
  point(ui, { column: essence - 9, row: 25 }, { kind: "drag" });
  point(ui, { column: essence - 9, row: 25 }, { kind: "release" });
  expect(columns()).toEqual([0, charts + 7, essence - 9]);
  point(ui, { column: 20, row: 25 }, { kind: "drag" });
  expect(columns()).toEqual([0, charts + 7, essence - 9]); // released

  point(ui, { column: charts + 12, row: 2 }, { kind: "double" });
  expect(ui.placed.map(({ view }) => view.name)).toEqual(["charts"]);
});

test("in a list a click chooses, the wheel moves, and a click beside it closes", () => {
  const ui = session(exampleStore());
  press(ui, "s");
  point(ui, { column: 5, row: 10 }, { kind: "wheel", button: "none", by: 1 });
  expect(ui.state.chooser?.at).toBe(3);
  clickOn(ui, /\(valid_loss\)/);
  expect(ui.state.chooser).toBeNull();
  expect(ui.state.settings.sort?.column).toBe("valid_loss");

  press(ui, "s");
  point(ui, { column: 117, row: 30 });
  expect(ui.state.chooser).toBeNull();
});

test("a click keeps the filter that is being typed, and then does what it does", () => {
  const ui = session(exampleStore());
  press(ui, "/", "v", "5");
  clickOn(ui, "filter:"); // on the text itself nothing happens
  expect(ui.state.prompt).not.toBeNull();
  clickOn(ui, "2 Charts");
  expect(ui.state.settings.filter).toBe("v5");
  expect(ui.view.name).toBe("charts");
});

test("a click into the text that is being typed moves its cursor, one on a candidate takes it", () => {
  const ui = session(exampleStore());
  press(ui, "/", ..."v5 漢字x");
  const start = placeOf(ui, /(?<=filter: )v5 漢字x/);
  for (const [cells, at] of [
    [1, 1],
    [5, 4], // wide characters have two cells
    [6, 4],
    [7, 5],
    [30, 6],
  ] as const) {
    point(ui, { ...start, column: start.column + cells });
    expect(ui.state.prompt?.at, `after a click ${cells} cells on`).toBe(at);
  }
  press(ui, "escape", ":", ..."sor");
  clickOn(ui, /│ sort /);
  expect(ui.state.prompt?.text).toBe("sort");
  press(ui, " ");
  point(ui, placeOf(ui, /│ seed /), { kind: "wheel", button: "none", by: 1 });
  expect(ui.state.prompt?.text).toMatch(/^sort ./);
});

test("a note that is being typed is not lost by a click", () => {
  const ui = session(exampleStore());
  press(ui, "e", "x");
  clickOn(ui, "2 Charts");
  expect(ui.state.prompt?.text).toBe("x");
});

test("a click puts the cursor on a finding, a double click goes to its evidence", () => {
  const ui = session(sampleStore(), { settings: { view: "findings" } });
  const other = placeOf(ui, /plateau/);
  point(ui, other);
  const { finding } = ui.state;
  expect(finding).not.toBeNull();
  point(ui, other, { kind: "double" });
  expect(ui.state.cameFrom).toBe("findings");
  press(ui, "escape");

  point(ui, placeOf(ui, "▸"));
  expect(screen(ui).join("\n")).toContain("▾");
});

test("a click on a name in Compare puts the cursor there", () => {
  const ui = session(exampleStore(), { settings: { view: "compare" } });
  const other = ui.scene.chosen[1];
  clickOn(ui, new RegExp(`${other?.title} ×`));
  expect(ui.scene.focused?.key).toBe(other?.key);
});

test("clicks in Layers go to a step, a layer and a panel", () => {
  const ui = session(sampleStore(), { settings: { view: "layers" } });
  const line = placeOf(ui, /^ +step /).row;
  point(ui, { column: (screen(ui)[line] ?? "").indexOf("init"), row: line });
  expect(ui.state.probeStep).toBe(0);
  clickOn(ui, /over steps/);
  expect(ui.state.settings.panel).toBe("steps");
  const layer = placeOf(ui, /output/);
  point(ui, layer);
  expect(ui.state.layer).toBe("output");
});

test("what is done with shift is the terminal's", () => {
  const ui = session(exampleStore());
  const { state } = ui;
  clickOn(ui, "2 Charts", { isShift: true });
  point(ui, { column: 20, row: 4 }, { isShift: true });
  expect(ui.state).toBe(state);
});
