/** The view Compare: columns under a cursor, the best values, and differences that are more than chance. */
import { expect, test } from "vitest";
import { lineText, type Piece } from "../src/text/line.ts";
import { lookOf } from "../src/views/looks.ts";
import { exampleStore, makeStore, press, type RunPlan, screen, session } from "./make.ts";

type Options = Parameters<typeof session>[1];

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

const line = (ui: ReturnType<typeof session>, label: string): string =>
  screen(ui).find((one) => one.trimStart().startsWith(label)) ?? "";

const pieces = (ui: ReturnType<typeof session>, label: string): readonly Piece[] =>
  ui.frame.body.find((one) => lineText(one).trimStart().startsWith(label)) ?? [];

/** Three seeds of each variant, with these validation losses. */
function variants(
  losses: Readonly<Record<string, readonly number[]>>,
  { settings, ...options }: Options = {},
) {
  const runs = Object.entries(losses).flatMap(([label, valid], i) =>
    valid.map(
      (one, seed): RunPlan => ({
        label: `${label}-seed=${seed}`,
        seed,
        gain: i + 1,
        steps: 40,
        valid: one,
      }),
    ),
  );
  return session(makeStore(runs), { ...options, settings: { view: "compare", ...settings } });
}

const CLEAR = { a: [2.1, 2.2, 2.3], b: [2.4, 2.51, 2.6], c: [2.1, 2.31, 2.2] };

test("arrows go from column to column, and b pins the one under the cursor", () => {
  const ui = variants(CLEAR);
  const current = (): string | undefined =>
    ui.frame.body[0]?.find(({ inverse }) => inverse === true)?.text;
  expect(current()).toBe("a ×3");

  press(ui, "right");
  expect(current()).toBe("b ×3");
  press(ui, "b");
  expect(text(ui)).toContain("the others are compared with b ×3");
  expect(current()).toBe("◆ b ×3");
  press(ui, "right", "right", "left");
  expect(current()).toBe("a ×3");
  press(ui, "left", "b");
  expect(text(ui)).toContain("compared with nothing");
});

test("a run that is not compared is never pinned, wherever the cursor of the runs is", () => {
  const ui = variants(CLEAR, {
    settings: { view: "runs", group: null, marks: ["g/a-seed=1", "g/c-seed=2"] },
  });
  press(ui, "end", "up", "up", "up", "4");
  expect(ui.scene.focused?.title).toBe("b-seed=2");

  press(ui, "b");
  expect(ui.state.settings.baseline).toBe("g/a-seed=1");
  expect(screen(ui)[2]).not.toContain("b-seed");
});

test("the best value of each result is bold and marked", () => {
  const ui = variants(CLEAR);

  expect(line(ui, "valid")).toMatch(/2\.2000 ±0\.1000 \* +2\.5033 .* 2\.2033 /);
  const bold = pieces(ui, "valid").filter((one) => one.bold === true);
  expect(bold.map((one) => one.text.trim())).toEqual(["2.2000 ±0.1000", "*"]);
  expect(line(ui, "at step")).not.toContain("*");
});

test("a survivor of lost runs is not the best", () => {
  const lost = { label: "d-seed=1", seed: 1, gain: 9, steps: 40, loss: () => Number.NaN };
  const left = { label: "d-seed=2", seed: 2, gain: 9, steps: 40, valid: 1 };
  const other = { label: "e", seed: 1, gain: 2, steps: 40, valid: 2 };
  const ui = session(makeStore([lost, left, other]), { settings: { view: "compare" } });

  expect(line(ui, "valid")).toMatch(/1\.0000 +2\.0000 \*/);
  expect(text(ui)).toContain("* the best of those that lost no run");
  expect(text(variants(CLEAR))).not.toContain("lost no run");
});

test("a difference has a colour only where it is larger than the spread over seeds", () => {
  const ui = variants(CLEAR);
  press(ui, "b");
  const toneOf = (label: string, start: string) =>
    pieces(ui, label).find((one) => one.text.trim().startsWith(start))?.tone;

  expect(line(ui, "valid ")).toMatch(/\+0\.3033 +\+0\.0033/);
  expect(toneOf("valid ", "+0.3033")).toBe("bad");
  expect(toneOf("valid ", "+0.0033")).toBe("muted");
  expect(toneOf("valid, by seed", "+0.3033")).toBe("bad");
  expect(toneOf("valid, by seed", "+0.0033")).toBe("muted");

  press(ui, "right", "b");
  expect(toneOf("valid ", "−0.3033")).toBe("good");
});

test("two single runs differ by what one seed cannot tell from chance", () => {
  const ui = variants({ a: [2.1], b: [3.1] });
  press(ui, "b");

  expect(pieces(ui, "valid ").find(({ text: one }) => one === "+1.0000")?.tone).toBe("muted");
});

test("heads have the colours of their curves", () => {
  const ui = variants(CLEAR);
  const { scene } = ui;

  const swatches = ui.frame.body[0]?.filter(({ text: one }) => /^[━╍┅┉]$/.test(one)) ?? [];
  expect(swatches.map(({ tone }) => tone)).toEqual(
    scene.chosen.map((row) => lookOf({ scene, depth: "256" }, row).tone),
  );
});

test.each([
  [200, 50],
  [120, 40],
])(
  "at %i x %i the curves of what is compared fill the room beside or below the table",
  (columns, rows) => {
    const ui = variants({ a: [2.1, 2.2], b: [2.4, 2.5] }, { columns, rows });

    expect(text(ui)).toContain("loss, nats");
    expect(text(ui)).toMatch(/└0─/);
    const filled = screen(ui).filter((one) => one !== "").length;
    expect(filled).toBeGreaterThan(rows - 4);
  },
);

test("where there is no room the table is alone", () => {
  expect(text(variants(CLEAR, { columns: 80, rows: 24 }))).not.toContain("loss, nats");
});

test("d shows all settings, and again those that differ", () => {
  const ui = variants(CLEAR);
  expect(text(ui)).not.toContain("data.context");

  press(ui, "d");
  expect(line(ui, "data.context")).toMatch(/3 +3 +3/);
  expect(line(ui, "init.hidden.weight")).toContain("kaiming 2");
  press(ui, "d");
  expect(text(ui)).not.toContain("data.context");
});

test("enter opens a run, of a group its runs in the table", () => {
  const single = variants({ a: [2.1], b: [2.2] });
  press(single, "right", "enter");
  expect(single.state.settings.view).toBe("run");
  expect(single.scene.run?.name).toBe("g/b-seed=0");

  const group = variants(CLEAR);
  press(group, "right", "enter");
  expect(group.state.settings.view).toBe("runs");
  expect(text(group)).toContain("b-seed=2");
});

test("one run alone is compared with nothing, and the page says so", () => {
  const ui = variants({ a: [2.1] });

  expect(text(ui)).toContain("one alone");
  expect(text(ui)).toContain("one run alone: space in 1 Runs marks others to compare it with");
  expect(text(ui)).not.toContain("pins a baseline");
  expect(line(ui, "valid")).not.toContain("*");
});

test("at every size no line is wider than the screen", () => {
  const path = exampleStore();
  for (const [columns, rows] of [
    [40, 12],
    [80, 24],
    [120, 40],
    [200, 50],
    [10, 3],
  ] as const) {
    const ui = session(path, { columns, rows, settings: { view: "compare" } });
    press(ui, "right", "b", "right", "d", "pagedown");
    for (const one of screen(ui)) expect(one.length).toBeLessThanOrEqual(columns);
  }
});
