/** The pane of the current run beside the table: findings first, results, what differs in the config. */
import { expect, test } from "vitest";
import { lineText } from "../src/text/line.ts";
import { exampleStore, makeStore, press, session } from "./make.ts";

/** What the last pane has on its lines. */
function essence(ui: ReturnType<typeof session>): string[] {
  const pane = ui.frame.panes.at(-1);
  return pane?.lines.map((one) => lineText(one).replace(/^[│┬]/, "").trim()) ?? [];
}

test("of a group there are its findings first, said once, then results with their spread and the config", () => {
  const ui = session(exampleStore(), { columns: 200, rows: 50 });
  const text = essence(ui);
  const at = (words: string): number => text.findIndex((one) => one.includes(words));

  expect(text[1]).toMatch(/ v1 ×3 ✗$/);
  expect(text[2]).toBe("finished");
  expect(at("✗ the loss has climbed")).toBeLessThan(at("▲ hidden1"));
  expect(text.join(" ")).toContain("since step 300 · 3 of 3 runs");
  expect(at("results")).toBeGreaterThan(at("▲ hidden1"));
  expect(text[at("valid ")]).toMatch(/^valid +2\.2200 ±0\.0100$/);
  expect(at("config")).toBeGreaterThan(at("valid "));
  expect(text[at("config") + 1]).toMatch(/^weight +kaiming$/);
  expect(text[at("seed ")]).toMatch(/^seed +1, 2, 3$/);
});

test("the pane is about the row under the cursor; what does not fit is counted, and scrolls", () => {
  const ui = session(exampleStore(), { columns: 120, rows: 24 });

  press(ui, "down");
  expect(essence(ui)[1]).toMatch(/ v5 ×3$/);
  expect(essence(ui).at(-1)).toMatch(/^↓ \d+ more lines$/);
  press(ui, "tab", "tab", "end");
  expect(essence(ui).at(-1)).not.toContain("more lines");
  expect(essence(ui).join("\n")).toContain("simd");
  press(ui, "n");
  expect(essence(ui)[1]).toMatch(/ hot$/);
});

test("enter in the pane goes to the evidence of the worst finding, esc comes back; of a healthy run it opens the page", () => {
  const ui = session(exampleStore(), { columns: 120, rows: 40 });

  press(ui, "tab", "tab", "enter");
  expect(ui.state).toMatchObject({ cameFrom: "runs", opened: "study/v1-seed=1" });
  expect(ui.state.settings.view).toBe("charts");
  press(ui, "escape");
  expect(ui.state.settings.view).toBe("runs");
  press(ui, "down", "tab", "tab", "enter");
  expect(ui.state.settings.view).toBe("run");
  expect(ui.state.opened).toBe("study/v5-seed=1");
});

test("a failed run says why, and a store without runs has an empty pane", () => {
  const ui = session(exampleStore(), { columns: 120, rows: 40 });
  press(ui, "/", ..."bad", "enter");

  expect(essence(ui).join(" ")).toContain("cannot allocate memory");
  expect(essence(session(makeStore([]), { columns: 120, rows: 40 }))[1]).toBe("no run");
});
