/** What runs record by names of their own, where losses are shown, too. */
import { expect, test } from "vitest";
import { makeStore, press, rows, screen, session } from "./make.ts";

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

/** Two runs whose gradients shrink, one of them measured now and then as well. */
function recordedStore(): string {
  const norm = (step: number) => 100 / (1 + step);
  return makeStore([
    { label: "a", metrics: (step) => ({ gradient_norm: norm(step) }) },
    {
      ...{ label: "b", gain: 3 },
      metrics: (step) => ({
        gradient_norm: norm(step) * 2,
        ...(step % 100 === 0 ? { accuracy: step / 1000 } : {}),
      }),
    },
  ]);
}

test("v chooses metrics as it does losses; an axis is logarithmic where that is usual, L changes it", () => {
  const ui = session(recordedStore(), { settings: { view: "charts", metrics: ["loss"] } });
  press(ui, "v");
  expect(text(ui)).toContain("gradient_norm");
  press(ui, "escape");

  const chart = session(recordedStore(), {
    settings: { view: "charts", metrics: ["metric.gradient_norm"], smoothing: 0 },
  });
  expect(text(chart)).toContain("gradient_norm");
  expect(text(chart)).toMatch(/log · ┈ guide 1/);
  expect(text(chart)).toMatch(/a +0\.25$/m);
  expect(text(chart)).toMatch(/b +0\.5$/m);
  press(chart, "L");
  expect(text(chart)).not.toContain("log ·");
  press(chart, "c", "left");
  expect(text(chart)).toMatch(/step 19\d/);
});

test("smoothing is for what every step has; zoomed in, a metric is read number by number", () => {
  const metrics = ["metric.gradient_norm", "metric.accuracy"];
  const ui = session(recordedStore(), { settings: { view: "charts", metrics, smoothing: 100 } });
  const shown = text(ui);
  expect(shown).toMatch(/b +0\.\d+$/m);
  press(ui, "tab");
  expect(text(ui)).toMatch(/b +0\.3$/m);
  expect([...ui.sheet.rows]).toContainEqual(["metric.accuracy", "g/b", 300, 0.3]);
  press(ui, ..."zzzz", "home");
  const numbers = [...ui.sheet.rows].filter(([series]) => series === "metric.gradient_norm");
  expect(numbers[0]).toEqual(["metric.gradient_norm", "g/a", 0, 100]);
});

test("the page of a run lists the last, the smallest and the largest number", () => {
  const ui = session(recordedStore(), { rows: 90, settings: { view: "run" } });
  ui.open("g/b");
  expect(text(ui)).toMatch(/^ metrics +numbers +last +min +max$/m);
  expect(text(ui)).toMatch(/^ gradient_norm +400 +0\.5 at 399 +0\.5 at 399 +200 at 0$/m);
  expect(text(ui)).toMatch(/^ accuracy +4 +0\.3 at 300 +0 at 0 +0\.3 at 300$/m);
});

test("the table sorts by a metric and filters by it", () => {
  const ui = session(recordedStore(), {
    columns: 200,
    settings: { sort: { column: "metric.gradient_norm", isDescending: true } },
  });
  expect(rows(ui).map((line) => line.trim().split(/ +/)[2])).toEqual(["b", "a"]);
  press(ui, "/", ..."metric.gradient_norm>0.3", "enter");
  expect(rows(ui)).toHaveLength(1);
});
