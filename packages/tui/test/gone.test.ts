/** Runs that another process removes or renames while they are shown. */
import { annotate, discard, openReader } from "@ablate/store";
import { expect, onTestFinished, test } from "vitest";
import type { Session } from "../src/session/session.ts";
import { makeStore, press, screen, session } from "./make.ts";

const LABELS = ["a", "b", "c"];

/** A session on three runs, with the cursor on the second one. */
function opened(): { readonly store: string; readonly ui: Session } {
  const store = makeStore(LABELS.map((label, i) => ({ label, gain: i + 1 })));
  const ui = session(store, { annotate: (change) => annotate(store, change) });
  press(ui, "j");
  return { store, ui };
}

function remove(store: string, run: string): void {
  discard(store, { runs: [run], grids: [] });
}

/** The tags and notes of every run that is left. */
function annotated(store: string): ReadonlyMap<string, unknown> {
  const reader = openReader(store);
  onTestFinished(() => reader.close());
  return reader.annotations().runs;
}

const text = (ui: Session): string => screen(ui).join("\n");

test.each([
  ["Run", "3"],
  ["Layers", "5"],
  ["Run, by enter", "enter"],
])("the view %s says that its run is gone and shows no other one", (_, key) => {
  const { store, ui } = opened();
  press(ui, key);
  expect(text(ui)).toContain("g/b");

  remove(store, "g/b");
  ui.poll(Date.now());

  expect(text(ui)).toContain("g/b was removed by another process");
  expect(text(ui)).not.toMatch(/[✓✗] g\/[ac]/);
});

test.each(["3", "5"])(
  "in view %s no key writes to another run than the one that is gone",
  (view) => {
    const { store, ui } = opened();
    press(ui, view);
    remove(store, "g/b");
    ui.poll(Date.now());

    press(
      ui,
      "t",
      "x",
      "enter",
      "escape",
      "e",
      "x",
      "enter",
      "escape",
      "R",
      "x",
      "enter",
      "escape",
    );

    expect(annotated(store)).toEqual(new Map());
    expect(text(ui)).not.toMatch(/(tags|note|name) of/);
    press(ui, view, "n");
    expect(text(ui)).toContain("g/a");
  },
);

test("a note that is being typed to a run that goes is not lost", () => {
  const { store, ui } = opened();
  press(ui, "3", "e", ..."seen");
  remove(store, "g/b");
  ui.poll(Date.now());

  press(ui, "enter");

  expect(screen(ui).at(-1)).toMatch(/note of g\/b: seen .*there is no run or grid/);
  press(ui, "!");
  expect(screen(ui).at(-1)).toMatch(/note of g\/b: seen! .*enter keeps/);
  expect(annotated(store)).toEqual(new Map());
});

test("a run that is renamed stays open, and what is typed goes to it", () => {
  const { store, ui } = opened();
  press(ui, "3", "e", ..."seen");
  annotate(store, { kind: "rename", target: "g/b", name: "best" });
  ui.poll(Date.now());
  expect(screen(ui).at(-1)).toContain("note of g/best: seen");

  press(ui, "enter");

  expect(annotated(store).get("g/best")).toMatchObject({ note: "seen" });
  expect(text(ui)).toContain("g/best");
});

test("in the list the cursor stays in its place, and its run is said to be gone", () => {
  const { store, ui } = opened();
  remove(store, "g/b");
  ui.poll(Date.now());

  expect(screen(ui).at(-1)).toContain("g/b was removed");
  press(ui, "t");
  expect(screen(ui).at(-1)).toContain("tags of g/c");
});
