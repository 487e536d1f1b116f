/** Colours set by hand: a key gives the next free one, the store keeps it, and the same colour is in every view. */
import { annotate, StoreError } from "@ablate/store";
import { expect, test } from "vitest";
import { recall, remember } from "../src/state/memory.ts";
import { looksOfSides, sidesOf } from "../src/views/layers/shown-probe.ts";
import { exampleStore, press, session, temporaryFolder } from "./make.ts";

type Ui = ReturnType<typeof session>;

/** The tone of the swatch in the row of the table that is so far down. */
const toneOf = (ui: Ui, row: number): string | undefined =>
  ui.frame.body[row + 1]?.find(({ text }) => /^[━╍┅┉]$/.test(text))?.tone;

test("C gives the group under the cursor a colour that nothing beside it has, in the store and in every view", () => {
  const path = exampleStore();
  const ui = session(path, { annotate: (change) => annotate(path, change) });
  const before = toneOf(ui, 0);
  const others = [1, 2, 3].map((row) => toneOf(ui, row));

  press(ui, "C");

  const now = toneOf(ui, 0);
  expect(now).not.toBe(before);
  expect(others).not.toContain(now);
  expect(ui.state.message).toMatch(/colour/);
  const other = session(path);
  expect(toneOf(other, 0)).toBe(now);
  press(other, "2");
  const tones = other.frame.body.flatMap((one) =>
    one.filter(({ text }) => /^v1/.test(text.trim())).map(({ tone }) => tone),
  );
  expect(tones).toContain(now);
});

test("a colour is given by its name on the background, which completion shows in that colour", () => {
  const path = exampleStore();
  const ui = session(path, { annotate: (change) => annotate(path, change) });
  press(ui, ":", ..."colour tea");
  expect(ui.frame.body.flat()).toContainEqual(expect.objectContaining({ tone: "series8" }));
  press(ui, "tab", "enter");
  expect(toneOf(ui, 0)).toBe("series8");

  ui.useBackground("light");
  ui.command("colour teal");
  expect(toneOf(ui, 0)).toBe("series6");
  expect(() => ui.command("colour peech")).toThrow("0 to 15 or auto");
  ui.useBackground("dark");
  expect(() => ui.command("colour peech")).toThrow('did you mean "peach"?');
});

test("where the store cannot be written the colour is remembered on this machine", () => {
  const path = exampleStore();
  const refuse = () => {
    throw new StoreError("the store is read-only");
  };
  const ui = session(path, { annotate: refuse });
  const before = toneOf(ui, 0);

  press(ui, "C");

  expect(toneOf(ui, 0)).not.toBe(before);
  expect(ui.state.message).toContain("kept only on this machine");
  const file = `${temporaryFolder()}/state.json`;
  remember(file, ui.state.settings);
  const again = session(path, { settings: recall(file) });
  expect(toneOf(again, 0)).toBe(toneOf(ui, 0));

  const layers = session(path, { settings: { view: "layers" }, annotate: refuse });
  const tone = () => looksOfSides(layers.canvas, sidesOf(layers.scene))[0]?.tone;
  const own = tone();
  press(layers, "C");
  expect(tone()).not.toBe(own);
});
