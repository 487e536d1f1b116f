/** Typed commands: what each does, what completes them, and what is said of those that make no sense. */
import { readRange, readTyped } from "@ablate/text";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands/table.ts";
import type { Session } from "../src/session/session.ts";
import type { Effect } from "../src/state/state.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { exampleStore, makeStore, press, screen, session } from "./make.ts";

function type(ui: Session, line: string): Effect | null {
  press(ui, ":", ...line);
  return ui.key("enter");
}

/** By the name of a command: lines that make sense, and what is then so. */
const CHECKS: Readonly<
  Record<string, readonly (readonly [line: string, (ui: Session) => unknown, unknown])[]>
> = {
  filter: [
    ["filter v5 state:finished", ({ state }) => state.settings.filter, "v5 state:finished"],
    ["filter", ({ state }) => state.settings.filter, ""],
  ],
  grid: [["grid study", ({ state }) => state.settings.grid, "study"]],
  group: [
    ["group none", ({ state }) => state.settings.group, null],
    ["group seed", ({ state }) => state.settings.group, "seed"],
  ],
  sort: [
    [
      "sort valid",
      ({ state }) => state.settings.sort,
      { column: "valid_loss", isDescending: false },
    ],
    [
      "sort best valid desc",
      ({ state }) => state.settings.sort,
      { column: "best_valid_loss", isDescending: true },
    ],
    ["sort off", ({ state }) => state.settings.sort, null],
  ],
  columns: [
    [
      "columns +train -state",
      ({ state: { settings } }) => [settings.shown, settings.hidden],
      [["train_loss"], ["state"]],
    ],
  ],
  mark: [
    ["mark v1 v5", ({ state }) => state.settings.marks.length, 6],
    ["mark none", ({ state }) => state.settings.marks.length, 0],
  ],
  baseline: [
    ["baseline v5-seed=2", ({ state }) => state.settings.baseline, "study/v5-seed=2"],
    ["pin v5-seed=2", ({ state }) => state.settings.baseline, "study/v5-seed=2"],
    ["pin off", ({ state }) => state.settings.baseline, null],
  ],
  open: [
    ["open v1-seed=3", (ui) => [ui.view.name, ui.scene.run?.name], ["run", "study/v1-seed=3"]],
  ],
  colour: [
    ["colour v5 3", (ui) => screen(ui).at(-1), expect.stringContaining("colour group:")],
    ["color v5-seed=1 auto", (ui) => screen(ui).at(-1), expect.stringContaining("colour run:")],
  ],
  metrics: [
    ["metrics ^valid _loss$", ({ scene }) => scene.metrics.includes("valid_loss"), true],
    ["metrics default", ({ state }) => state.settings.metrics, null],
  ],
  panel: [
    [
      "panel both: train_loss, valid_loss",
      ({ state }) => state.settings.panels,
      [{ name: "both", series: ["train_loss", "valid_loss"] }],
    ],
  ],
  axis: [["axis examples", ({ state }) => state.settings.axis, "examples"]],
  log: [["log", ({ state }) => state.settings.isLogY, true]],
  smooth: [
    ["smooth 1e2", ({ state }) => state.settings.smoothing, 100],
    ["smooth off", ({ state }) => state.settings.smoothing, 0],
  ],
  steps: [
    [
      "steps 100-300",
      ({ state, view }) => [view.name, state.zoom],
      ["charts", { low: 100, high: 300 }],
    ],
    ["steps 0.1k to 3e2", ({ state }) => state.zoom, { low: 100, high: 300 }],
    ["steps 300-", ({ state }) => state.zoom, { low: 300, high: 399 }],
    ["steps all", ({ state }) => state.zoom, null],
  ],
  step: [["step 123", ({ state, view }) => [view.name, state.crosshair], ["charts", 123]]],
  y: [["y 2-4", ({ state }) => state.settings.yRanges.loss, { low: 2, high: 4 }]],
  hide: [["hide v1", ({ state }) => state.settings.hiddenCurves.length, 1]],
  only: [
    ["only v1", ({ state, scene }) => state.settings.hiddenCurves.length - scene.chosen.length, -1],
  ],
  show: [["show all", ({ state }) => state.settings.hiddenCurves, []]],
  view: [["view charts", ({ view }) => view.name, "charts"]],
  pane: [["pane hide", (ui) => screen(ui).at(-1), expect.stringContaining("there is one pane")]],
  help: [["help", ({ state }) => state.isHelp, true]],
};

/** Commands whose work is done by the program around a session. */
const EFFECTS: Readonly<Record<string, readonly [line: string, effect: unknown]>> = {
  chart: [
    "chart loss.pdf",
    { type: "paper", chart: expect.objectContaining({ file: "loss.pdf", axis: "step" }) },
  ],
  theme: ["theme light", { type: "theme", background: "light" }],
  mouse: ["mouse off", { type: "mouse" }],
  command: [
    "command",
    { type: "clip", text: expect.stringContaining("ablate ui --store "), said: expect.anything() },
  ],
  quit: ["q", { type: "quit" }],
};

test("every command is checked here", () => {
  const names = COMMANDS.map(({ name }) => name).filter((name) => !VIEW_NAMES.includes(name));

  expect([...Object.keys(CHECKS), ...Object.keys(EFFECTS)].toSorted()).toEqual(names.toSorted());
});

test("every command does what it says, and leaves the line", () => {
  const path = exampleStore();
  for (const [line, of, wanted] of Object.values(CHECKS).flat()) {
    const ui = session(path);
    expect([line, type(ui, line)]).toEqual([line, null]);
    expect([line, ui.state.prompt]).toEqual([line, null]);
    expect([line, of(ui)]).toEqual([line, wanted]);
    expect(ui.state.settings.commands).toEqual([line]);
  }
  for (const [line, effect] of Object.values(EFFECTS)) {
    const ui = session(path, { settings: { view: "charts" } });
    expect([line, type(ui, line)]).toEqual([line, effect]);
  }
  for (const view of VIEW_NAMES) {
    const ui = session(path);
    type(ui, view);
    expect(ui.view.name).toBe(view);
  }
});

test.each([
  ["stepz 3", 'there is no command "stepz", did you mean "steps"?'],
  ["steps 300", '"300" is no range of steps, as in: steps 100-300'],
  ["steps 5,000-", "the last step is 399: nothing comes after it"],
  ["chart loss.eps", '"loss.eps" is no SVG, PDF or PNG, as in: chart loss.pdf'],
  ["step 1,234", "the last step is 399"],
  ["step x", '"x" is no number of steps, as in: step 1,234'],
  ["y 5", '"5" is no range of values, as in: y 2-4'],
  ["sort vaild", 'there is no column "vaild"; did you mean "valid"?'],
  ["group lrr", 'there is no key that differs "lrr"'],
  ["filter (", '"(" at 0 is not closed'],
  ["metrics (", '"(" is not a regular expression'],
  ["metrics acc", 'there is no series "acc"'],
  ["panel both: los, x", 'there is no series "los"; did you mean "loss"?'],
  ["panel both", 'there is no panel "both"; panel both: SERIES makes one'],
  ["open v1", '"v1" could be study/v1-seed=1, study/v1-seed=2 and 1 more; write one of them'],
  ["hide nothing", 'there is no curve "nothing"'],
  ["colour 16", "a colour is a name, a number from 0 to 15 or auto, as in: colour v5 3"],
  ["theme blue", 'there is no theme "blue", allowed: dark, light'],
])("the line %s stays, and says: %s", (line, said) => {
  const ui = session(exampleStore(), { columns: 160 });

  type(ui, line);

  expect(screen(ui).at(-1)).toContain(`:${line}`);
  expect(screen(ui).at(-1)).toContain(said);
  press(ui, "backspace");
  expect(screen(ui).at(-1)).not.toContain(said);
});

test("tab and the arrows complete commands and what follows, enter carries it out", () => {
  const ui = session(exampleStore());

  press(ui, ":", ..."sor");
  expect(screen(ui).join("\n")).toMatch(/│ sort +COLUMN \[desc\], or off +sort the table/);
  press(ui, "tab", " ", ..."va", "down");
  expect(screen(ui).at(-1)).toContain(":sort valid");
  press(ui, "down");
  expect(screen(ui).at(-1)).toMatch(/:sort "?best/);
  press(ui, "shift-tab", "enter");

  expect(ui.state.settings.sort).toEqual({ column: "valid_loss", isDescending: false });
});

test("a filter is completed by the head of a column, an operator, and a value", () => {
  const ui = session(exampleStore());

  press(ui, "/", ..."val");
  expect(screen(ui).join("\n")).toMatch(/│ valid +valid_loss/);
  press(ui, "tab");
  expect(screen(ui).at(-1)).toContain("filter: valid");
  press(ui, "ctrl-u", ..."state:fi", "tab", "enter");

  expect(ui.state.settings.filter).toBe("state:finished");
  expect(ui.scene.table.matches).toHaveLength(6);
});

test("up brings back what was typed before, also in the next session", () => {
  const path = exampleStore();
  const ui = session(path);
  for (const line of ["log on", "smooth 100"]) type(ui, line);
  press(ui, "/", ..."v5", "enter", "/", "ctrl-u", "enter");

  press(ui, ":", "up", "up");
  expect(screen(ui).at(-1)).toContain(":log on");
  press(ui, "down");
  expect(screen(ui).at(-1)).toContain(":smooth 100");
  press(ui, "escape", "/", "up");
  expect(screen(ui).at(-1)).toContain("filter: v5");
  const later = session(path, { settings: ui.state.settings });
  press(later, ":", "up", "enter");
  expect(later.state.settings.smoothing).toBe(100);
});

test("the line that shares a view leads somebody else to the same frame", () => {
  const path = exampleStore();
  const ui = session(path);
  for (const line of [
    "group none",
    "filter v5",
    "sort valid desc",
    "steps 100-300",
    "y 2 to 3",
    "smooth 10",
  ])
    type(ui, line);

  const effect = type(ui, "command");
  const text = effect !== null && "text" in effect ? effect.text : "";
  const flags = [...text.replace("--fresh ", "").matchAll(/--(\w+)[ =](?:'([^']*)'|(\S+))/g)];
  const other = session(path, { settings: { view: "charts" } });
  const given = flags.map(([, name = "", quoted, plain]) => ({
    name,
    text: quoted ?? plain ?? "",
  }));
  other.begin(given.filter(({ name }) => name !== "store" && name !== "view"));
  press(other, "escape");
  press(ui, "escape");

  expect(other.frame.body).toEqual(ui.frame.body);
});

describe("numbers and ranges as people type them", () => {
  test.each([
    ["1,234", 1234],
    ["10k", 10_000],
    ["1e3", 1000],
    ["−3", -3],
    ["2.5M", 2_500_000],
    ["12,34", null],
    ["k", null],
  ])("%s is %s", (text, value) => expect(readTyped(text)).toBe(value));

  test.each([
    ["100-300", { low: 100, high: 300 }],
    ["300 to 100", { low: 100, high: 300 }],
    ["1,000..2k", { low: 1000, high: 2000 }],
    ["100-", { low: 100, high: null }],
    ["-300", { low: null, high: 300 }],
    ["-4--2", { low: -4, high: -2 }],
    ["1e-3-1e-2", { low: 0.001, high: 0.01 }],
    ["100", null],
    ["-", null],
    ["a-b", null],
  ])("%s is %j", (text, range) => expect(readRange(text)).toEqual(range));
});

test("hundreds of series are narrowed by an expression, and chosen at once", () => {
  const names = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? "train" : "valid"}/m${i}`);
  const path = makeStore([
    {
      label: "a",
      steps: 100,
      metrics: (step) => Object.fromEntries(names.map((name) => [name, step])),
    },
  ]);
  const ui = session(path, { settings: { view: "charts" } });

  press(ui, "v", ..."/^train.*9", "ctrl-a", "enter");

  const shown = ui.scene.metrics.filter((name) => name.includes("train/"));
  expect(shown.length).toBeGreaterThan(0);
  expect(ui.state.chooser).toBeNull();
  type(ui, "metrics ^valid/m1\\d$");
  expect(ui.scene.metrics).toHaveLength(5);
});
