/** The table of runs: columns, groups, sorting, filtering, marks, focus. */
import {
  annotate,
  comparedRuns,
  compareRuns,
  METRICS,
  openReader,
  openWriter,
} from "@ablate/store";
import { expect, test } from "vitest";
import { lineText } from "../src/text/line.ts";
import {
  addRuns,
  exampleStore,
  falling,
  makeStore,
  press,
  type RunPlan,
  rows,
  screen,
  session,
} from "./make.ts";
import { makeFinding } from "./probe-make.ts";

const seeds = (label: string, gain: number): RunPlan[] =>
  [1, 2, 3].map((seed) => ({
    label: `${label}-seed=${seed}`,
    seed,
    gain,
    valid: 2 + gain / 10 + seed / 100,
  }));

const type = (ui: ReturnType<typeof session>, text: string): void => press(ui, ...text);

test("only settings that differ are columns, and the seed is not one of them while runs are grouped over it", () => {
  const ui = session(makeStore([...seeds("a", 1), ...seeds("b", 2)]));
  const header = () => screen(ui)[2] ?? "";

  expect(header()).toMatch(/run +weight +loss +valid/);
  expect(header()).not.toMatch(/seed|embedding|batch_size/);
  press(ui, "g", "down", "enter");
  expect(header()).toMatch(/weight +seed/);
});

test("runs that differ only in their seed are one row with their number, means, and their states", () => {
  const ui = session(makeStore([...seeds("a", 1), { label: "alone", gain: 5 }]));

  expect(rows(ui)[0]).toMatch(/▸ a ×3 .* 2\.1200 .* finished/);
  expect(rows(ui)[1]).toContain("✓ alone");
  expect(screen(ui).join("\n")).toContain("valid 2.1200 ± 0.0100 over 3 of 3 runs");
});

test("one config as two grids, each with its seed, are the rows that a comparison has", () => {
  const withSeed = (seed: number): RunPlan[] => [
    { label: "a", seed, gain: 1 },
    { label: "b", seed, gain: 2 },
  ];
  const path = makeStore(withSeed(1), "ga");
  const writer = openWriter(path);
  addRuns(writer, withSeed(2), "gb");
  writer.close();
  const reader = openReader(path);
  const runs = comparedRuns(reader.runs(), reader.dataHashes());
  const compared = compareRuns(runs, { metrics: METRICS.slice(0, 1), by: undefined });
  reader.close();

  const ui = session(path);

  expect(compared.rows.map((row) => row.runs.map(({ name }) => name))).toEqual([
    ["ga/a", "gb/a"],
    ["ga/b", "gb/b"],
  ]);
  expect(rows(ui)).toEqual([expect.stringMatching(/▸ a ×2 /), expect.stringMatching(/▸ b ×2 /)]);
});

test("runs of several grids with the same label are told apart, in every view", () => {
  const path = makeStore([{ label: "same" }, { label: "own", gain: 2 }]);
  const writer = openWriter(path);
  addRuns(writer, [{ label: "same", gain: 3 }], "a-grid-with-quite-a-long-name-of-its-own");
  writer.close();
  const ui = session(path, { columns: 80 });

  expect(rows(ui).map((row) => row.slice(5, 32).trim())).toEqual([
    "g/same",
    "own",
    expect.stringMatching(/^a-grid-.*….*-own\/same$/),
  ]);
  press(ui, "2");
  expect(screen(ui).join("\n")).toMatch(/[━▶] g\/same /);
  press(ui, "4");
  expect(screen(ui)[2]).toMatch(/ g\/same .* own .* a-grid-.*\/same$/);
});

test("a group unfolds with enter and with the arrow, and folds again from one of its runs", () => {
  const ui = session(makeStore(seeds("a", 1)));

  press(ui, "enter");
  expect(rows(ui).map((text) => text.slice(3, 17).trim())).toEqual([
    "▾ a ×3",
    "✓   a-seed=1",
    "✓   a-seed=2",
    "✓   a-seed=3",
  ]);
  press(ui, "j", "j", "left");
  expect(rows(ui)).toHaveLength(1);
  press(ui, "right");
  expect(rows(ui)).toHaveLength(4);
});

test.each([
  ["valid_loss", ["b ×3", "a ×3", "c ×3"]],
  ["init.hidden.weight", ["a ×3", "b ×3", "c ×3"]],
])("sorting by %s, means of groups, and the other way round", (column, order) => {
  const plans = [
    ...seeds("c", 5),
    ...seeds("a", 1).map((run) => ({ ...run, valid: 2.5 })),
    ...seeds("b", 2),
    { label: "none", gain: 9, end: null },
  ];
  const ui = session(makeStore(plans), { settings: { sort: { column, isDescending: false } } });
  const names = () => rows(ui).map((text) => text.slice(5).split(/ {2,}/)[0]);

  expect(names().slice(0, 3)).toEqual(order);
  press(ui, "S");
  expect(names().filter((name) => name !== "none")).toEqual(order.toReversed());
  if (column === "valid_loss") expect(names().at(-1)).toBe("none");
});

test("s chooses any column to sort by, also one that is not shown", () => {
  const ui = session(
    makeStore([
      { label: "slow", gain: 1, valid: 3 },
      { label: "fast", gain: 2, valid: 2 },
    ]),
  );

  press(ui, "s", ..."best valid");
  press(ui, "enter");

  expect(rows(ui).map((text) => text.slice(5, 9))).toEqual(["fast", "slow"]);
  expect(screen(ui).at(-1)).toContain("sorted by best_valid_loss, smallest first");
});

test("the filter works while it is typed, esc drops it, enter keeps it", () => {
  const ui = session(exampleStore());

  press(ui, "/");
  type(ui, "state:finished v5");
  expect(rows(ui)).toHaveLength(1);
  expect(screen(ui).at(-1)).toContain("3 of 9 runs");
  press(ui, "escape");
  expect(rows(ui)).toHaveLength(5);
  press(ui, "/");
  type(ui, "v1");
  press(ui, "enter");
  expect(rows(ui)).toHaveLength(1);
  expect(screen(ui)[1]).toContain("/ v1");
});

test.each([
  ["(v1", /is not closed/],
  ["nosuch:1", /no run has a field "nosuch"/],
])("the filter %s says what is wrong with it", (text, message) => {
  const ui = session(exampleStore());

  press(ui, "/");
  type(ui, text);

  expect(screen(ui).at(-1)).toMatch(message);
});

test("marks follow names: they stay with their runs under another sort, group and filter", () => {
  const ui = session(exampleStore());

  press(ui, " ");
  expect(ui.state.settings.marks).toEqual([
    "study/v1-seed=1",
    "study/v1-seed=2",
    "study/v1-seed=3",
  ]);
  expect(rows(ui)[0]).toMatch(/^▌. ▸ v1 ×3/);
  press(ui, "home", "enter", "j", " ");
  expect(ui.state.settings.marks).toEqual(["study/v1-seed=2", "study/v1-seed=3"]);
  expect(rows(ui)[0]).toMatch(/^╎. ▾ v1 ×3/);
});

test("the cursor stays on its run when runs come in above it", () => {
  const path = makeStore([
    { label: "b", gain: 2, valid: 2.2 },
    { label: "c", gain: 3, valid: 2.3 },
  ]);
  const ui = session(path, { settings: { sort: { column: "valid_loss", isDescending: false } } });
  press(ui, "j");
  expect(ui.scene.focused?.title).toBe("c");

  const writer = openWriter(path);
  addRuns(writer, [{ label: "a", gain: 1, valid: 2.1 }], "g");
  writer.close();

  expect(ui.poll(Date.now())).toBe(true);
  expect(rows(ui).map((text) => text.slice(5, 6))).toEqual(["a", "b", "c"]);
  expect(ui.scene.focused?.title).toBe("c");
});

test("columns are chosen, hidden and moved", () => {
  const ui = session(
    makeStore([
      { label: "a", gain: 1 },
      { label: "b", gain: 2 },
    ]),
  );
  const header = () => screen(ui)[2] ?? "";

  press(ui, "v");
  expect(screen(ui).join("\n")).toContain("┌─ columns ─");
  press(ui, "down", " ", "escape");
  expect(header()).not.toContain("weight");
  press(ui, "v", "down", " ", ">", ">", "enter");
  expect(header()).toMatch(/loss +weight/);
});

test("sick runs are told by sign, by colour and by the number of what rules have found", () => {
  const ui = session(exampleStore());

  expect(screen(ui)[2]).toMatch(/run +▲ /);
  expect(rows(ui)[0]).toMatch(/▸ v1 ×3 +✗1▲2 /);
  expect(rows(ui)[1]).toMatch(/▸ v5 ×3 +[^✗▲]*$/);
  press(ui, "enter");
  expect(rows(ui)[1]).toMatch(/✗ +v1-seed=1 +✗1▲2 .* finished/);
  const [, , sick = [], , , fine = []] = ui.frame.body;
  expect(sick.map(({ text, tone }) => `${text}:${tone}`)).toContain("✗:bad");
  expect(fine.some(({ tone }) => tone === "bad" || tone === "warn")).toBe(false);
  press(ui, "/", ..."findings>0 ", "enter");
  expect(rows(ui)).toHaveLength(4);
});

test("rows are sorted by what is found, errors before warnings", () => {
  const ui = session(
    makeStore([
      { label: "fine", gain: 1, isDiagnosed: true },
      {
        label: "warned",
        gain: 2,
        findings: [makeFinding(), makeFinding({ rule: "plateau" })],
      },
      { label: "broken", gain: 3, findings: [makeFinding({ level: "error" })] },
    ]),
    { settings: { sort: { column: "findings", isDescending: true } } },
  );

  expect(rows(ui).map((text) => text.slice(5, 11).trim())).toEqual(["broken", "warned", "fine"]);
});

test("states are told by sign and by word", () => {
  const text = rows(session(exampleStore())).join("\n");

  expect(text).toMatch(/✗ hot .* diverged at 151/);
  expect(text).toMatch(/✗ bad .* failed/);
  expect(text).toMatch(/○ next .* pending/);
});

test("a run whose process is gone is shown as interrupted, a living one with its progress", () => {
  const path = makeStore([
    { label: "a", gain: 1 },
    { label: "b", gain: 2 },
  ]);
  const writer = openWriter(path);
  const runs = writer.planGrid({ name: "g", description: "", spec: "", runs: [] });
  expect(runs).toEqual([]);
  writer.claimRun(1, { token: "x", pid: 2 ** 22 + 5, host: "" }, {}, []);
  writer.claimRun(2, { token: "y", pid: process.pid, host: "elsewhere" }, {}, []);
  writer.close();

  const ui = session(path);

  expect(rows(ui)[1]).toMatch(/● b .*░░░░░░░░ starting/);
});

test("thousands of runs: a screen down, the end, the beginning", () => {
  const plans = Array.from(
    { length: 3000 },
    (_, i): RunPlan => ({ label: `r${i}`, gain: 1 + i, end: null }),
  );
  const ui = session(makeStore(plans), { rows: 24 });

  press(ui, "end");
  expect(rows(ui).at(-1)).toContain("r2999");
  press(ui, "pageup");
  expect(ui.scene.focused?.title).toBe("r2983");
  press(ui, "home", "pagedown", "pagedown");
  expect(ui.scene.focused?.title).toBe("r32");
});

test("text of the store cannot disturb the terminal", () => {
  const error = "\u001b[2Jboom\u0007\r\n\u202eover";
  const ui = session(makeStore([{ label: "a", end: { state: "failed", reason: "error", error } }]));

  const text = [...ui.frame.header, ...ui.frame.body, ...ui.frame.footer].map(lineText).join("");

  expect(text).toContain("boom");
  expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
});

test("without runs it says how to get some, and without a match how to get them back", () => {
  expect(screen(session(makeStore([]))).join("\n")).toMatch(/no runs yet[\s\S]*ablate run CONFIG/);
  const ui = session(makeStore([{ label: "a", loss: falling }]), { settings: { filter: "zzz" } });
  expect(screen(ui).join("\n")).toContain("no run matches zzz; esc shows all 1");
});

test("tags and notes of runs and grids are shown as soon as they are there, and found", () => {
  const path = exampleStore();
  const ui = session(path, { settings: { filter: "tag:good" } });
  expect(screen(ui).join("\n")).toContain("no run matches");

  annotate(path, { kind: "tag", target: "study/hot", add: ["good"], remove: [] });
  annotate(path, { kind: "note", target: "study", text: "gain decides" });
  annotate(path, { kind: "tag", target: "study", add: ["chapter-3"], remove: [] });

  expect(ui.poll(Date.now())).toBe(true);
  expect(rows(ui)).toHaveLength(1);
  expect(rows(ui)[0]).toMatch(/✗ hot .* good/);
  expect(screen(ui).join("\n")).toContain("grid study  chapter-3  gain decides");
  press(ui, "enter");
  expect(screen(ui).join("\n")).toContain("grid study  chapter-3  gain decides");
});
