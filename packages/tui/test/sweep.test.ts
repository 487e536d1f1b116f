/** The view Sweep: what settings do to a result. */
import { expect, test } from "vitest";
import type { Piece } from "../src/text/line.ts";
import { lookOf } from "../src/views/looks.ts";
import { makeStore, press, type RunPlan, screen, session } from "./make.ts";
import { recordedStore } from "./recorded-make.ts";

type Ui = ReturnType<typeof session>;

const text = (ui: Ui): string => screen(ui).join("\n");

const last = (ui: Ui): string => screen(ui).at(-2) ?? "";

/** What the seeds of two gains add: on the average hardly a difference. */
const NOISE = [
  [0, 3, 1],
  [2, 0, 4],
];

/** Gains and rates, three seeds of each: the loss falls with the rate, and what the gain does is chance. */
function grid(options: Parameters<typeof session>[1] = {}, more: readonly RunPlan[] = []): Ui {
  const runs = [0.001, 0.01, 0.1].flatMap((rate, r) =>
    [1, 2].flatMap((gain) =>
      [1, 2, 3].map(
        (seed): RunPlan => ({
          label: `lr${rate}-g${gain}-seed=${seed}`,
          lr: { 0: rate },
          ...{ gain, seed, steps: 20 },
          valid: 3 - r / 4 + (NOISE[gain - 1]?.[seed - 1] ?? 0) / 100,
        }),
      ),
    ),
  );
  const path = makeStore([...runs, ...more]);
  return session(path, { ...options, settings: { view: "sweep", ...options.settings } });
}

/** The markers of runs, with where they are. */
function markers(ui: Ui): (Piece & { readonly row: number; readonly column: number })[] {
  return ui.frame.body.flatMap((line, row) => {
    let column = 0;
    return line.flatMap((one) => {
      const at = { ...one, row, column };
      column += one.text.length;
      return one.about?.startsWith("point:") === true ? [at] : [];
    });
  });
}

test("where there are very many runs the effects say of how many they are", () => {
  const runs = Array.from({ length: 5001 }, (_, i): RunPlan => {
    return { label: `r${i}`, gain: i + 1, end: null };
  });
  const ui = session(makeStore(runs), { settings: { view: "sweep", sweepPanel: "effects" } });
  expect(text(ui)).toContain("the first 5,000 runs · all else equal");
});

test("each run is a point: its setting across, its result up, in the colour of its row", () => {
  const ui = grid();
  const all = markers(ui);
  const [first] = ui.scene.table.rows;

  expect(text(ui)).toContain("valid ↓ by lr");
  expect(all).toHaveLength(18);
  const own = all.filter(({ about }) => about?.startsWith("point:g/lr0.001-g1") === true);
  const tone = first && lookOf({ scene: ui.scene, depth: "256" }, first).tone;
  expect(new Set(own.map((one) => one.tone))).toEqual(new Set([tone]));
  const rowsOf = (rate: string) =>
    all.filter(({ about }) => about?.includes(`lr${rate}-`) === true).map(({ row }) => row);
  expect(Math.max(...rowsOf("0.001"))).toBeLessThan(Math.min(...rowsOf("0.01")));
  expect(Math.max(...rowsOf("0.01"))).toBeLessThan(Math.min(...rowsOf("0.1")));
});

test("settings that span decades lie along a logarithm, and the values of a grid are its labels", () => {
  const ui = grid();

  expect(text(ui)).toContain("log x");
  const axis = screen(ui).find((line) => line.includes("└")) ?? "";
  const at = ["0.001", "0.01", "0.1"].map((label) => axis.search(new RegExp(`─${label}(?!\\d)`)));
  expect(Math.abs((at[2] ?? 0) - 2 * (at[1] ?? 0) + (at[0] ?? 0))).toBeLessThan(10); // labels at the ends are moved inwards
});

test("arrows go from point to point, which are read below, and enter opens the run; esc comes back", () => {
  const ui = grid();
  press(ui, "home");
  expect(last(ui)).toMatch(/lr0\.1-g\d-seed=\d · lr 0\.1 · valid 2\.5\d+ \(1 of 18\)/);
  press(ui, "up");
  expect(last(ui)).toMatch(/\(2 of 18\)/);
  press(ui, "end", "left");
  const before = last(ui);
  press(ui, "right");
  expect(last(ui)).not.toBe(before);

  const name = ui.state.focus;
  press(ui, "enter");
  expect(ui.state.settings.view).toBe("run");
  expect(ui.scene.run?.name).toBe(name);
  press(ui, "escape");
  expect(ui.state.settings.view).toBe("sweep");
  expect(ui.state.focus).toBe(name);
});

test("x chooses what is across, v which result", () => {
  const ui = grid();
  press(ui, "x");
  const items = screen(ui);
  const to = items.findIndex((line) => line.includes("init.hidden.weight"));
  const from = items.findIndex((line) => /^\s*\S?\s*.*\blr\b/.test(line));
  expect(to).toBeGreaterThan(-1);
  expect(from).toBeGreaterThan(-1);
  press(ui, "escape");

  const other = grid({ settings: { sweepX: "init.hidden.weight", sweepY: "test_loss" } });
  expect(text(other)).toMatch(/test ↓ by \S*weight/);
  expect(text(other)).toContain("kaiming 2");
  expect(text(grid({ settings: { sweepX: "gone", sweepY: "gone" } }))).toContain("valid ↓ by lr");
});

test("lost runs are at the edge, and runs without a result are counted", () => {
  const hot = { label: "hot", lr: { 0: 0.1 }, gain: 1, seed: 1, loss: () => Number.NaN };
  const next = { label: "next", lr: { 0: 0.1 }, gain: 2, seed: 1, end: null };
  const ui = grid({}, [hot, next]);
  const lost = markers(ui).filter((one) => one.text === "✗");

  expect(lost.map(({ about, tone }) => [about, tone])).toEqual([["point:g/hot", "bad"]]);
  expect(lost[0]?.row).toBe(Math.min(...markers(ui).map(({ row }) => row)));
  expect(text(ui)).toContain("✗ 1 lost · 1 without a result");
});

test("results far beyond the others are at the edge, so that the others can be told apart", () => {
  const far = { label: "far", lr: { 0: 0.1 }, gain: 1, seed: 1, steps: 20, valid: 99 };
  const ui = grid({}, [far]);

  expect(
    markers(ui)
      .filter(({ text: one }) => one === "↑")
      .map(({ about }) => about),
  ).toEqual(["point:g/far"]);
  expect(text(ui)).toContain("↑ 1 far off");
  expect(text(ui)).toMatch(/ 2\.[5-9]\d* ┤/);
});

test("effects are sorted by size, and say which are beyond chance", () => {
  const ui = grid({ columns: 140, rows: 40 });
  const at = screen(ui).findIndex((line) => line.includes("effect on valid, nats"));
  const lines = screen(ui)
    .slice(at, at + 6)
    .join("\n");

  expect(lines).toMatch(/train\.lr +█+ +−0\.\d+[\s\S]*beyond chance · 0\.001 → 0\.1/);
  expect(lines).toMatch(/init\.hidden\.weight +█+ +[−+]0\.0\d+[\s\S]*contains 0/);
  expect(lines.indexOf("train.lr")).toBeLessThan(lines.indexOf("init.hidden.weight"));
});

test("from the list of effects enter puts a setting across", () => {
  const ui = grid();
  press(ui, "tab");
  expect(text(ui)).toContain("effects of settings");
  press(ui, "down", "enter");

  expect(text(ui)).toMatch(/valid ↓ by \S*weight/);
});

test("in parallel coordinates lines go from axis to axis, the best on top and the best result at the top", () => {
  const ui = grid({ columns: 118, rows: 24, settings: { sweepPanel: "parallel" } });
  const lines = screen(ui);

  expect(text(ui)).toContain("parallel coordinates");
  expect(lines.find((line) => line.includes("valid"))).toMatch(/weight +lr +valid/);
  expect(lines.find((line) => line.includes("0.001"))).toBeDefined();
  const tones = new Set(
    ui.frame.body.flat().flatMap(({ tone }) => (tone?.startsWith("ramp") ? [tone] : [])),
  );
  expect(tones.size).toBeGreaterThan(3);
  expect(ui.frame.body.flat().some(({ tone, bold }) => tone === "good" && bold === true)).toBe(
    true,
  );
});

test.each([
  ["one factor", ["a", "b"].map((label, i) => ({ label, gain: i + 1, steps: 20, valid: 2 + i }))],
  ["one run", [{ label: "a", steps: 20 }]],
  [
    "nothing but lost runs",
    [1, 2].map((seed) => ({ label: `a-seed=${seed}`, seed, loss: () => Number.NaN })),
  ],
  [
    "runs that have not begun",
    [
      { label: "a", end: null },
      { label: "b", gain: 2, end: null },
    ],
  ],
  ["no run", []],
] satisfies [string, readonly RunPlan[]][])("%s are no trouble at any size", (_, runs) => {
  const path = makeStore(runs);
  for (const [columns, rows] of [
    [10, 3],
    [40, 12],
    [80, 24],
    [118, 40],
    [200, 50],
  ] as const) {
    for (const glyphs of ["braille", "block", "ascii"] as const) {
      const ui = session(path, { columns, rows, glyphs, settings: { view: "sweep" } });
      for (const key of [
        "left",
        "right",
        "up",
        "down",
        "tab",
        "down",
        "p",
        "tab",
        "n",
        "p",
        "enter",
      ]) {
        press(ui, key);
        for (const line of screen(ui)) expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  }
});

test("p shows the panel alone, and again with the others", () => {
  const ui = grid({ columns: 140, rows: 40 });
  expect(text(ui)).toContain("parallel coordinates");
  press(ui, "p");
  expect(text(ui)).not.toContain("parallel coordinates");
  press(ui, "escape");
  expect(text(ui)).toContain("parallel coordinates");
});

test("where one panel fits p says so", () => {
  const ui = grid({ columns: 100, rows: 30 });
  expect(text(ui)).toContain("parallel coordinates");

  const narrow = grid({ columns: 99, rows: 30 });
  press(narrow, "p");
  expect(narrow.state).toMatchObject({
    isAlone: false,
    message: "one panel fits: tab shows the next",
  });
});

test("y and Y take settings and results of every run", () => {
  const { columns, rows } = grid().sheet;

  expect(columns).toEqual(expect.arrayContaining(["run", "train.lr", "valid_loss"]));
  expect([...rows]).toHaveLength(18);
});

test("recorded runs with configs of their own are a sweep, too, by what they have recorded", () => {
  const path = recordedStore(
    [0.1, 0.2, 0.3, 0.4].map((dropout, i) => ({
      label: `r${i}`,
      seed: null,
      config: { dropout, optimizer: i < 2 ? "adam" : "sgd" },
      series: { accuracy: { every: 10, until: 40, value: () => 0.9 - dropout / 10 } },
    })),
  );
  const ui = session(path, { columns: 140, rows: 40, settings: { view: "sweep" } });

  expect(text(ui)).toMatch(/accuracy.* by dropout/);
  expect(markers(ui)).toHaveLength(4);
  expect(text(ui)).toMatch(/dropout +optimizer +accuracy/);
});

test("importance has a bar for each setting, its interval, and words where that does not hold", () => {
  const far = { lr: { 0: 9 }, gain: 1, steps: 20, valid: 900 };
  const settings = { sweepPanel: "importance" } as const;
  const one = grid({ columns: 80, rows: 24, settings });
  const shown = text(one);

  expect(shown).toMatch(/importance for valid +share of the variance between 6 settings, 3 seeds/);
  expect(shown).toMatch(/train\.lr +█{9,} +100 % {2}9\d–100 %/);
  expect(shown).toMatch(/hidden\.weight +0\.0 %/);
  expect(shown).toMatch(
    /not additive .*\n · 0\.0 % of the variance between settings is not additive/,
  );
  expect(Math.max(...screen(one).map((line) => line.length))).toBeLessThanOrEqual(80);
  press(one, "down", "enter");
  expect(text(one)).toContain("valid ↓ by weight");
  const seeds = [1, 2, 3].map((seed) => ({ ...far, label: `far-seed=${seed}`, seed }));
  expect(text(grid({ settings }, seeds))).toMatch(/one setting alone has 8\d % of the variance/);
});

test("importance of a single setting says what it takes", () => {
  const runs = [1, 2].map((gain): RunPlan => ({ label: `g${gain}`, gain, seed: 1, valid: gain }));
  const settings = { view: "sweep", sweepPanel: "importance" } as const;
  const ui = session(makeStore(runs), { columns: 80, rows: 24, settings });

  expect(text(ui)).toContain("of one seed do not show importance: that needs");
});
