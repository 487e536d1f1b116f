/** The view Findings: what is listed, filtered, and where enter goes. */
import { expect, test } from "vitest";
import { lookOf } from "../src/views/looks.ts";
import { makeStore, press, screen, session } from "./make.ts";
import { makeFinding, makeProbes } from "./probe-make.ts";

const text = (ui: ReturnType<typeof session>): string => screen(ui).join("\n");

const FOUND = [
  makeFinding({ step: 10 }),
  makeFinding({
    level: "error",
    rule: "frozen",
    layer: "hidden1",
    param: "hidden1.weight",
    step: 200,
    value: 0,
    message: "hidden1.weight frozen",
  }),
  makeFinding({
    rule: "loss-spike",
    layer: null,
    step: 120,
    value: 9.1,
    message: "the loss jumped",
  }),
  makeFinding({
    level: "info",
    rule: "plateau",
    layer: null,
    step: 300,
    message: "the loss is flat",
  }),
];

function findingsOf(options: Parameters<typeof session>[1] = {}) {
  const probes = makeProbes([0, 10, 100, 400]);
  const path = makeStore([
    { label: "sick", gain: 1, probes, findings: FOUND },
    { label: "well", gain: 2, probes, isDiagnosed: true },
    { label: "ill", gain: 3, probes, findings: FOUND.slice(0, 1) },
  ]);
  return session(path, { ...options, settings: { view: "findings", ...options.settings } });
}

/** The lines of the list: level, run, rule. */
const listed = (ui: ReturnType<typeof session>): string[] =>
  screen(ui)
    .slice(4)
    .flatMap(
      (line) =>
        /^ ([✗▲·]) (?:[▸▾ ] )?\S +(\S+(?: ×\d| +\d of \d)?) +(\S+) /
          .exec(line)
          ?.slice(1)
          .join(" ") ?? [],
    );

test("the most serious come first, with a sign for the level, their run, layer, step and message", () => {
  const ui = findingsOf({ columns: 160 });

  expect(listed(ui)).toEqual([
    "✗ sick frozen",
    "▲ sick saturated",
    "▲ ill saturated",
    "▲ sick loss-spike",
    "· sick plateau",
  ]);
  expect(text(ui)).toContain("✗ 1 error  ▲ 3 warnings  · 1 info  of 2 runs");
  expect(text(ui)).toMatch(/frozen +hidden1\.weight +200 +0 {2}so: hidden1\.weight frozen/);
  expect(text(ui)).toContain("docs/diagnostics.md explains frozen");
});

test("marked runs alone are listed, and with tab the one that is open", () => {
  const ui = findingsOf({ settings: { marks: ["g/ill"] } });
  expect(listed(ui)).toEqual(["▲ ill saturated"]);

  ui.open("g/sick");
  press(ui, "tab");
  expect(listed(ui)).toHaveLength(4);
  expect(text(ui)).toContain("of g/sick");
  press(ui, "tab");
  expect(listed(ui)).toHaveLength(1);
});

test("/ filters by words and by fields of the finding and of its run", () => {
  const ui = findingsOf();
  const filtered = (filter: string): string[] => {
    press(ui, "/", "ctrl-u", ...filter, "enter");
    return listed(ui);
  };

  expect(filtered("level:error")).toEqual(["✗ sick frozen"]);
  expect(filtered("rule:saturated and ill")).toEqual(["▲ ill saturated"]);
  expect(filtered("step>150")).toEqual(["✗ sick frozen", "· sick plateau"]);
  expect(filtered("jumped")).toEqual(["▲ sick loss-spike"]);
  expect(text(ui)).toContain("1 of 5");
  expect(filtered("level:none")).toEqual([]);
  expect(text(ui)).toContain("none of 5 findings matches the filter");
  expect(filtered("colour:red")).toEqual([]);
  expect(text(ui)).toContain('no finding has a field "colour"');
  press(ui, "escape");
  expect(listed(ui)).toHaveLength(5);
});

test("a filter of findings leaves the runs as they are, and the other way round", () => {
  const ui = findingsOf();
  press(ui, "/", ..."level:error", "enter", "1");
  expect(text(ui)).toContain("3 runs");
  expect(text(ui)).toContain("well");

  press(ui, "/", ..."well", "enter", "6");
  expect(text(ui)).toContain("nothing");
});

test("n and N go round, the cursor follows the finding", () => {
  const ui = findingsOf();
  press(ui, "N");
  expect(text(ui)).toContain("g/sick: the loss is flat");
  press(ui, "n", "n");
  expect(text(ui)).toContain("g/sick: 31 % of hidden1");

  press(ui, "/", ..."saturated", "enter");

  expect(text(ui)).toContain("g/sick: 31 % of hidden1");
});

test("enter on what a probe saw looks inside at that layer and step; esc comes back", () => {
  const ui = findingsOf();
  press(ui, "j", "j", "enter");

  expect(screen(ui)[2]).toMatch(/g\/ill .*at step 10 /);
  expect(text(ui)).toContain("▶ hidden1");
  expect(text(ui)).toContain("32 examples ↓");
  press(ui, "enter", "escape");
  expect(text(ui)).toContain("▶ hidden1");
  press(ui, "escape");
  expect(text(ui)).toContain("g/ill: 31 % of hidden1");
});

test("enter on an update:data ratio shows it first on the page of the run, read at that step", () => {
  const ui = findingsOf({ rows: 30, settings: { parameters: ["embedding"] } });
  press(ui, "enter");

  const lines = screen(ui);
  expect(lines[2]).toContain("g/sick");
  expect(text(ui)).toMatch(/log10 update:data +step 200/);
  const first = lines.findIndex((line) => /log10 update:data +step 200/.test(line)) + 1;
  expect(lines[first]).toMatch(/▶ hidden1\.weight +−3\.00 +frozen since 200/);
  expect(lines.findIndex((line) => line.includes("log10 update:data of every"))).toBeLessThan(10);
  press(ui, "escape");
  expect(text(ui)).toContain("g/sick: hidden1.weight frozen");
});

test("enter on a loss shows its chart with the crosshair at that step", () => {
  const ui = findingsOf();
  press(ui, "j", "j", "j", "enter");

  expect(ui.state.settings.view).toBe("charts");
  expect(text(ui)).toMatch(/loss +step 120/);
  expect(text(ui)).toMatch(/▶━ sick/);
  press(ui, "escape");
  expect(text(ui)).toContain("g/sick: the loss jumped");
});

test("where there is little room the message has it: place and value are in it, too", () => {
  const ui = seedsOf();
  expect(text(ui)).toMatch(/v1 ×3 +saturated +init to 400 {2}hidden1 53 to 66 % saturated$/m);
});

test("enter on a loss whose curve is hidden shows it again", () => {
  const ui = findingsOf();
  press(ui, "2", " ");
  expect(ui.state.settings.hiddenCurves).toHaveLength(1);
  press(ui, "6", "j", "j", "j", "enter");
  expect(ui.state.settings.hiddenCurves).toEqual([]);
  expect(text(ui)).toMatch(/▶━ sick/);
});

test("enter on what lasts a step or few shows these few, each by itself", () => {
  const spike = {
    rule: "loss-spike" as const,
    layer: null,
    step: 12_345,
    message: "the loss jumped",
  };
  const first = {
    rule: "initial-loss" as const,
    layer: "output",
    step: 0,
    message: "overconfident",
  };
  const path = makeStore([
    {
      label: "long",
      steps: 20_000,
      loss: (step) => (step === 0 ? 26 : step === 12_345 ? 9 : 2 + (step % 7) / 10),
      findings: [makeFinding(first), makeFinding(spike)],
    },
  ]);
  const ui = session(path, { settings: { view: "findings", smoothing: 0 } });

  press(ui, "enter");
  expect(text(ui)).toMatch(/loss +step 0$/m);
  expect(text(ui)).toMatch(/▶━ long ▲2 +26\.0000/);
  press(ui, "escape", "j", "enter");
  expect(text(ui)).toMatch(/loss +step 12,345$/m);
  expect(text(ui)).toMatch(/▶━ long ▲2 +9\.0000/);
  press(ui, "Z", "Z", "Z", "Z", "Z", "Z", "Z", "Z", "Z", "Z");
  expect(text(ui)).toContain("all steps are shown");
});

test("a run that is not charted is marked first", () => {
  const ui = findingsOf({ settings: { marks: ["g/well"], findingScope: "run" } });
  ui.open("g/sick");
  press(ui, "j", "j", "enter");

  expect(text(ui)).toContain("g/sick is marked");
  expect(ui.state.settings.marks).toEqual(["g/well", "g/sick"]);
});

test.each([
  [80, 24],
  [40, 12],
])(
  "at %i x %i the panel of a deep network that a finding is about is on the screen",
  (columns, rows) => {
    const about = { rule: "running-statistics" as const, layer: "hidden18", step: 10 };
    const path = makeStore([
      {
        label: "deep",
        probes: makeProbes([0, 10], { depth: 20, isNormed: true }),
        findings: [makeFinding(about), makeFinding({ layer: "hidden17", step: 10 })],
      },
    ]);
    const ui = session(path, { columns, rows, settings: { view: "findings" } });

    press(ui, "enter");
    expect(text(ui)).toMatch(/std: running ↑ ba/);
    press(ui, "escape", "j", "enter");
    expect(text(ui)).toMatch(/\d % saturated · no dead/);
    press(ui, "5");
    expect(text(ui)).not.toMatch(/\d % saturated ·/);
  },
);

test("marks of runs that are gone, or that the filter hides, do not count", () => {
  const ui = findingsOf({ columns: 120, settings: { marks: ["g/gone"] } });
  expect(text(ui)).toContain("of 2 runs");
  expect(text(ui)).not.toContain("marked");

  const filtered = findingsOf({ columns: 120, settings: { marks: ["g/sick"], filter: "ill" } });
  expect(text(filtered)).toContain("1 marked");
  expect(text(filtered)).not.toContain("the marked ones");
});

test("from the evidence another view is no way back", () => {
  const ui = findingsOf();
  press(ui, "enter", "2", "escape");

  expect(ui.state.settings.view).toBe("runs");
});

test("without findings it says so", () => {
  const judged = [{ label: "a", isDiagnosed: true }, { label: "b" }];
  const ui = session(makeStore(judged), { settings: { view: "findings" } });
  expect(text(ui)).toContain("the rules have found nothing in these runs");

  press(ui, "enter");
  expect(text(ui)).toContain("there is no finding to follow");
});

test("a run that no rule has judged is not called sound", () => {
  const runs = [{ label: "a" }, { label: "b", end: null }];
  const ui = session(makeStore(runs), { settings: { view: "findings" } });
  expect(text(ui)).toContain("no rule has judged any of these runs");

  press(ui, "tab");
  expect(text(ui)).toContain("no rule has judged g/a: tab lists those of all runs");
});

test("a tag is for the run of the finding", () => {
  const ui = findingsOf();
  press(ui, "j", "j", "t");

  expect(text(ui)).toContain("tags of g/ill:");
});

test("y and Y take all of it", () => {
  const { columns, rows: all } = findingsOf().sheet;
  const rows = [...all];

  expect(columns.slice(0, 3)).toEqual(["run", "level", "rule"]);
  expect(rows[0]).toEqual([
    ...["g/sick", "error", "frozen", "hidden1", "hidden1.weight"],
    ...[200, 0, "hidden1.weight frozen"],
  ]);
  expect(rows).toHaveLength(5);
});

/** Three seeds of which each is saturated, one at another step, and one run beside them. */
function seedsOf(options: Parameters<typeof session>[1] = {}) {
  const probes = makeProbes([0, 100, 400]);
  const saturated = (share: number, step = 0) =>
    makeFinding({
      step,
      value: share / 100,
      message: `hidden1 ${share} % saturated: |tanh| > 0.99 at step 400; scale its weights down`,
    });
  const dead = makeFinding({ level: "info", rule: "dead-units", step: 100, message: "1 dead" });
  const path = makeStore([
    { label: "v1-seed=1", seed: 1, probes, findings: [saturated(53)] },
    { label: "v1-seed=2", seed: 2, probes, findings: [saturated(66, 100), dead] },
    { label: "v1-seed=3", seed: 3, probes, findings: [saturated(60)] },
    { label: "v2", gain: 2, probes, findings: [saturated(61)] },
  ]);
  return session(path, { ...options, settings: { view: "findings", ...options.settings } });
}

test("what a rule says of runs that differ in the seed is said once, with how far they are apart", () => {
  const ui = seedsOf({ columns: 160 });

  expect(listed(ui)).toEqual(["▲ v1 ×3 saturated", "▲ v2 saturated", "· v1-seed=2 dead-units"]);
  expect(text(ui)).toContain("▲ 4 warnings  · 1 info  of 4 runs");
  expect(text(ui)).toMatch(/hidden1 +init to 400 +0\.53 to 0\.66 +hidden1 53 to 66 % saturated$/m);
  expect(text(ui)).toMatch(/v1 ×3: hidden1 53 to 66 % saturated, from init to 100 on: /);
});

test("a tag on a line of several runs is for all of them", () => {
  const ui = seedsOf();
  press(ui, "t");
  expect(text(ui)).toContain("tags of 3 runs");
});

test("right or enter shows the runs of a group one by one, left hides them again", () => {
  const ui = seedsOf();
  press(ui, "right");
  expect(listed(ui).slice(0, 5)).toEqual([
    "▲ v1 ×3 saturated",
    "▲ v1-seed=1 saturated",
    "▲ v1-seed=2 saturated",
    "▲ v1-seed=3 saturated",
    "▲ v2 saturated",
  ]);

  press(ui, "down", "down", "left");
  expect(listed(ui)).toHaveLength(3);
  expect(text(ui)).toContain("enter shows the runs one by one");
  press(ui, "enter", "down", "down", "enter");
  expect(screen(ui)[2]).toMatch(/g\/v1-seed=2 .*at step 100 /);
  press(ui, "escape");
  expect(text(ui)).toContain("g/v1-seed=2: hidden1 66 % saturated");
});

test("steps, value and text of a finding are of the same moment", () => {
  const ui = seedsOf({ columns: 160 });
  press(ui, "right", "down");

  expect(text(ui)).toMatch(/v1-seed=1 .* init to 400 +0\.53 +hidden1 53 % .* at step 40/);
});

test("a filter leaves of a group the runs that it finds", () => {
  const ui = seedsOf();
  press(ui, "/", ..."v1 and seed>1 and saturated", "enter");
  expect(listed(ui)).toEqual(["▲ v1 2 of 3 saturated"]);
  expect(text(ui)).toContain("hidden1 60 to 66 % saturated");

  press(ui, "/", "ctrl-u", ..."value>0.65", "enter");
  expect(listed(ui)).toEqual(["▲ v1-seed=2 saturated"]);
});

test("grouped by nothing every run has its findings for itself", () => {
  expect(listed(seedsOf({ settings: { group: null } }))).toHaveLength(5);
});

test("each line has the colour of its run or group, and the rule that of its level", () => {
  const ui = seedsOf();
  const { scene } = ui;
  const [v1, v2] = scene.table.rows;
  const signs = ui.frame.body.flatMap(
    (line) => line.find(({ text: one }) => /^[━╍┅┉]$/.test(one))?.tone ?? [],
  );

  expect(signs.slice(0, 2)).toEqual(
    [v1, v2].map((row) => row && lookOf({ scene, depth: "256" }, row).tone),
  );
  const rule = ui.frame.body[3]?.find(({ text: one }) => one.startsWith("saturated"));
  expect(rule?.tone).toBe("warn");
});

test.each([
  [3, "run by run"],
  [120, "at once"],
])("the findings of %i runs are read %s, and say the same", (runs) => {
  const plans = Array.from({ length: runs }, (_, i) => ({
    ...{ label: `r${i}`, gain: i, steps: 1 },
    findings: i % 2 === 0 ? FOUND.slice(0, 2) : [],
  }));
  const ui = session(makeStore(plans), { settings: { view: "findings" } });
  const sick = Math.ceil(runs / 2);
  expect(text(ui)).toContain(`✗ ${sick} errors  ▲ ${sick} warnings  of ${sick} runs`);
  expect(ui.sheet.rows).toHaveLength(2 * sick);

  const well = Array.from({ length: runs }, (_, i) => ({ label: `r${i}`, gain: i, steps: 1 }));
  expect(text(session(makeStore(well), { settings: { view: "findings" } }))).toContain(
    "no rule has judged any of these runs",
  );
});
