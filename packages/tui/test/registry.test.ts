/** What holds for every view of the registry, whichever there are. */
import { expect, test } from "vitest";
import { keyName } from "../src/keys/table.ts";
import { lineText, lineWidth } from "../src/text/line.ts";
import { VIEW_NAMES, VIEWS } from "../src/views/registry.ts";
import { exampleStore, oneLine, press, screen, session } from "./make.ts";

test("no two views have the same name, title or key", () => {
  for (const values of [VIEW_NAMES, VIEWS.map(({ title }) => title), VIEWS.map(({ key }) => key)]) {
    expect(new Set(values).size).toBe(VIEWS.length);
  }
});

test.each(VIEWS)("the view $name fills 80 x 24 cells", ({ name }) => {
  const { header, body, footer } = session(exampleStore(), {
    columns: 80,
    rows: 24,
    settings: { view: name },
  }).frame;

  const lines = [...header, ...body, ...footer];
  expect(lines).toHaveLength(24);
  expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(80);
  expect(body.some((line) => lineWidth(line) > 0)).toBe(true);
});

test.each(VIEWS)("the view $name leaves the first cell to marks and rules", ({ name }) => {
  const ui = session(exampleStore(), { columns: 110, settings: { view: name } });
  press(ui, " ");

  for (const line of ui.frame.body) expect(lineText(line)).toMatch(/^([ ▌╎✗▲·─]|$)/);
});

test("from every view the key of every view shows it, and its tab says so", () => {
  const ui = session(exampleStore());
  for (const before of VIEWS) {
    for (const { name, key, title } of VIEWS) {
      press(ui, before.key, key);

      expect(ui.view.name).toBe(name);
      expect(ui.frame.header[1]?.find(({ inverse }) => inverse)?.text).toBe(` ${key} ${title} `);
    }
  }
});

test.each(VIEWS)(
  "the help has every key of the view $name with its words",
  ({ name, keys, key }) => {
    const ui = session(exampleStore(), { columns: 90, rows: 300, settings: { view: name } });
    press(ui, "?");

    const page = oneLine(screen(ui)); // one column, whose rows may take several lines

    for (const row of [...keys, { keys: [key], help: "" }]) {
      expect(page).toContain(`${row.keys.map(keyName).join(" ")} `);
      expect(page).toContain(row.help);
    }
  },
);

test.each(VIEWS.filter(({ choosers = [] }) => choosers.length > 0))(
  "the lists of the view $name open over it and close again",
  ({ name, choosers = [] }) => {
    const path = exampleStore();
    const opened = new Set<string | undefined>();
    for (const key of ["v", "s", "g", "x"]) {
      const ui = session(path, { settings: { view: name } });
      const before = screen(ui);
      press(ui, key);
      const chooser = choosers.find((one) => one.name === ui.state.chooser?.name);
      opened.add(chooser?.name);
      if (chooser === undefined) continue;
      expect(screen(ui).join("\n")).toContain(chooser.hint);
      press(ui, "escape");
      expect(screen(ui)).toEqual(before);
    }
    expect([...opened]).toEqual(expect.arrayContaining(choosers.map((one) => one.name)));
  },
);

test("letters in an open list narrow it and are no keys of the view, esc shows all again", () => {
  const path = exampleStore();
  for (const { name, choosers = [] } of VIEWS) {
    for (const key of ["v", "s", "g", "x"]) {
      const ui = session(path, { columns: 200, settings: { view: name } });
      press(ui, key);
      const chooser = choosers.find((one) => one.name === ui.state.chooser?.name);
      if (chooser === undefined) continue;
      const before = screen(ui);
      for (const letter of "vsgq?1") {
        press(ui, letter);
        expect([name, ui.state.chooser]).toEqual([
          name,
          { name: chooser.name, text: letter, at: null },
        ]);
        press(ui, "escape");
        expect(screen(ui)).toEqual(before);
      }
      press(ui, "escape");
      expect(ui.state.chooser).toBeNull();
    }
  }
});

test("keys that move through the table are handled without drawing a frame", () => {
  const path = exampleStore();
  const [drawn, undrawn] = [0, 1].map(() => session(path, { rows: 9 }));
  for (const key of ["j", "j", "l", "j", "j", "j", "j", "k", "G", "k", "k"]) {
    drawn?.key(key);
    undrawn?.key(key);
    if (drawn !== undefined) screen(drawn);
  }

  expect(undrawn?.state).toEqual(drawn?.state);
  expect(undrawn && screen(undrawn)).toEqual(drawn && screen(drawn));
});

test("drawing a frame changes no state", () => {
  const path = exampleStore();
  for (const view of VIEW_NAMES) {
    const ui = session(path, { rows: 9, settings: { view } });
    press(ui, "G", "k", "n");
    const before = ui.state;

    screen(ui);

    expect(ui.state).toBe(before);
  }
});
