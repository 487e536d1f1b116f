/** The view Layers, driven by keys over small real stores. */
import { binAxis, densityOf, openReader, openWriter } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import { rowOf } from "../src/data/table.ts";
import type { ViewSettings } from "../src/state/settings.ts";
import { lineText } from "../src/text/line.ts";
import { lookOf } from "../src/views/looks.ts";
import { addRuns, makeStore, press, type RunPlan, screen, session } from "./make.ts";
import { makeProbe, makeProbes } from "./probe-make.ts";

const STEPS = [0, 1, 10, 100, 400];

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

function layersOf(
  runs: readonly Partial<RunPlan>[],
  {
    columns = 120,
    rows = 40,
    ...settings
  }: Partial<ViewSettings> & { readonly columns?: number; readonly rows?: number } = {},
) {
  const plans = runs.map((run, i) => ({ label: `r${i}`, gain: i + 1, ...run }));
  return session(makeStore(plans), { columns, rows, settings: { view: "layers", ...settings } });
}

test("at first it shows the last probe; the slider goes to init and back", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }]);
  expect(text(ui)).toContain("init · 1 · 10 · 100 ◀ 400 ▶");
  expect(text(ui)).toContain("at step 400 · loss 2.9000");

  press(ui, "left");
  expect(text(ui)).toContain("init · 1 · 10 ◀ 100 ▶ 400");
  press(ui, "home");
  expect(text(ui)).toContain("◀ init ▶ 1 · 10 · 100 · 400");
  expect(text(ui)).toContain("at init · loss 3.3000");
  press(ui, "right", "right", "right");
  expect(text(ui)).toContain("◀ 100 ▶");
  press(ui, "end");
  expect(text(ui)).toContain("◀ 400 ▶");
});

test("more steps than fit are cut at both ends, around the one that is shown", () => {
  const steps = Array.from({ length: 60 }, (_, i) => i * 1000);
  const ui = layersOf([{ probes: makeProbes(steps, { units: 4, depth: 1 }) }], { columns: 80 });
  press(ui, "home", ...Array(30).fill("right"));

  const slider = screen(ui).find((line) => line.includes("◀ 30,000 ▶")) ?? "";

  expect(slider).toMatch(/step {2}… .*29,000 ◀ 30,000 ▶ 31,000 .* …$/);
  expect(slider.length).toBeLessThanOrEqual(80);
});

test("each layer has its std and mean, its saturated share and its dead units by name", () => {
  const path = makeStore([{ label: "a", probes: makeProbes(STEPS, { dead: [7, 31] }) }]);
  const reader = openReader(path);
  onTestFinished(() => reader.close());
  const layer = reader.probe("g/a", 400)?.layers[1];
  const ui = session(path, { settings: { view: "layers" } });

  const line = screen(ui).find((one) => one.includes("hidden1")) ?? "";

  expect(line).toContain(String(Number(layer?.tensors.activation?.std.toPrecision(3))));
  expect(line).toContain(`${(100 * (layer?.saturation?.share ?? 0)).toFixed(1)} %`);
  expect(line).toMatch(/2 \(7 31\)$/);
  expect(screen(ui).find((one) => one.includes("hidden2"))).toMatch(/% 0$/);
});

test("histograms of all layers share an axis: a smaller spread is a narrower curve", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS, { depth: 3 }) }], {
    kinds: ["weight_gradient"],
  });
  const rows = screen(ui);
  const widthOf = (name: string): number => {
    const at = rows.findIndex((line) => line.includes(name));
    const band = rows.slice(at, at + 4).map((line) => line.slice(22, 70));
    const filled = band.flatMap((line) => [...line.matchAll(/[▁▂▃▄▅▆▇█]/g)].map((m) => m.index));
    return Math.max(...filled) - Math.min(...filled);
  };

  expect(widthOf("hidden1")).toBeLessThan(widthOf("hidden2"));
  expect(widthOf("hidden2")).toBeLessThan(widthOf("hidden3"));
});

test("v chooses the histograms", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }]);
  expect(text(ui)).not.toMatch(/preactivation/);

  press(ui, "v", " ", "enter");
  expect(ui.state.settings.kinds).toHaveLength(4);

  expect(text(ui)).toMatch(/preactivation .* activation .* act\. grad\. .* weight gradient/);
  expect(ui.state.settings.kinds).toContain("preactivation");
});

test("L shows values in octaves", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }]);
  const before = text(ui);

  press(ui, "L");

  expect(ui.state.settings.isOctaves).toBe(true);
  expect(text(ui)).not.toBe(before);
});

test("tab goes through the panels: depth, steps, saturation, batch norm", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS, { isNormed: true, dead: [3] }) }]);
  expect(text(ui)).toContain("std of activation gradient");

  press(ui, "tab");
  expect(text(ui)).toMatch(/└init─+1─+10─+100─.*▲/);
  press(ui, "tab");
  expect(text(ui)).toMatch(/% saturated · 1 dead: 3 · 32 examples ↓ × 50 units →/);
  press(ui, "tab");
  expect(text(ui)).toContain("std: running ↑ batch →");
  expect(text(ui)).toMatch(/most at unit \d+/);
  press(ui, "tab");
  expect(text(ui)).toContain("saturated, %");
});

/** Three hidden layers whose activations have these stds. */
function spreadOverDepth(stds: readonly number[]) {
  const probe = makeProbe({ step: 0, depth: 3 });
  const layers = probe.layers.map((layer, at) => ({
    ...layer,
    tensors: {
      ...layer.tensors,
      ...(layer.tensors.activation && {
        activation: { ...layer.tensors.activation, std: stds[at - 1] ?? 1 },
      }),
    },
  }));
  return layersOf([{ probes: [{ ...probe, layers }] }], { panel: "depth" });
}

/** The rows of the first chart over depth, with what is above them. */
const depthChart = (ui: ReturnType<typeof session>): string[] => {
  const rows = screen(ui);
  return rows
    .slice(rows.findIndex((row) => row.startsWith(" std of activation")))
    .map((row) => row.slice(0, 39));
};

test("over depth every layer is drawn, however far it is from the others", () => {
  const chart = depthChart(spreadOverDepth([1, 1.1, 15]));

  expect(chart[0]).not.toMatch(/log/);
  expect(chart.join("").match(/◆/g)).toHaveLength(3);
  expect(chart.join("\n")).toMatch(/^ +15 ┤|^ +10 ┤/m);
});

test("over depth activations that grow by powers of ten have an axis of powers of ten", () => {
  const chart = depthChart(spreadOverDepth([17.8, 387, 8570]));

  expect(chart[0]).toMatch(/^ std of activation +log/);
  expect(chart.join("").match(/◆/g)).toHaveLength(3);
});

test("a stream is drawn over depth, and by its kind, where a probe has one", () => {
  const probe = makeProbe({ step: 0, depth: 3 });
  const layers = probe.layers.map(({ tensors, ...layer }) => ({
    ...layer,
    tensors: { ...tensors, ...(tensors.activation && { stream: tensors.activation }) },
  }));

  const over = layersOf([{ probes: [{ ...probe, layers }] }], { panel: "depth" });
  const alone = layersOf([{ probes: [{ ...probe, layers }] }], { kinds: ["stream"] });

  expect(text(over)).toMatch(/^ std of stream .*std of activation/m);
  expect(text(alone)).toMatch(/^ *stream +std/m);
  expect(text(layersOf([{ probes: [probe] }], { panel: "depth" }))).not.toContain("stream");
});

test("a norm of rows shows what it has learned", () => {
  const [probe] = makeProbes([0], { isNormed: true });
  const layers = (probe?.layers ?? []).map((layer) => ({
    ...layer,
    norm: layer.norm && { ...layer.norm, batch: null, running: null, trainset: null },
  }));

  const ui = layersOf(probe === undefined ? [] : [{ probes: [{ ...probe, layers }] }], {
    panel: "norm",
  });

  expect(text(ui)).toMatch(/normalises each row/);
  expect(text(ui)).toContain("norm of rows");
  expect(text(ui)).not.toContain("batch norm");
  expect(text(ui)).toMatch(/gamma -?\d/);
});

test("a panel that has nothing to show says why", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }], { panel: "norm" });
  expect(text(ui)).toContain("have no norm");

  const map = layersOf([{ probes: makeProbes(STEPS) }], { panel: "saturation" });
  press(map, "up");
  expect(text(map)).toContain("embedding has no nonlinearity");
});

test("a dead unit is a full column of the map", () => {
  const ui = layersOf([{ probes: [makeProbe({ step: 0, gain: 0.1, units: 400, dead: [5] })] }], {
    panel: "saturation",
    columns: 204,
    rows: 24,
  });

  const map = screen(ui).filter((line) => /^ │.*│$/.test(line));

  expect(map).toHaveLength(8);
  for (const line of map) expect(line).toBe(` │  ⢸${" ".repeat(197)}│`);
});

/** The rows of the saturation map, without the lines at its sides. */
const mapOf = (ui: ReturnType<typeof session>): string[] =>
  screen(ui).flatMap((line) => /^ │(.*)│$/.exec(line)?.[1] ?? []);

test("where there is room a saturation map has cells in place of dots, and the numbers of its units", () => {
  const probes = [makeProbe({ step: 0, gain: 0.1, dead: [5] })];
  const ui = layersOf([{ probes }], { panel: "saturation" });

  expect(mapOf(ui)).toHaveLength(16);
  for (const row of mapOf(ui)) expect(row).toBe(`${" ".repeat(10)}██${" ".repeat(88)}`);
  expect(text(ui)).toMatch(/└0─+5─+10─+15─+20─+.*45─+┘/);
  const dead = pieces(ui).filter(({ text: one, tone }) => one === "██" && tone === "bad");
  expect(dead).toHaveLength(16);

  press(ui, "enter");
  expect(mapOf(ui)).toHaveLength(32);
  for (const row of mapOf(ui)) expect(row).toBe(`${" ".repeat(10)}██${" ".repeat(88)}`);
});

test("units that are flat for more examples are brighter, and the same shapes stand without colours", () => {
  const probes = [makeProbe({ step: 0, gain: 2, depth: 1 })];
  const path = makeStore([{ label: "a", probes }]);
  const shown = { rows: 40, settings: { view: "layers", panel: "saturation" } } as const;
  const bright = session(path, shown);
  const plain = session(path, { ...shown, depth: "none" });

  const tones = new Set(pieces(bright).flatMap(({ tone }) => (isRamp(tone) ? [tone] : [])));
  expect(tones.size).toBeGreaterThan(3);
  expect(pieces(plain).some(({ tone, back }) => isRamp(tone) || isRamp(back))).toBe(false);
  const isFlat = (row: string): string => row.replaceAll(/[▀▄█]/g, "#");
  expect(mapOf(plain).map(isFlat)).toEqual(mapOf(bright).map(isFlat));
});

const pieces = (ui: ReturnType<typeof session>) => ui.frame.body.flat();

const isRamp = (tone: string | undefined): boolean => tone?.startsWith("ramp") === true;

test("over steps each cell has two tones of 24, and the probes share the whole width", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }], { panel: "steps" });
  press(ui, "enter");

  const row = ui.frame.body.find((one) => one.some(({ back }) => isRamp(back))) ?? [];
  const rows = ui.frame.body.filter((one) => one.some(({ tone }) => isRamp(tone)));
  const widest = Math.max(...rows.map((one) => lineText(one).trimEnd().length));

  expect(lineText(row)).toMatch(/│[▀▄█ ]+/);
  expect(
    new Set(rows.flat().flatMap(({ tone }) => (isRamp(tone) ? [tone] : []))).size,
  ).toBeGreaterThan(9);
  expect(widest).toBeGreaterThan(114);
});

test.each([
  ["16", "braille", /[░▒▓█]/],
  ["none", "braille", /[░▒▓█]/],
  ["256", "ascii", /[.:*#]/],
] as const)("over steps %s colours and %s glyphs have shades", (depth, glyphs, shades) => {
  const path = makeStore([{ label: "a", probes: makeProbes(STEPS) }]);
  const ui = session(path, { depth, glyphs, settings: { view: "layers", panel: "steps" } });

  expect(screen(ui).find((line) => /^ +0 │/.test(line))).toMatch(shades);
  expect(pieces(ui).some(({ tone, back }) => isRamp(tone) || isRamp(back))).toBe(false);
});

test("batch norm is offered to networks that have one, and tab passes over it in others", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }]);
  expect(text(ui)).toContain("saturation map");
  expect(text(ui)).not.toContain("batch norm");

  press(ui, "tab", "tab", "tab");
  expect(text(ui)).toContain("std of activation gradient");
  expect(text(layersOf([{ probes: makeProbes(STEPS, { isNormed: true }) }]))).toContain(
    "batch norm",
  );
});

test("a layer whose name is a number says that it is a layer", () => {
  const probe = makeProbe({ step: 0, depth: 2 });
  const layers = probe.layers.map((layer, i) => ({ ...layer, name: String(i) }));
  const ui = layersOf([{ probes: [{ ...probe, layers }] }]);

  expect(text(ui)).toContain("▶ layer 1  tanh ×50");
  expect(text(ui)).toMatch(/└layer 1─+layer 2/);
  press(ui, "tab");
  expect(text(ui)).toMatch(/batch norm|over steps ─.* layer 1 /);
});

test("a small loss of a probe keeps three digits", () => {
  const lossOf = (loss: number): string =>
    text(layersOf([{ probes: [{ ...makeProbe({ step: 0 }), loss }] }]));

  expect(lossOf(0.0000312)).toContain("loss 0.0000312");
  expect(lossOf(2e-11)).toContain("loss 2e−11");
  expect(lossOf(0)).toContain("loss 0.0000");
});

test("stds that hardly differ from layer to layer are a flat line", () => {
  const chart = depthChart(spreadOverDepth([0.63, 0.631, 0.6295]));
  const marked = chart.flatMap((row, at) => (row.includes("◆") ? [at] : []));

  expect(Math.max(...marked) - Math.min(...marked)).toBeLessThan(3);
  expect(chart.join("\n")).toMatch(/0\.62|0\.64/);
});

test("two runs side by side have the colours that they have everywhere", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }, { probes: makeProbes(STEPS, { gain: 2 }) }], {
    marks: ["g/r0", "g/r1"],
    panel: "depth",
  });
  const toneOf = (name: string) => {
    const run = ui.scene.table.all.find((one) => one.name === name);
    return run && lookOf({ scene: ui.scene, depth: "256" }, rowOf(run)).tone;
  };

  const swatches = ui.frame.body[0]?.filter(({ text: one }) => /^[━╍]$/.test(one)) ?? [];
  expect(swatches.map(({ tone }) => tone)).toEqual([toneOf("g/r0"), toneOf("g/r1")]);
  const curves = new Set(
    pieces(ui).flatMap(({ text: one, tone }) => (/[◆●]/.test(one) ? [tone] : [])),
  );
  expect(curves).toEqual(new Set([toneOf("g/r0"), toneOf("g/r1")]));
});

test("of 1,000 units < and > show another part of the map", () => {
  const probes = [makeProbe({ step: 0, units: 1000, depth: 1 })];
  const ui = layersOf([{ probes }], { panel: "saturation", columns: 80, rows: 24 });
  expect(text(ui)).toContain("units 0 to 151 of 1000");

  press(ui, ">");
  expect(text(ui)).toContain("units 76 to 227 of 1000");
  press(ui, "<", "<");
  expect(text(ui)).toContain("units 0 to 151 of 1000");
});

test("up and down go from layer to layer, enter shows the panel alone, esc leaves it", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS, { depth: 3 }) }], { panel: "steps" });
  press(ui, "down", "down");
  expect(text(ui)).toContain("▶ hidden3");

  press(ui, "enter");
  expect(text(ui)).not.toContain("▶ hidden3");
  expect(text(ui)).toMatch(/over steps ─.* hidden3 /);
  press(ui, "escape");
  expect(text(ui)).toContain("▶ hidden3");
});

test("a marked run stands beside the one that is open, at the same step; w takes it away", () => {
  const ui = layersOf([
    { probes: makeProbes(STEPS) },
    { probes: makeProbes([0, 10, 400], { depth: 3 }) },
  ]);
  ui.open("g/r0");
  press(ui, " ", "n");
  expect(screen(ui)[2]).toMatch(/✓ ━ g\/r1 .*at step 400 .*✓ ━ g\/r0 .*at step 400/);
  expect(text(ui)).toMatch(/hidden1 .*█?.*\d %.*\d %/);

  press(ui, "N", "home", "right");
  expect(screen(ui)[2]).toMatch(/✓ g\/r0 .*at step 1 /);
  press(ui, "w");
  expect(screen(ui)[2]).not.toContain("g/r1");
});

test.each(["g/r0", "g/r1"])(
  "beside %s, of another depth and width, every layer of both is there",
  (opened) => {
    const ui = layersOf(
      [
        { probes: makeProbes(STEPS, { depth: 1, units: 600 }) },
        { probes: makeProbes([0, 1, 10, 100, 400], { depth: 4, units: 20 }) },
      ],
      { marks: ["g/r0", "g/r1"], panel: "saturation", columns: 200 },
    );
    ui.open(opened);

    const named = screen(ui).flatMap(
      (row) => /^ [▶ ] (hidden\d|output|embedding) /.exec(row)?.[1] ?? [],
    );
    expect(named).toEqual(["embedding", "hidden1", "hidden2", "hidden3", "hidden4", "output"]);
    expect(screen(ui).find((row) => row.includes("▶ hidden1"))).toMatch(
      /tanh ×600 ×20 |tanh ×20 ×600 /,
    );
    press(ui, ...Array(20).fill(">"));
    expect(text(ui)).toContain("to 599 of 600");
    expect(text(ui)).toMatch(/\d % saturated · no dead unit · 32 examples ↓ × 20 units/);
    press(ui, "down", "down");
    expect(text(ui)).toContain("g/r0: no map of this layer");
  },
);

test("where it is narrow two runs go by their names rather than by step and loss", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }, { probes: makeProbes(STEPS, { gain: 2 }) }], {
    marks: ["g/r1"],
    columns: 40,
    rows: 12,
  });
  ui.open("g/r0");

  expect(screen(ui)[2]).toMatch(/✓ ━ g\/r0 .*✓ ━ g\/r1/);
});

test("without the same step the other run shows its last probe before it", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS) }, { probes: makeProbes([0, 10, 400]) }], {
    baseline: "g/r1",
  });
  ui.open("g/r0");
  press(ui, "left");

  expect(screen(ui)[2]).toMatch(/g\/r0 .*at step 100 .*g\/r1 .*at step 10 /);
});

test("a run without probes says what to do, one to come that it has not begun", () => {
  const ui = layersOf([{}, { end: null }]);
  ui.open("g/r0");
  expect(text(ui)).toContain("g/r0 was recorded without probes");
  expect(text(ui)).toContain("record.probes");
  press(ui, "left");
  expect(text(ui)).toContain("there is no probe to go to");

  ui.open("g/r1");
  expect(text(ui)).toContain("g/r1 has not been started yet");
});

test("a new probe of a running run appears, and is followed from the last one", () => {
  const path = makeStore([{ label: "old" }]);
  const writer = openWriter(path);
  onTestFinished(() => writer.close());
  addRuns(writer, [{ label: "b", gain: 4, probes: makeProbes([0]), end: null }], "h");
  const [run] = writer.planGrid({
    name: "live",
    description: "",
    spec: "",
    runs: [
      {
        hash: "live-0123456789",
        name: "live/x",
        label: "x",
        config: "{}",
        seed: 1,
        engine: "simd",
        steps: 100,
      },
    ],
  });
  const id = run?.id ?? 0;
  writer.claimRun(id, { token: "t", pid: process.pid, host: "here" }, {}, []);
  const ui = session(path, { settings: { view: "layers" } });
  ui.open("live/x");
  expect(text(ui)).toContain("live/x has no probe yet");

  writer.appendProbe(id, "t", makeProbe({ step: 0 }));
  ui.poll(Date.now());
  expect(text(ui)).toContain("◀ init ▶");
  writer.appendProbe(id, "t", makeProbe({ step: 10 }));
  ui.poll(Date.now());
  expect(text(ui)).toContain("init ◀ 10 ▶");
  press(ui, "left");
  writer.appendProbe(id, "t", makeProbe({ step: 20 }));
  ui.poll(Date.now());
  expect(text(ui)).toContain("◀ init ▶ 10 · 20");
});

test.each([
  [80, 24, 20, 100],
  [120, 40, 20, 1000],
  [200, 50, 6, 1000],
  [10, 3, 20, 10],
  [300, 100, 20, 100],
])("at %d x %d, %d layers of %d units fit, in every panel", (columns, rows, depth, units) => {
  const probes = makeProbes([0, 1], { depth, units, isNormed: true });
  const ui = layersOf([{ probes }, { probes }], { columns, rows, baseline: "g/r1" });
  ui.open("g/r0");

  for (const key of ["tab", "tab", "tab", "enter", "tab", "tab", "tab", "tab"]) {
    press(ui, key);
    const lines = screen(ui);
    expect(lines).toHaveLength(rows);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});

test("every key of the view is answered: 20 layers of 200 units, two runs", () => {
  const probes = makeProbes([0, 1, 10, 100], { depth: 20, units: 200, isNormed: true });
  const ui = layersOf([{ probes }, { probes }], { columns: 200, rows: 60, baseline: "g/r1" });
  ui.open("g/r0");
  const keys = ["left", "tab", "tab", "tab", "tab", "j", "L", "enter", "w", "end"];

  const screens = keys.map((key) => {
    press(ui, key);
    return screen(ui).join("\n");
  });

  for (const [i, shown] of screens.entries()) expect(shown, keys[i]).not.toBe(screens[i - 1]);
});

test("y and Y take the numbers of every layer", () => {
  const ui = layersOf([{ probes: makeProbes(STEPS, { dead: [7] }) }]);

  const { columns, rows: all } = ui.sheet;
  const rows = [...all];

  expect(columns).toContain("dead_units");
  expect(rows).toHaveLength(3 * 3 + 1);
  expect(rows[1]?.slice(0, 4)).toEqual(["g/r0", 400, "hidden1", "activation"]);
  expect(rows[1]?.at(-1)).toBe("7");
});

test("every value of a histogram is in a cell or beyond the axis", () => {
  const tensor = makeProbe({ step: 3, gain: 20 }).layers[1]?.tensors.preactivation;
  const path = makeStore([{ label: "a", probes: [makeProbe({ step: 3, gain: 20 })] }]);
  const reader = openReader(path);
  onTestFinished(() => reader.close());
  const stored = reader.probe("g/a", 3)?.layers[1]?.tensors.preactivation;
  const total = tensor?.histogram?.counts.reduce((a, b) => a + b) ?? 0;
  if (stored?.histogram === undefined || stored.histogram === null) throw new Error("no histogram");

  for (const isOctaves of [false, true]) {
    for (const range of [0.5, 7, 1000]) {
      const { cells, below, above } = densityOf(stored.histogram, { range, isOctaves }, 13);
      const inside = cells.reduce((a, b) => a + b);
      expect(inside + (below + above) * total).toBeCloseTo(total, 6);
    }
  }
  expect(binAxis([stored], false).range).toBeGreaterThan(40);
});
