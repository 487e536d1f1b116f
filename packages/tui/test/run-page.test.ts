/** The head of the page of a run: a sick one is not called healthy, and its findings lead to their evidence. */
import { openWriter } from "@ablate/store";
import { expect, test } from "vitest";
import { lineText } from "../src/text/line.ts";
import { exampleStore, press, screen, session } from "./make.ts";
import { recordedStore } from "./recorded-make.ts";

test("what rules have found stands on top, the most serious first; enter goes to its evidence, esc comes back", () => {
  const ui = session(exampleStore(), { settings: { view: "run" } });

  expect(screen(ui)[2]).toMatch(/^ ✗ study\/v1-seed=1 .* finished · ✗1▲2 · 400 of 400 steps/);
  expect(screen(ui)[3]).toMatch(
    /^ ✗ the loss has climbed: lower the learning rate {2}enter: evidence$/,
  );
  expect(screen(ui)[4]).toMatch(/^ ▲ .*hidden1/);
  const [head = []] = ui.frame.body;
  expect(head.filter(({ tone }) => tone === "good")).toEqual([]);
  press(ui, "enter");
  expect(ui.state.settings.view).toBe("charts");
  press(ui, "escape");
  expect(ui.state.settings.view).toBe("run");
});

test("a click on a finding goes to its evidence", () => {
  const ui = session(exampleStore(), { settings: { view: "run" } });
  const row = screen(ui).findIndex((text) => /^ ▲ .*hidden1\.weight learns/.test(text));

  ui.pointer({
    ...{ kind: "press", button: "left", by: 0, column: 4, row },
    ...{ isShift: false, isAlt: false, isCtrl: false },
  });

  expect(ui.state).toMatchObject({ spotlight: "hidden1.weight", cameFrom: "run" });
});

test("of a healthy run enter makes the charts larger, and the loss says of which steps it is the mean", () => {
  const ui = session(exampleStore(), { settings: { view: "run" } });
  press(ui, "n", "n", "n");

  expect(screen(ui)[2]).toMatch(/^ ✓ study\/v5-seed=1/);
  expect(screen(ui)[3]).toContain("loss now 1.9926 (mean of the last 100 steps)");
  press(ui, "enter");
  expect(ui.state.isAlone).toBe(true);
});

test("which parameters are judged is said, and which of them learns too slowly", () => {
  const ui = session(exampleStore(), { settings: { view: "run" }, rows: 60 });
  const text = ui.frame.body.map(lineText).join(" ").replaceAll(/\s+/g, " ");

  expect(text).toMatch(/hidden1\.bias −\d\.\d+ not judged/);
  expect(text).toContain("weights of hidden layers are judged:");
});

test("the last lines that a script has printed stand on the page of its run", () => {
  const path = recordedStore([{ label: "long", end: null }]);
  const writer = openWriter(path);
  const line = (stream: "out" | "err", text: string) => ({ atMs: null, stream, text });
  const lines = [line("out", "loading"), line("err", "warning: no GPU")];
  writer.appendConsole(1, "token-1", { leftOut: 0, lines });
  writer.close();
  const ui = session(path, { settings: { view: "run" }, rows: 60 });

  expect(screen(ui).join("\n")).toMatch(
    /console {2}the last 2 lines\n *loading\n *warning: no GPU/,
  );
});
