/** The one table of keys, prompts, and what leaves the program: clipboard, CSV, memory. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { csvOf, ellipsis, visible, visibleLines, widthOf } from "@ablate/text";
import { expect, test } from "vitest";
import { COMMANDS } from "../src/commands/table.ts";
import { keyNames } from "../src/ink/key-names.ts";
import { actsIn, KEYS, rowOf } from "../src/keys/table.ts";
import { clipboardSequence } from "../src/sheet.ts";
import { memoryFile, recall, remember } from "../src/state/memory.ts";
import { edit, insert } from "../src/state/prompt.ts";
import { DEFAULT_SETTINGS } from "../src/state/settings.ts";
import { glyphsFor, themeFor, toAscii } from "../src/terminal/show.ts";
import { paint, type Theme } from "../src/text/theme.ts";
import { VIEW_NAMES, VIEWS } from "../src/views/registry.ts";
import { exampleStore, oneLine, press, screen, session, temporaryFolder } from "./make.ts";

test("no key is bound twice, and every binding has words", () => {
  const keys = KEYS.flatMap((binding) => binding.keys);

  expect(new Set(keys).size).toBe(keys.length);
  for (const { help, views } of KEYS) {
    expect(help.length).toBeGreaterThan(3);
    for (const view of views ?? []) expect(VIEW_NAMES).toContain(view);
  }
});

test("every key acts or says why not, in every view, and none throws", () => {
  const path = exampleStore();
  for (const view of VIEWS) {
    for (const key of KEYS.flatMap((binding) => binding.keys)) {
      const ui = session(path, { settings: { view: view.name } });
      const row = rowOf(key);
      const isIdle = row === undefined || !actsIn(row, view);
      const before = screen(ui).join("\n");

      const effect = ui.key(key);

      const isSame = screen(ui).join("\n") === before;
      const canStay = [
        "up",
        "k",
        "left",
        "h",
        "home",
        "end",
        "G",
        "pageup",
        "ctrl-b",
        "-",
      ].includes(key);
      if (isSame && effect === null && !canStay && isIdle) {
        expect(`${view.name}: ${key} did nothing`).toBe("");
      }
      expect(VIEW_NAMES, `${key} in ${view.name}`).toContain(ui.state.settings.view);
      if (isIdle) expect(screen(ui).at(-1)).toContain("works in");
    }
  }
});

test("help lists every binding, the footer only keys of the view", () => {
  const ui = session(exampleStore(), { columns: 90, rows: 300 });
  expect(screen(ui).at(-1)).toContain("space mark");
  expect(screen(ui).at(-1)).not.toContain("zoom");

  press(ui, "?");

  const page = oneLine(screen(ui));
  for (const { help } of KEYS) expect(page).toContain(help);
  for (const { help, usage } of COMMANDS) if (usage !== "") expect(page).toContain(help);
});

const NO_KEY = Object.fromEntries(
  [
    "upArrow",
    "downArrow",
    "leftArrow",
    "rightArrow",
    "pageDown",
    "pageUp",
    "home",
    "end",
    "return",
    "escape",
    "ctrl",
    "shift",
    "tab",
    "backspace",
    "delete",
    "meta",
    "super",
    "hyper",
    "capsLock",
    "numLock",
  ].map((flag) => [flag, false]),
) as unknown as Parameters<typeof keyNames>[1];

test("keys that arrive together are taken one by one", () => {
  expect(keyNames("jjj", NO_KEY)).toEqual(["j", "j", "j"]);
  expect(keyNames("v1\r", NO_KEY)).toEqual(["v", "1", "enter"]);
  expect(keyNames("", { ...NO_KEY, downArrow: true })).toEqual(["down"]);
  expect(keyNames("c", { ...NO_KEY, ctrl: true })).toEqual(["ctrl-c"]);
  expect(keyNames("q", { ...NO_KEY, meta: true })).toEqual(["escape", "q"]);
});

test("a prompt is a line editor", () => {
  const after = (typed: Parameters<typeof edit>[0], ...keys: readonly string[]) =>
    keys.reduce((prompt, key) => edit(prompt, key) ?? prompt, typed);
  const prompt = { text: "ab", at: 2 };

  expect(insert(prompt, "ü\n")).toEqual({ text: "abü ", at: 4 });
  expect(after(prompt, "ü")).toEqual({ text: "abü", at: 3 });
  expect(after(prompt, "backspace")).toEqual({ text: "a", at: 1 });
  expect(after(prompt, "left", "delete")).toEqual({ text: "a", at: 1 });
  expect(after(prompt, "home", "x")).toEqual({ text: "xab", at: 1 });
  expect(after({ text: "one two ", at: 8 }, "ctrl-w")).toEqual({ text: "one ", at: 4 });
  expect(after(prompt, "ctrl-u")).toEqual({ text: "", at: 0 });
  expect(edit(prompt, "pageup")).toBeNull();
});

test("tags, notes and names are handed on with the runs they are for", () => {
  const ui = session(exampleStore());

  press(ui, " ", "t", ..."good -old", "enter");
  expect(screen(ui).at(-1)).toContain("tag study/v1-seed=1, and 2 more");
  press(ui, "T", ..."x", "enter");
  expect(screen(ui).at(-1)).toContain("tag study");
  press(ui, "R", "escape", "E", ..."why", "enter");
  expect(screen(ui).at(-1)).toContain("note study");
});

test("what is shown is copied as CSV with every row of the filter, quoted where need be", () => {
  const ui = session(exampleStore());

  const csv = csvOf(ui.sheet);

  expect(csv.split("\r\n")[0]).toBe(
    "run,n,lost,findings,init.hidden.weight,train.steps,train.lr,loss,valid_loss,step,steps_per_s,state",
  );
  expect(csv).toContain(
    'v5,3,0,,"{""scheme"":""kaiming"",""gain"":1.6666666666666667}",400,"{""0"":0.1,""200"":0.01}",',
  );
  expect(csv).toMatch(/^\S*hot,1,1,/m);
  press(ui, "4");
  expect(csvOf(ui.sheet)).toMatch(/\r\nn,3,3,1.*\r\nlost,0,0,1/);
  expect(csvOf({ columns: ["a"], rows: [['say "hi"'], [null], [Number.NaN]] })).toBe(
    'a\r\n"say ""hi"""\r\n\r\n\r\n',
  );
});

test("the clipboard sequence is OSC 52, wrapped for tmux and screen, and refused for what is too long", () => {
  expect(clipboardSequence("hi", {})).toBe("\x1b]52;c;aGk=\x07");
  expect(clipboardSequence("hi", { TMUX: "x" })).toContain(
    "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\",
  );
  expect(clipboardSequence("hi", { TERM: "screen" })).toBe("\x1bP\x1b]52;c;aGk=\x07\x1b\\");
  expect(clipboardSequence("x".repeat(100_000), {})).toBeNull();
});

test("settings are remembered for their store, and a broken or unwritable memory is no memory", () => {
  const folder = temporaryFolder();
  const environment = { XDG_STATE_HOME: folder };
  const file = memoryFile("/some/ablate.db", environment);
  const settings = {
    ...DEFAULT_SETTINGS,
    marks: ["g/a"],
    smoothing: 300,
    group: null,
    view: "charts" as const,
  };

  remember(file, settings);
  expect(recall(file)).toEqual(settings);
  expect(memoryFile("/other/ablate.db", environment)).not.toBe(file);
  for (const broken of [
    "",
    "{",
    "[]",
    "null",
    '{"marks":[1,"g/a"],"smoothing":7,"view":"nope","sort":3}',
  ]) {
    writeFileSync(file, broken);
    expect(recall(file).view).toBe("runs");
    expect(recall(file).smoothing).toBe(30);
  }
  expect(recall(file).marks).toEqual(["g/a"]);
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  expect(() => remember(join(blocked, "ui", "x.json"), settings)).not.toThrow();
  mkdirSync(dirname(file), { recursive: true });
  expect(readFileSync(file, "utf8")).toContain("nope");
});

test.each([
  [{ LANG: "en_US.UTF-8" }, "braille"],
  [{}, "braille"],
  [{ LANG: "C" }, "ascii"],
  [{ LC_ALL: "POSIX", LANG: "en_US.UTF-8" }, "ascii"],
  [{ LANG: "de_DE.ISO-8859-1" }, "ascii"],
  [{ TERM: "linux", LANG: "C.UTF-8" }, "block"],
  [{ TERM: "dumb" }, "ascii"],
])("the glyphs of %o are %s", (environment, glyphs) => {
  expect(glyphsFor(environment)).toBe(glyphs);
});

test("colours: none in a pipe, none under NO_COLOR, by the background in a terminal", () => {
  expect(themeFor({}, false).depth).toBe("none");
  expect(themeFor({ FORCE_COLOR: "1" }, false).depth).toBe("16");
  expect(themeFor({ NO_COLOR: "1" }, true).depth).toBe("mono");
  expect(themeFor({}, true)).toEqual({ depth: "16", background: "dark" });
  expect(themeFor({ COLORFGBG: "0;15" }, true).background).toBe("light");
  const line = [{ text: "a", tone: "warn" as const, bold: true }, { text: "b" }];
  const painted = (theme: Theme): string => visibleLines(paint(line, theme));
  expect(painted({ depth: "16", background: "dark" })).toBe("\x1b[1;33ma\x1b[0mb");
  expect(painted({ depth: "16", background: "light" })).toBe("\x1b[1;35ma\x1b[0mb");
  expect(painted({ depth: "mono", background: "dark" })).toBe("\x1b[1ma\x1b[0mb");
  expect(painted({ depth: "none", background: "dark" })).toBe("ab");
});

test("ASCII takes as many cells as what it stands for", () => {
  const drawn = screen(session(exampleStore(), { glyphs: "ascii", settings: { view: "charts" } }));

  for (const text of drawn) {
    expect(toAscii(text)).toMatch(/^[\x20-\x7e]*$/);
    expect(toAscii(text).length).toBe(widthOf(text));
  }
});

test("text is cut by cells, not by characters", () => {
  expect(ellipsis("日本語です", 6)).toBe("日本…");
  expect(widthOf(ellipsis("👩‍👩‍👧 family", 5))).toBeLessThanOrEqual(5);
  expect(visible("a\x1b[31mb\nc\u202ed")).toBe("a\\u{1b}[31mb⏎c\\u{202e}d");
});
