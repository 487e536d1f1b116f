/** Panes side by side: Ink's layout is ours at every size; they are resized, hidden, maximised and remembered. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { mount } from "../src/ink/mount.tsx";
import { fillPanes, geometryOf } from "../src/ink/panes.ts";
import { type Line, lineText, lineWidth } from "../src/text/line.ts";
import { exampleStore, press, screen, session, temporaryFolder } from "./make.ts";
import { openUiAt, type Terminal } from "./terminal.ts";

type Ui = ReturnType<typeof session>;

const widths = (ui: Ui): number[] => ui.frame.panes.map(({ rect }) => rect.columns);
const names = (ui: Ui): string[] => ui.frame.panes.map(({ view }) => view.name);

/** What Ink makes of a frame, with the lines of its parts in their places. */
function inkLines(ui: Ui): Line[] {
  const { frame } = ui;
  const geometry = geometryOf(frame);
  let layout = "";
  const stdin = Object.assign(new PassThrough(), {
    ...{ isTTY: true, setRawMode: () => stdin, ref: () => stdin, unref: () => stdin },
  });
  const { unmount } = mount({
    stdin: stdin as unknown as NodeJS.ReadStream, // Ink uses of it what is given here
    subscribe: () => () => {},
    geometry: () => geometry,
    size: () => ui.state.size,
    onKey: () => {},
    onPaste: () => {},
    onPointer: () => {},
    onLayout: (text) => {
      layout = text;
    },
  });
  unmount();
  return fillPanes(layout, [frame.header, ...frame.panes.map(({ lines }) => lines), frame.footer]);
}

test("Ink lays out the panes where they are drawn, from 20 to 300 columns", () => {
  const ui = session(exampleStore());
  for (let columns = 20; columns <= 300; columns += 14) {
    ui.resize({ columns, rows: 5 + ((columns * 7) % 56) });
    const { header, body, footer } = ui.frame;
    const drawn = [...header, ...body, ...footer].map((one) => lineText(one).trimEnd());
    expect(inkLines(ui).map((one) => lineText(one).trimEnd())).toEqual(drawn);
    expect(body.every((one) => lineWidth(one) === columns)).toBe(true);
  }
});

test("a pane is made wider and narrower, hidden and shown, alone and again with the others", () => {
  const ui = session(exampleStore(), { columns: 160, rows: 30 });
  expect(names(ui)).toEqual(["runs", "charts", "essence"]);
  const before = widths(ui);

  press(ui, "}");
  expect(widths(ui)).toEqual([(before[0] ?? 0) + 4, (before[1] ?? 0) - 4, before[2]]);
  press(ui, "tab", "tab", "{");
  expect(widths(ui)[2]).toBe((before[2] ?? 0) - 4);
  press(ui, "|");
  expect(names(ui)).toEqual(["runs", "charts"]);
  press(ui, "|");
  expect(names(ui)).toEqual(["runs", "charts", "essence"]);
  press(ui, "tab", "f");
  expect(names(ui)).toEqual(["charts"]);
  press(ui, "f");
  expect(names(ui)).toHaveLength(3);
});

test("however often a pane is narrowed or widened, every pane keeps some room", () => {
  const ui = session(exampleStore(), { columns: 120, rows: 30 });

  press(ui, ..."}".repeat(40));
  expect(Math.min(...widths(ui))).toBeGreaterThanOrEqual(24);
  press(ui, ..."{".repeat(40));
  expect(Math.min(...widths(ui))).toBeGreaterThanOrEqual(24);
  expect(widths(ui).reduce((sum, one) => sum + one, 0)).toBe(120);
  for (const rows of [1, 2, 3, 5, 11, 12, 13, 60]) {
    ui.resize({ columns: 121, rows });
    expect(screen(ui)).toHaveLength(rows);
  }
});

test("resizing while something is typed or chosen keeps it", () => {
  const ui = session(exampleStore(), { columns: 160, rows: 30 });

  press(ui, "/", ..."v1");
  ui.resize({ columns: 60, rows: 12 });
  expect(screen(ui).at(-1)).toContain("v1");
  ui.resize({ columns: 200, rows: 50 });
  press(ui, "enter", "s");
  ui.resize({ columns: 40, rows: 10 });
  expect(screen(ui).join("\n")).toContain("sort by");
  press(ui, "escape");
  expect(names(ui)).toEqual(["runs"]);
});

test("in a real terminal panes move with the keys, and the next session has them as they were", async () => {
  const store = exampleStore();
  const folder = temporaryFolder();
  const options = { folder, size: { columns: 130, rows: 40 } };
  const border = ({ screen: shown }: Terminal): number => shown[2]?.indexOf("┬ Charts") ?? -1;
  const first = await openUiAt(store, options);
  await first.waitFor("┬ Charts");
  const before = border(first);
  first.press("}", "}", "tab", "tab", "|");
  await first.waitFor("Run is hidden");
  expect(border(first)).toBe(before + 8);
  expect(first.screen[2]).not.toContain("┬ Run");
  first.press("q");
  await first.exit;

  const next = await openUiAt(store, options);
  await next.waitFor("┬ Charts");
  expect(border(next)).toBe(before + 8);
  expect(next.screen[2]).not.toContain("┬ Run");
  next.press("q");
  await next.exit;
});
