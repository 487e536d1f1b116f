/** Records that are not what was written, under the views that draw them. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { drawOnce } from "../src/draw-once.ts";
import { makeStore, press, screen, session } from "./make.ts";
import { makeProbes } from "./probe-make.ts";

/** A store of two runs, of which one has curves that nobody has computed. */
function damagedStore(): string {
  const probes = makeProbes([0, 10], { depth: 2 });
  const path = makeStore([
    { label: "whole", probes },
    { label: "hurt", gain: 2, probes },
  ]);
  change(path, "update rollup set data = randomblob(length(data)) where run_id = 2");
  return path;
}

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

const SAID = /g\/hurt is damaged: its curves are not what the digest says; ablate doctor says more/;

test("a curve that is not what was written is told when its view is opened, in each view that draws it", () => {
  const ui = session(damagedStore(), { columns: 118 });
  const said = (): string => {
    for (let polls = 0; polls < 3; polls++) ui.poll(Date.now());
    return screen(ui)[0] ?? "";
  };

  expect(said()).not.toMatch(SAID);
  press(ui, "3");
  expect(said()).not.toMatch(SAID);
  press(ui, "n");
  expect(said()).toMatch(SAID);
  expect(screen(ui).join("\n")).toContain("g/hurt");
});

test.each([
  ["the charts of several runs", { view: "charts" }],
  ["the page of a run", { view: "run", run: "g/hurt" }],
])("one frame of %s says so, too", (_, options) => {
  const [header] = drawn(damagedStore(), options).split("\n");

  expect(header).toMatch(SAID);
});

test("a probe and a number of a step that were not written are told over what is drawn of them", () => {
  const path = damagedStore();
  change(path, "update probe_tensor set mean = 9 where probe_id = 1");
  expect(drawn(path, { view: "layers", run: "g/whole" })).toMatch(
    /^.*g\/whole is damaged: its probe/,
  );

  change(path, "update step set step = -7 where run_id = 1 and step = 7");
  expect(drawn(path, { view: "run", run: "g/whole" })).toMatch(/^.*g\/whole is damaged: /);
});

const PLAIN = { depth: "none", background: "dark" } as const;

function drawn(store: string, options: { readonly view: string; readonly run?: string }): string {
  const size = { columns: 160, rows: 40 };
  return drawOnce({ store, size, glyphs: "braille", theme: PLAIN, ...options });
}
