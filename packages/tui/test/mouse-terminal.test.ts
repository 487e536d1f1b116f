import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import { sampleStore } from "./samples.ts";
import { clickOn, mouse, openUiAt, PATIENCE, placeOf } from "./terminal.ts";

const ON = "\x1b[?1002h\x1b[?1003h\x1b[?1006h";
const OFF = "\x1b[?1006l\x1b[?1003l\x1b[?1002l";

test("the mouse is asked for on entering and given back on leaving", async () => {
  const ui = await openUiAt(sampleStore());
  expect(ui.output).toContain(ON);
  expect(ui.output).not.toContain(OFF);

  ui.press("q");

  expect(await ui.exit).toBe(0);
  expect(ui.output.split(OFF)).toHaveLength(2);
});

test("M leaves the mouse to the terminal and takes it back, and that is remembered", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);
  ui.press("M");
  await ui.waitFor("the terminal has the mouse");
  expect(ui.output.endsWith(ON)).toBe(false);
  expect(ui.output.lastIndexOf(OFF)).toBeGreaterThan(ui.output.lastIndexOf(ON));
  ui.press("q");
  await ui.exit;

  const again = await openUiAt(store);
  expect(again.output).not.toContain(ON);
  again.press("M");
  await again.waitFor("the UI has the mouse");
  expect(again.output).toContain(ON);
  again.press("q");
  await again.exit;
});

test("--no-mouse never asks for the mouse", async () => {
  const ui = await openUiAt(sampleStore(), { arguments: ["--no-mouse"] });
  ui.press("q");

  expect(await ui.exit).toBe(0);
  expect(ui.output).not.toContain("\x1b[?100");
});

test.each(["linux", "vt220"])("TERM=%s has no mouse, and M says so", async (TERM) => {
  const ui = await openUiAt(sampleStore(), { environment: { TERM } });
  ui.press("M");
  await ui.waitFor(`a terminal of the type ${TERM} does not report a mouse`);
  ui.press("q");

  expect(await ui.exit).toBe(0);
  expect(ui.output).not.toContain("\x1b[?100");
});

test("a click on a tab shows its view, keys typed around it keep their order", async () => {
  const ui = await openUiAt(sampleStore());

  clickOn(ui, "6 Findings");
  await ui.waitFor(/finding/i);
  ui.type(`?${mouse("press", { column: 3, row: 0 })}`);

  await ui.waitFor("sort");
});

test("a click on a key in the footer presses it", async () => {
  const ui = await openUiAt(sampleStore());

  clickOn(ui, "? help");
  await ui.waitFor("esc closes");
  ui.type("\x1b"); // an escape alone is still a key

  await ui.waitFor("? help");
});

test("text that is pasted may look like a report of the mouse", async () => {
  const ui = await openUiAt(sampleStore());
  ui.press("/");
  await ui.waitFor("filter:");

  ui.paste(`ga${mouse("press", { column: 12, row: 1 })}in`);

  await ui.waitFor(/filter: ga.*in/);
  expect(ui.text).not.toContain("? help");
});

test("the wheel moves through the rows", async () => {
  const ui = await openUiAt(sampleStore(), { size: { columns: 100, rows: 9 } });
  const before = ui.screen;

  ui.type(mouse("down", { column: 5, row: 5 }));

  await vi.waitFor(() => expect(ui.screen).not.toEqual(before), PATIENCE);
});

test("movements where nothing follows the mouse write nothing", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store, { folder: dirname(store) });
  await ui.waitFor("? help");
  const { length } = ui.output;

  for (let row = 0; row < 30; row++) ui.type(mouse("move", { column: row, row }));
  ui.press("q");
  await ui.exit;

  expect(ui.output.slice(length)).not.toContain("\x1b[?2026h");
});

test("beside keys, the mouse does in a terminal what it says", async () => {
  const ui = await openUiAt(sampleStore(), { size: { columns: 200, rows: 50 } });
  await ui.waitFor("┬ Charts");
  const border = () => placeOf(ui, "┬").column;
  const before = border();

  ui.type(mouse("press", { column: before, row: 20 }));
  for (let by = 1; by <= 9; by++) ui.type(mouse("drag", { column: before + by, row: 20 }));
  ui.type(mouse("release", { column: before + 9, row: 20 }));
  await vi.waitFor(() => expect(border()).toBe(before + 9), PATIENCE);
  ui.press("tab", "{", "shift-tab"); // a key moves it, too
  clickOn(ui, "▸ kaiming-1", 4);
  clickOn(ui, "▸ plain-1", 4);
  clickOn(ui, "▸ plain-1", 4); // a double click
  await ui.waitFor("▾ plain-1");
  clickOn(ui, "valid");
  await ui.waitFor("sorted by valid");

  const chart = { column: border() + 40, row: 10 };
  const axis = () => ui.screen.find((line) => /└0─/.test(line));
  expect(axis()).toBeDefined();
  ui.type(mouse("up", chart));
  await vi.waitFor(() => expect(axis()).toBeUndefined(), PATIENCE);
  ui.type(mouse("right", chart)); // shows all steps again
  await vi.waitFor(() => expect(axis()).toBeDefined(), PATIENCE);
  const end = { ...chart, column: chart.column + 15 };
  ui.type(mouse("press", chart) + mouse("drag", end) + mouse("release", end));
  await vi.waitFor(() => expect(axis()).toBeUndefined(), PATIENCE);
  ui.type(mouse("move", chart));
  await ui.waitFor(/step \d+/);
  ui.press("q");

  expect(await ui.exit).toBe(0);
});

test("a click on a curve's line in a legend hides it, another one shows it", async () => {
  const ui = await openUiAt(sampleStore(), {
    arguments: ["--view", "charts"],
    size: { columns: 118, rows: 40 },
  });
  await ui.waitFor("small-1 ×3");

  clickOn(ui, "small-1 ×3");
  await ui.waitFor(/small-1 ×3 +hidden/);
  clickOn(ui, "small-1 ×3");
  await ui.waitWithout(/small-1 ×3 +hidden/);
});
