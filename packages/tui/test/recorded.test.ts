/** Runs of other programs, recorded from their logs, in every view. */
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { press, rows, screen, session } from "./make.ts";
import {
  gptParameters,
  pytorchRun,
  type RecordedPlan,
  recordedStore,
  tensorBoardSeries,
} from "./recorded-make.ts";

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

function tensorBoard(label: string, until: number, change: Partial<RecordedPlan> = {}) {
  return { label, series: tensorBoardSeries(until), ...change };
}

test("logs of metrics alone have losses, a best number and states in the table, each for itself without a seed", () => {
  const path = recordedStore([
    tensorBoard("lr=0.1/bs=32", 1000),
    tensorBoard("long", 100_000, { end: null }),
    tensorBoard("dead", 1000, { end: { state: "interrupted" } }),
  ]);
  const ui = session(path);
  expect(rows(ui).map((line) => line.split(/ {2,}/).slice(0, 1))).toHaveLength(3);
  expect(text(ui)).toMatch(/✓ lr=0\.1\/bs=32 .* 1\.0366 +1\.2366 +1,000 +finished +0\.8835/);
  expect(text(ui)).toMatch(/● long .* recording/);
  expect(text(ui)).toMatch(/■ dead .* interrupted/);
  expect(text(ui)).toMatch(/^ runs\/lr=0\.1\/bs=32 · loss at init 3\.0000$/m);
  expect(text(ui)).not.toMatch(/ of -|nats|ln \d/);

  press(ui, "/", ..."accuracy.max>0.5 lr=0.1", "enter");
  expect(text(ui)).toContain("0 of 3 runs");
  press(ui, "escape", "/", ..."metric.val/accuracy>0.5", "enter");
  expect(rows(ui)).toHaveLength(3);
});

test("a run says how long its log is silent; a step ends that", () => {
  const path = recordedStore([pytorchRun({ trained: 10, probes: [], series: {} })], "nano");
  const ui = session(path);
  const now = Date.now();
  ui.poll(now);
  expect(text(ui)).toMatch(/gpt .* recording$/m);
  ui.poll(now + 42_000);
  expect(text(ui)).toMatch(/gpt .* silent 40 s$/m);

  const writer = openWriter(path);
  const block = { first: 10, count: 1, loss: Float64Array.of(1), lr: Float64Array.of(1) };
  writer.appendSteps(1, "token-1", { ...block, ratios: new Float32Array(gptParameters().length) });
  writer.close();
  ui.poll(now + 43_000);
  expect(text(ui)).toMatch(/gpt .* recording$/m);
});

test("the table sorts by the best number of a metric", () => {
  const path = recordedStore([
    {
      label: "worse",
      series: { "val/accuracy": { every: 1, until: 9, value: (step) => step / 20 } },
    },
    {
      label: "better",
      series: { "val/accuracy": { every: 1, until: 9, value: (step) => 1 - step / 10 } },
    },
  ]);
  const sort = { column: "metric.val/accuracy.max", isDescending: true };
  const ui = session(path, { settings: { sort, shown: [sort.column] } });
  expect(rows(ui).map((line) => line.trim().split(/ +/)[2])).toEqual(["better", "worse"]);
  expect(text(ui)).toMatch(/better .* 0\.1 +1$/m);
});

test("a log without ratios has charts of its losses and aims, as it calls them, joined across gaps", () => {
  const ui = session(recordedStore([tensorBoard("a", 1000), tensorBoard("b", 100)]), {
    settings: { view: "charts", smoothing: 0 },
  });
  expect(text(ui)).toMatch(/^ train\/loss ↓/m);
  expect(text(ui)).toMatch(/^ val\/loss ↓/m);
  expect(text(ui)).toMatch(/^ val\/accuracy ↑/m);
  expect(text(ui)).toMatch(/a +1\.0366$/m);
  press(ui, "x");
  expect(text(ui)).toContain("a recorded run has only steps");
  expect([...ui.sheet.rows]).toContainEqual(["valid_loss", "runs/a", 0, 3.2]);
});

test("a number that comes every ten steps is smoothed over as many steps as one of every step", () => {
  const value = (step: number) => (step < 500 ? 0 : 1);
  const path = recordedStore([
    { label: "often", series: { m: { every: 1, until: 999, value } } },
    { label: "seldom", series: { m: { every: 10, until: 999, value } } },
  ]);
  const settings = { view: "charts", metrics: ["metric.m"], smoothing: 300 };
  const ui = session(path, { settings });
  const last = (label: string): number =>
    Number(new RegExp(`${label} +([\\d.]+)$`, "m").exec(text(ui))?.[1]);
  expect(last("seldom")).toBeGreaterThan(0.8);
  expect(Math.abs(last("seldom") - last("often"))).toBeLessThan(0.01);
});

test("of many metrics v chooses all with one prefix at once", () => {
  const flat = { every: 10, until: 100, value: () => 1 };
  const names = Array.from({ length: 60 }, (_, i) => `${["train", "val", "gpu"][i % 3]}/m${i}`);
  const series = Object.fromEntries(names.map((name) => [name, flat]));
  const ui = session(recordedStore([{ label: "many", series }]), {
    settings: { view: "charts" },
    rows: 80,
  });
  press(ui, "v");
  expect(text(ui)).toMatch(/train\/ all 20 .*\n.*train\/m0 .*\n.*train\/m3 /);
  press(ui, "down", "down", "down", "down", " ");
  press(ui, "escape");
  press(ui, "v");
  const chosen = screen(ui).filter((line) => /│ ?✓/.test(line));
  expect(chosen.length).toBeGreaterThan(0);
  press(ui, "home", " ");
  const train = screen(ui).filter((line) => /│ ?✓ +train/.test(line));
  expect(train).toHaveLength(21);
});

test("the page of a log without a loss shows a metric, and units and goals beside the names", () => {
  const series = { "gpu/memory": { every: 1, until: 50, value: (step: number) => -step } };
  const ui = session(recordedStore([{ label: "a", series }]), { settings: { view: "run" } });
  ui.open("runs/a");
  expect(text(ui)).toMatch(/^ gpu\/memory, MB +/m);
  expect(text(ui)).toMatch(/recorded from +tfevents/);
  expect(text(ui)).not.toMatch(/samples|evaluations|loss at init|revision/);
  press(ui, "L");
  expect(text(ui)).toContain("nothing finite to show here");
});

test("Layers says in one sentence what a log lacks and how a recorder writes it", () => {
  const ui = session(recordedStore([tensorBoard("a", 100)]), { settings: { view: "layers" } });
  expect(text(ui).replaceAll(/\s+/g, " ")).toContain(
    "the log of runs/a (tfevents) has only metrics, no probes of its network; `ablate_lab.watch(model, optimizer, probes=...)`",
  );
});

test("a run of PyTorch's recorder has an open end, ratios by rms, and names cut where they do not differ", () => {
  const path = recordedStore([pytorchRun()], "nano");
  const ui = session(path, { settings: { view: "run" } });
  ui.open("nano/gpt");
  expect(text(ui)).toMatch(/recording · 3,000 steps · 50 steps\/s/);
  expect(text(ui)).toContain("log10 update:data by rms of every parameter");
  press(ui, "2");
  expect(text(ui)).toContain("log10 update:data by rms of ");
  press(ui, "3");
  expect(text(ui)).toContain("learning rate 0.0003");
  expect(text(ui)).toMatch(/━ …0\.mlp\.c_fc\.weight +−\d/);
  expect(text(ui)).not.toMatch(/nats|guessing|ln 64/);
  press(ui, "5");
  expect(text(ui)).toMatch(/32 examples at step 1,000/);
  expect(text(ui)).toMatch(/transformer\.h\.0\.mlp\.c_fc {2}gelu ×16/);

  const narrow = session(path, { columns: 80, rows: 24, settings: { view: "layers" } });
  expect(text(narrow)).toMatch(/…0\.attn\.c_attn/);
  expect(text(narrow)).toMatch(/…0\.attn\.c_proj/);
});

test("of very many parameters those with a verdict have a ratio in the chart", () => {
  const parameters = Array.from({ length: 120 }, (_, i) => ({
    ...({ layerKind: i % 4 === 0 ? "hidden" : "other", role: "weight" } as const),
    ...{ name: `h.${i}.weight`, layer: `h.${i}`, shape: [4], size: 4 },
  }));
  const path = recordedStore([pytorchRun({ parameters, probes: [], trained: 300 })], "nano");
  const ui = session(path, { settings: { view: "run" }, rows: 90 });
  ui.open("nano/gpt");
  expect(text(ui)).toContain("90 more: v chooses");
});

test("configs of any JSON are compared in the keys that differ", () => {
  const path = recordedStore([
    pytorchRun({ label: "a", trained: 10, probes: [] }),
    pytorchRun({
      label: "b",
      ...{ trained: 10, probes: [], seed: null },
      config: { lr: 3e-4, model: { n_layer: 4, n_head: 4 }, tags: ["x", null], betas: null },
    }),
  ]);
  const ui = session(path, { columns: 80, settings: { view: "compare" } });
  const shown = text(ui);
  expect(shown).toMatch(/^ model\.n_layer +2 +4$/m);
  expect(shown).toMatch(/^ betas +0\.9 0\.95 +null$/m);
  expect(shown).not.toMatch(/^ model\.n_head/m);
  expect(shown.indexOf("valid_loss")).toBeGreaterThan(shown.indexOf("─ results"));
  expect(shown).not.toMatch(/^ (train|test) /m);
});

test("every view draws logs at every size, those with nothing but NaN, too", () => {
  const path = recordedStore([
    pytorchRun({ trained: 100 }),
    tensorBoard("exp/deep/".repeat(12), 1000, { config: { note: "x".repeat(400) } }),
    { label: "nan", series: { loss: { every: 1, until: 20, value: () => Number.NaN } } },
    { label: "empty" },
    { label: "pending", end: null },
  ]);
  for (const [columns, lines] of [
    [80, 24],
    [120, 40],
    [200, 50],
    [20, 6],
  ] as const) {
    const ui = session(path, { columns, rows: lines });
    for (const run of ["runs/gpt", "runs/nan", "runs/empty", "runs/pending"]) {
      ui.open(run);
      for (const view of [..."123456"]) {
        press(ui, view);
        expect(screen(ui)).toHaveLength(lines);
        expect(text(ui)).not.toMatch(/undefined|NaN|\/0|of - /);
      }
    }
  }
});
