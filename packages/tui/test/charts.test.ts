/** Charts, the page of a run and comparisons, driven by keys. */
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { addRuns, exampleStore, falling, makeStore, press, screen, session } from "./make.ts";

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

test("charts show the marked runs, else the first of the table and how to mark others", () => {
  const many = Array.from({ length: 12 }, (_, i) => ({ label: `r${i}`, gain: i + 1, steps: 60 }));
  const ui = session(makeStore(many), { settings: { view: "charts" } });
  expect(text(ui)).toContain("the first 8 of 12 runs; space marks others");

  press(ui, "1", "end", " ", "2");

  expect(text(ui)).toContain("1 run ");
  expect(text(ui)).toMatch(/▶━ r11 +2\.\d{4}/);
});

test("of thousands of runs that nobody has marked a hundred or so are drawn", () => {
  const many = Array.from({ length: 400 }, (_, i) => ({
    label: `r-seed=${i}`,
    seed: i,
    steps: 20,
  }));
  const ui = session(makeStore(many), { settings: { view: "charts" } });

  expect(text(ui)).toContain("the first 120 of 400 runs");
});

test("a group is drawn as mean and band; m goes through the kinds of band", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });

  expect(text(ui)).toContain("mean ± std");
  expect(text(ui)).toMatch(/v1 ×3 .*2\.11\d\d ±0\.050/);
  press(ui, "m");
  expect(text(ui)).toContain("mean ± standard error");
  expect(text(ui)).toMatch(/v1 ×3 .*2\.11\d\d ±0\.029/);
  press(ui, "m");
  expect(text(ui)).toContain("mean, min to max");
  press(ui, "m");
  expect(text(ui)).toMatch(/mean, 95 % interval/);
  expect(text(ui)).toMatch(/v1 ×3 .*2\.11\d\d ±0\.124/);
});

test("the crosshair reads every curve at one step and moves by single steps when zoomed in", () => {
  const loss = (step: number) => 3 - step / 1000;
  const ui = session(makeStore([{ label: "a", steps: 1000, loss }]), {
    settings: { view: "charts", smoothing: 0 },
  });

  press(ui, "c");
  expect(text(ui)).toMatch(/step 500/);
  press(ui, ..."zzzzzzz");
  press(ui, "right");

  expect(text(ui)).toMatch(/step 501\b/);
  expect(text(ui)).toMatch(/▶━ a +2\.4990/);
  press(ui, "escape");
  expect(text(ui)).toContain("last values");
});

test("zooming stops at single steps, panning at the ends, esc shows everything again", () => {
  const ui = session(makeStore([{ label: "a", steps: 1000 }]), { settings: { view: "charts" } });

  press(ui, ..."zzzzzzzzzzzz");
  expect(screen(ui).at(-1)).toContain("these are single steps already");
  press(ui, "home");
  expect(ui.scene.x.low).toBe(0);
  press(ui, "end");
  expect(ui.scene.x.high).toBe(999);
  press(ui, ...Array(300).fill(">"));
  expect(ui.scene.x.high).toBe(999);
  press(ui, "escape");
  expect(ui.scene.x).toEqual(ui.scene.wholeX);
  press(ui, "<");
  expect(screen(ui).at(-1)).toContain("all steps are shown; z zooms in");
});

test("a spike of one step in 20,000 is on the chart at every zoom", () => {
  const loss = (step: number) => (step === 12_345 ? 50 : 2);
  const ui = session(makeStore([{ label: "a", steps: 20_000, loss }]), {
    settings: { view: "charts", smoothing: 0, metrics: ["loss"] },
  });
  const highest = () =>
    Number(
      screen(ui)
        .map((line) => /^ *(\d+)(?:\.0)? ┤/.exec(line)?.[1])
        .find(Boolean),
    );

  expect(highest()).toBeGreaterThanOrEqual(40);
  press(ui, "c", ...Array(9).fill("right"));
  for (let i = 0; i < 4; i++) {
    press(ui, "z");
    expect(ui.scene.x.low).toBeLessThan(12_345);
    expect(ui.scene.x.high).toBeGreaterThan(12_345);
    expect(highest()).toBeGreaterThanOrEqual(40);
  }
});

test("x goes through steps, examples and seconds; X makes it logarithmic", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });

  press(ui, "x");
  expect(ui.scene.wholeX.high).toBe(399 * 32);
  expect(text(ui)).toContain("examples in");
  press(ui, "x");
  expect(ui.scene.wholeX.high).toBeGreaterThan(30);
  expect(text(ui)).toMatch(/ s(ec)? in \d+ columns/);
  press(ui, "x", "X");
  expect(text(ui)).toMatch(/└─*1─.*10─.*100/);
});

test("+ - _ smooth over more and fewer steps, and not at all", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });

  press(ui, "+");
  expect(text(ui)).toContain("smoothed over 100 steps");
  press(ui, "-", "-");
  expect(text(ui)).toContain("smoothed over 10 steps");
  press(ui, "_");
  expect(text(ui)).toContain("not smoothed");
});

test("changes of the learning rate and the end of a diverged run are marked", () => {
  const ui = session(exampleStore(), {
    settings: { view: "charts", marks: ["study/v5-seed=1", "study/hot"] },
  });
  expect(text(ui)).toMatch(/✗/);
  expect(text(ui)).not.toContain("┊");

  const one = session(exampleStore(), { settings: { view: "charts", marks: ["study/v5-seed=1"] } });
  expect(text(one)).toContain("┊ lr 0.01 from 200");
});

test("v chooses the charts; tab goes from one to the next; enter shows one alone", () => {
  const ui = session(exampleStore(), { settings: { view: "charts" } });

  press(ui, "v", "down", " ", "escape");
  expect(text(ui)).toContain("learning rate");
  press(ui, "tab", "enter");

  expect(text(ui)).toContain("learning rate");
  expect(text(ui)).not.toContain("loss, nats");
  press(ui, "escape");
  expect(text(ui)).toContain("loss, nats");
});

test("a run says of each hidden weight whether it learns too slowly, right or too fast, and since when", () => {
  const ratio = (parameter: number, step: number): number => {
    if (parameter === 1) return step > 220 ? 10 ** -4.5 : 1e-3;
    return parameter === 3 ? 10 ** -1.4 : 1e-3;
  };
  const of = (change: (parameter: number, step: number) => number): string => {
    const path = makeStore([{ label: "a", ratio: change }]);
    return text(session(path, { columns: 140, settings: { view: "run" } }));
  };

  expect(of(ratio)).toMatch(/hidden1\.weight +−4\.50 +too slow since 200/);
  expect(of(ratio)).toMatch(/output\.weight +−1\.40 +not judged/);
  expect(of(() => 1e-3)).toMatch(/hidden1\.weight +−3\.00 +right$/m);
  expect(of(() => 0.1)).toMatch(/hidden1\.weight +−1\.00 +too fast$/m);
  const spikes = (_: number, step: number) => (step % 100 < 40 ? 1 : 1e-3);
  expect(of(spikes)).toMatch(/hidden1\.weight +−3\.00 +right$/m);
});

test("the page of a run has evaluations, samples, config, provenance and log; tab goes through its parts", () => {
  const ui = session(exampleStore(), { columns: 100, rows: 24 });
  ui.open("study/v1-seed=1");
  press(ui, "3");
  const seen = new Set<string>();
  for (let i = 0; i < 9; i++) {
    for (const line of screen(ui)) seen.add(line);
    press(ui, "tab");
  }

  const all = [...seen].join("\n");

  expect(all).toMatch(/400 +valid +none +2\.2100/);
  expect(all).toMatch(/emma ava mia/);
  expect(all).toMatch(/train\.batch_size +32/);
  expect(all).toMatch(/cpu +a test/);
  expect(all).toMatch(/2026-01-02 .* finished: steps/);
});

test("n and N open the next and the previous run that the filter finds", () => {
  const ui = session(exampleStore(), { settings: { filter: "v1 or hot", view: "run" } });
  ui.open("study/v1-seed=3");

  press(ui, "n");
  expect(ui.scene.run?.name).toBe("study/hot");
  press(ui, "N", "N");
  expect(ui.scene.run?.name).toBe("study/v1-seed=2");
});

test("a pinned baseline shows the others as differences from it, by seed where there are seeds", () => {
  const ui = session(exampleStore(), { settings: { view: "compare" } });
  expect(text(ui)).toContain("b pins a baseline");

  press(ui, "1", "home", "b", "4");

  expect(text(ui)).toMatch(/◆ v1 ×3/);
  expect(text(ui)).toMatch(/valid +2\.2200 ±0\.0100 +−0\.1000/);
  expect(text(ui)).toMatch(/valid, by seed +−0\.1000 ±0\.0000 n 3/);
  expect(text(ui)).toMatch(/init\.hidden\.weight +kaiming +kaiming 1\.67/);
});

test("compared runs that do not fit are reached with the arrows", () => {
  const many = Array.from({ length: 8 }, (_, i) => ({ label: `run${i}`, gain: i + 1, steps: 20 }));
  const ui = session(makeStore(many), { columns: 80, settings: { view: "compare" } });
  expect(text(ui)).not.toMatch(/← →.*run7/);

  press(ui, ...Array(7).fill("right"));

  expect(text(ui)).toContain("run7");
});

test("means per factor are over all runs that share a value", () => {
  const grid = [1, 2].flatMap((gain) =>
    [1, 2].map((seed) => ({ label: `g${gain}-seed=${seed}`, seed, gain, valid: gain + seed / 10 })),
  );
  const ui = session(makeStore(grid), { settings: { view: "compare" } });

  expect(text(ui)).toMatch(/kaiming 2 +2\.1500 ±0\.0707 +n 2 of 2/);
});

test("a run that diverged does not count in the last value of its group", () => {
  const runs = [1, 2, 3].map((seed) => ({
    label: `v-seed=${seed}`,
    seed,
    steps: 300,
    loss: (step: number) => (seed < 3 ? 2 : step < 100 ? 1e6 : Number.NaN),
  }));
  const ui = session(makeStore(runs), { settings: { view: "charts", smoothing: 0 } });

  expect(text(ui)).toMatch(/v ×3 +2\.0000 ±0\.000 n 2 ✗/);
});

test("a chart grows while steps come in", () => {
  const path = makeStore([{ label: "a", steps: 50, loss: falling }]);
  const ui = session(path, { settings: { view: "charts" } });
  expect(text(ui)).toContain("50 steps in");

  const writer = openWriter(path);
  addRuns(writer, [{ label: "b", gain: 4, steps: 300 }], "g");
  writer.close();

  expect(ui.poll(Date.now())).toBe(true);
  expect(text(ui)).toContain("300 steps in");
  expect(ui.poll(Date.now())).toBe(false);
});

test("no data yet, and nothing finite", () => {
  const ui = session(makeStore([{ label: "a", end: null }]), { settings: { view: "charts" } });
  expect(text(ui)).toContain("no steps yet");

  const nan = session(makeStore([{ label: "a", loss: () => Number.NaN }]), {
    settings: { view: "charts" },
  });
  expect(text(nan)).toContain("nothing finite to show here");
});

test("y and Y take every step as it was recorded, by run, whatever the width of the terminal", () => {
  const runs = [1, 2].map((seed) => ({
    label: `v1-seed=${seed}`,
    seed,
    steps: 300,
    loss: (step: number) => 3 + seed / 7 + step / 3000,
    valid: 2 + seed / 9,
  }));
  const path = makeStore(runs);
  const metrics = ["loss", "log10_ratio:hidden1.weight", "valid_loss"];
  const sheetAt = (columns: number) => {
    const { sheet } = session(path, { columns, settings: { view: "charts", metrics } });
    return { columns: sheet.columns, rows: [...sheet.rows] };
  };

  const { columns, rows } = sheetAt(120);

  expect(columns).toEqual(["series", "run", "step", "value"]);
  expect(rows).toContainEqual(["loss", "g/v1-seed=1", 0, 3 + 1 / 7]);
  expect(rows).toContainEqual(["loss", "g/v1-seed=2", 299, 3 + 2 / 7 + 299 / 3000]);
  expect(rows).toContainEqual(["valid_loss", "g/v1-seed=2", 300, 2 + 2 / 9]);
  const count = (series: string) => rows.filter(([one]) => one === series).length;
  expect(metrics.map(count)).toEqual([600, 600, 2]);
  for (const width of [40, 80, 260]) expect(sheetAt(width)).toEqual({ columns, rows });
});

test("a zoomed chart gives the steps that it shows, and the page of a run all of its own", () => {
  const path = makeStore([{ label: "a", steps: 400, loss: (step) => 3 + step / 3000 }]);
  const ui = session(path, { settings: { view: "charts", metrics: ["loss"] } });
  press(ui, "home", "z", "z");
  const steps = [...ui.sheet.rows].map(([, , step]) => Number(step));

  expect(steps.length).toBeGreaterThan(50);
  expect(steps.length).toBeLessThan(200);
  expect(steps).toEqual(steps.map((_, i) => (steps[0] ?? 0) + i));
  press(ui, "Z", "Z", "Z", "3");
  const losses = [...ui.sheet.rows].filter(([series]) => series === "loss");
  expect(losses.map(([, , step]) => step)).toEqual(Array.from({ length: 400 }, (_, i) => i));
});

test("axes name steps that there are, and a guide never reads like a tick beside it", () => {
  const path = makeStore([{ label: "a", steps: 2, loss: (step) => 3.25 + step / 10 }]);
  const shown = text(session(path, { settings: { view: "charts", metrics: ["loss"] } }));

  expect(shown).toMatch(/└0─+1\n/);
  const labels = [...shown.matchAll(/^ +([−\d.e]+) [┤┼]/gm)].map(([, label]) => label);
  expect(new Set(labels).size).toBe(labels.length);
});
