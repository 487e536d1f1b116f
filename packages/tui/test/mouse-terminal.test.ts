import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import { sampleStore } from "./samples.ts";
import { clickOn, mouse, openUiAt, PATIENCE } from "./terminal.ts";

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
  await ui.waitFor("the mouse is the terminal's");
  expect(ui.output.endsWith(ON)).toBe(false);
  expect(ui.output.lastIndexOf(OFF)).toBeGreaterThan(ui.output.lastIndexOf(ON));
  ui.press("q");
  await ui.exit;

  const again = await openUiAt(store);
  expect(again.output).not.toContain(ON);
  again.press("M");
  await again.waitFor("the mouse is the UI's");
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
  await ui.waitFor(`a terminal of the type ${TERM} reports no mouse`);
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
  const ui = await openUiAt(sampleStore(), { size: { columns: 100, rows: 14 } });
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
