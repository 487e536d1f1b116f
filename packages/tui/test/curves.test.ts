/** What keys, the mouse and typed commands do to charts. */
import { expect, test } from "vitest";
import { crosshairAtStep, withMetrics } from "../src/state/curves.ts";
import { recall, remember } from "../src/state/memory.ts";
import { exampleStore, makeStore, press, screen, session, temporaryFolder } from "./make.ts";

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

test("space hides the selected curve in its place, o leaves it alone, o again shows all", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });
  const hidden = () => ui.state.settings.hiddenCurves.length;
  press(ui, " ");
  expect(hidden()).toBe(1);
  expect(text(ui)).toMatch(/v1 ×3 +hidden/);
  press(ui, " ");
  expect(hidden()).toBe(0);

  press(ui, "o");
  expect(hidden()).toBe(ui.scene.chosen.length - 1);
  expect(screen(ui).at(-1)).toContain("v1 alone; o shows all again");
  press(ui, "o");
  expect(hidden()).toBe(0);
});

test("i and I zoom the values, u finds their range again; the range is remembered", () => {
  const ui = session(exampleStore(), { settings: { view: "charts", metrics: ["loss"] } });
  const plot = () => ui.frame.extent.plots[0]?.y;
  const before = plot();
  press(ui, "i");
  const inside = plot();
  expect((inside?.high ?? 0) - (inside?.low ?? 0)).toBeCloseTo(
    ((before?.high ?? 0) - (before?.low ?? 0)) / 2,
  );
  const file = `${temporaryFolder()}/memory.json`;
  remember(file, ui.state.settings);
  expect(recall(file).yRanges).toEqual({ loss: { low: inside?.low, high: inside?.high } });

  press(ui, "u");
  expect(plot()).toEqual(before);
});

test("the crosshair goes to a step that is not shown, and what is shown follows it", () => {
  const ui = session(makeStore([{ label: "a", steps: 1000 }]), { settings: { view: "charts" } });
  press(ui, "z", "home");
  expect(ui.scene.x.high).toBeLessThan(700);
  const { state, scene } = ui;
  const moved = crosshairAtStep(state, scene, 900);
  expect(moved.crosshair).toBe(900);
  expect(moved.zoom?.high).toBeGreaterThan(900);
});

test("charts are chosen by a regular expression", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });
  const { state, scene } = ui;
  const chosen = withMetrics(state, scene, "weight$|^loss");
  expect(chosen.settings.metrics).toEqual([
    ...["loss", "log10_ratio:hidden1.weight", "log10_ratio:output.weight"],
  ]);
  expect(withMetrics(state, scene, "(").message).toContain("not a regular expression");
  expect(withMetrics(state, scene, "nothing").message).toContain("no series");
});
