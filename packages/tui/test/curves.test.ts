/** What keys, the mouse and typed commands do to charts. */
import { expect, test } from "vitest";
import { crosshairAtStep } from "../src/state/curves.ts";
import { recall, remember } from "../src/state/memory.ts";
import {
  exampleStore,
  falling,
  makeStore,
  press,
  screen,
  session,
  temporaryFolder,
} from "./make.ts";

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
  ui.command("metrics weight$|^loss");
  expect(ui.state.settings.metrics).toEqual([
    ...["loss", "log10_ratio:hidden1.weight", "log10_ratio:output.weight"],
  ]);
});

test("an expression that would be searched for hours is given up, and says so", () => {
  const metrics = (step: number) => ({ [`${"a".repeat(60)}!`]: step });
  const ui = session(makeStore([{ label: "a", steps: 20, metrics }]), {
    settings: { view: "charts" },
  });

  press(ui, ":", ..."metrics (a+)+$", "enter");
  expect(screen(ui).at(-1)).toContain("takes too long to search");
  press(ui, "escape", "v", "/", ..."(a+)+$");
  expect(text(ui)).toContain("takes too long");
});

/** Losses that hardly any two steps share. */
const noisy = (step: number): number => falling(step) + Math.sin(step * 12.9898) / 5;

/** The exponential average of the steps up to one of them, its bias at the start divided out. */
function average(loss: (step: number) => number, last: number, steps: number): number {
  let [sum, weight] = [0, 0];
  for (let step = 0; step <= last; step++) {
    const part = Math.exp((step - last) / steps);
    sum += loss(step) * part;
    weight += part;
  }
  return sum / weight;
}

test("last values are the same at every width and zoom, and those of the definition", () => {
  const path = makeStore([{ label: "a", steps: 5000, loss: noisy }]);
  const lastAt = (columns: number, keys: string): string => {
    const ui = session(path, { columns, rows: 24, settings: { view: "charts" } });
    press(ui, ...keys);
    const found = /━ a +(\d\.\d+)/.exec(text(ui))?.[1] ?? "none";
    expect(Number(found)).toBeCloseTo(average(noisy, 4999, keys === "++" ? 300 : 30), 4);
    return found;
  };
  expect(new Set([50, 80, 118, 260].map((columns) => lastAt(columns, ""))).size).toBe(1);
  expect(new Set([80, 260].map((columns) => lastAt(columns, "++"))).size).toBe(1);
});

test("at the crosshair stands the value of that very step, the smoothed one beside it", () => {
  const path = makeStore([{ label: "a", steps: 5000, loss: noisy }]);
  const ui = session(path, { settings: { view: "charts" } });
  press(ui, "c", "shift-left");
  const step = ui.state.crosshair ?? 0;
  expect(step).toBeLessThan(2400);
  const [, smoothed, raw] = /━ a +(\d\.\d+) +(\d\.\d+)/.exec(text(ui)) ?? [];
  expect(Number(raw)).toBeCloseTo(noisy(step), 4);
  expect(Number(smoothed)).toBeCloseTo(average(noisy, step, 30), 4);
  expect(text(ui)).toContain(`step ${step.toLocaleString("en")}: smoothed, raw`);
  const before = text(ui).match(/━ a +.*/)?.[0];
  press(ui, "z", "z");
  expect(text(ui).match(/━ a +.*/)?.[0]).toBe(before);
});

test("smoothing ends where it would be over more than half of the steps", () => {
  const ui = session(makeStore([{ label: "a", steps: 400 }]), { settings: { view: "charts" } });
  press(ui, ..."+++++");
  expect(ui.state.settings.smoothing).toBe(100);
  expect(screen(ui).at(-1)).toContain("of 400 steps no more are smoothed over");
});

test("the legend stands in the order of the values, the lowest loss first; ↓ goes down in it", () => {
  const runs = [3, 1, 2].map((level) => ({ label: `at${level}`, gain: level, loss: () => level }));
  const ui = session(makeStore(runs), { settings: { view: "charts" } });
  const order = () => [...text(ui).matchAll(/━ (at\d) /g)].map(([, name]) => name);
  expect(order()).toEqual(["at1", "at2", "at3"]);
  expect(text(ui)).toContain("▶━ at3");
  press(ui, "down");
  expect(text(ui)).toContain("▶━ at1");
});

test("an axis that was set for some curves is not kept for others", () => {
  const runs = [
    { label: "low", gain: 1, loss: () => 1 },
    { label: "high", gain: 2, loss: () => 9 },
  ];
  const path = makeStore(runs);
  const ui = session(path, { settings: { view: "charts", metrics: ["loss"] } });
  expect(ui.frame.extent.plots[0]?.y.high).toBeGreaterThan(9);
  press(ui, "/", ..."low", "enter");
  const alone = session(path, { settings: { view: "charts", metrics: ["loss"], filter: "low" } });
  expect(ui.frame.extent.plots[0]?.y).toEqual(alone.frame.extent.plots[0]?.y);
});

test("hundreds of metrics have pages, under the prefixes of their names; r sets rows and columns", () => {
  const metrics = (step: number) =>
    Object.fromEntries(
      ["train", "val"].flatMap((prefix) =>
        Array.from({ length: 30 }, (_, i) => [`${prefix}/m${i}`, step + i]),
      ),
    );
  const path = makeStore([{ label: "a", steps: 20, metrics }]);
  const ui = session(path, { columns: 118, rows: 50, settings: { view: "charts" } });
  ui.command("metrics m\\d+");
  const { settings } = ui.state;
  const charted = session(path, { columns: 118, rows: 50, settings });
  expect(text(charted)).toMatch(/^ train\/ /m);
  expect(text(charted)).toMatch(/charts 1–\d+ of 60, PgDn/);
  const onPage = charted.frame.extent.plots.length;
  expect(onPage).toBeGreaterThan(5);
  press(charted, "pagedown");
  expect(text(charted)).toMatch(new RegExp(`charts ${onPage + 1}–`));
  for (let i = 0; i < 12; i++) press(charted, "pagedown");
  expect(text(charted)).toMatch(/val\/m29/);
  press(charted, "r", "r", "r");
  expect(screen(charted).at(-1)).toContain("2 rows and 2 columns of charts");
  expect(charted.frame.extent.plots.length).toBeLessThanOrEqual(4);
});

test("beside the table charts have no legend: curves have names and values at their ends", () => {
  const ui = session(exampleStore(), { columns: 130, settings: { marks: ["study/v5-seed=1"] } });
  const pane = ui.frame.panes.find(({ view }) => view.name === "charts");
  expect(pane).toBeDefined();
  expect(text(ui)).toMatch(/━v5\S* +1\.9\d+/);
  expect(text(ui)).not.toContain("last values");
});

test("a panel shows several series of the selected curve, and is remembered", () => {
  const path = exampleStore();
  const ui = session(path, { settings: { view: "charts" } });
  const series = "log10_ratio:hidden1.weight, log10_ratio:output.weight";
  press(ui, ":", ...`panel weights: ${series}`, "enter");
  expect(ui.state.settings.panels).toHaveLength(1);
  press(ui, ":", ..."panel x: nothing", "enter");
  expect(screen(ui).at(-1)).toContain('there is no series "nothing"');

  const file = `${temporaryFolder()}/memory.json`;
  remember(file, ui.state.settings);
  const again = session(path, { settings: { ...recall(file), view: "charts" } });
  expect(screen(again).join("\n")).toContain("weights · v1 ×3");
  press(again, "tab", "tab");
  expect(screen(again).join("\n")).toMatch(/weights +last values/);
  expect(screen(again).join("\n")).toMatch(/━ hidden1\.weight ×3 +−4\.50/);
  const inSheet = new Set([...again.sheet.rows].map(([one]) => one));
  expect(inSheet).toEqual(
    new Set(["loss", "log10_ratio:hidden1.weight", "log10_ratio:output.weight"]),
  );
  again.command("panel weights:");
  expect(again.state.settings.panels).toEqual([]);
});

test("how far a diverging curve goes is short, by the name that the legend has for it", () => {
  const gain = { label: "batch_norm=none-weight=kaiming_gain_4", gain: 4, steps: 400 };
  const wild = { ...gain, loss: (step: number) => (step < 350 ? 3 : 6.113799554979569e36) };
  const others = [1, 2, 3].map((one) => ({
    ...{ label: `batch_norm=hidden-weight=kaiming_gain_${one}`, gain: one, steps: 400 },
    loss: () => one,
  }));
  const ui = session(makeStore([wild, ...others]), {
    ...{ columns: 110, rows: 30 },
    settings: { view: "charts" },
  });

  const shown = screen(ui).join("\n");
  expect(shown).toContain("up to 6.1e36 above");
  expect(shown).not.toMatch(/6\.1137|batch_norm=none-weight/);
});
