import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { drawOnce } from "../src/draw-once.ts";
import { VIEW_NAMES } from "../src/views/registry.ts";
import { makeStore, screen, session } from "./make.ts";
import { sampleStore } from "./samples.ts";
import {
  ABLATE,
  environmentAt,
  openShell,
  openUiAt,
  PATIENCE,
  type Size,
  Terminal,
} from "./terminal.ts";

/** Keys and signals that end the UI, and the exit code of each. */
const ENDINGS: readonly (readonly [string, number, (ui: UiInShell) => void])[] = [
  ["q", 0, ({ shell }) => shell.press("q")],
  ["ctrl-c", 0, ({ shell }) => shell.press("ctrl-c")],
  ["SIGTERM", 143, ({ pid }) => process.kill(pid, "SIGTERM")],
  ["SIGHUP", 129, ({ pid }) => process.kill(pid, "SIGHUP")],
  ["SIGQUIT", 131, ({ pid }) => process.kill(pid, "SIGQUIT")],
  ["SIGINT", 130, ({ pid }) => process.kill(pid, "SIGINT")],
  ["an exception", 1, ({ pid }) => process.kill(pid, "SIGUSR2")],
];

test.each(ENDINGS)("%s gives the terminal back and exits with %i", async (_, code, finish) => {
  const ui = await uiInShell();

  finish(ui);

  await ui.shell.waitFor(/ready>$/);
  ui.shell.run("echo code=$?; stty -a");
  await ui.shell.waitFor(`code=${code}`);
  await ui.shell.waitFor(/ icanon[\s\S]* echo /);
  expect(lastModes(ui.shell)).toEqual(GIVEN_BACK);
  expect(ui.shell.scrollback).toEqual(expect.arrayContaining(LINES));
});

test("an exception is one sentence without a stack", async () => {
  const { shell, pid } = await uiInShell();

  process.kill(pid, "SIGUSR2");

  await shell.waitFor("internal error: thrown on purpose");
  await shell.waitFor(/ready>$/);
  const after = shell.scrollback.join("\n").split("ablate.db'\n").at(-1) ?? "";
  expect(after.trimEnd().split("\n")).toEqual([
    "ablate: internal error: thrown on purpose; please report it",
    "ready>",
  ]);
});

test("ctrl-z shows the shell, and fg the frame as it was", async () => {
  const { shell } = await uiInShell();
  shell.press("j", "right");
  await shell.waitFor("▾ small-1");
  const frame = shell.screen;

  shell.press("ctrl-z");
  await shell.waitFor("Stopped");
  expect(lastModes(shell)).toEqual(GIVEN_BACK);
  expect(shell.scrollback).toEqual(expect.arrayContaining(LINES));
  shell.run("stty -a; echo typed");
  await shell.waitFor(/ icanon[\s\S]* echo [\s\S]*typed/);
  shell.run("fg");

  await vi.waitFor(() => expect(shell.screen).toEqual(frame), PATIENCE);
  shell.press("q");
  await shell.waitFor(/ready>$/);
});

test("fg after the terminal was resized draws a frame of the new size", async () => {
  const { shell, store } = await uiInShell();
  const size = { columns: 72, rows: 20 };

  shell.press("ctrl-z");
  await shell.waitFor("Stopped");
  shell.resize(size);
  shell.run("fg");

  await vi.waitFor(() => expect(shell.screen).toEqual(frameOf(store, size)), PATIENCE);
});

test("ctrl-z and fg work ten times", async () => {
  const { shell } = await uiInShell();
  const frame = shell.screen;

  for (let i = 1; i <= 10; i++) {
    shell.press("ctrl-z");
    await shell.waitFor(/ready>$/);
    shell.run("fg");
    await vi.waitFor(() => expect(shell.screen).toEqual(frame), PATIENCE);
  }

  shell.press("q");
  await shell.waitFor(/ready>$/);
});

test("a run whose process was killed is shown as interrupted", async () => {
  const store = sampleStore();
  const program = fileURLToPath(new URL("writing.ts", import.meta.url));
  const writer = spawn(process.execPath, ["--conditions=@ablate/source", program, store]);
  onTestFinished(() => void writer.kill("SIGKILL"));
  const ui = await openUiAt(store);
  await ui.waitFor("● alive");

  writer.kill("SIGKILL");

  await ui.waitFor("■ alive");
  await ui.waitFor("○ idle");
});

const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
  { columns: 300, rows: 100 },
  { columns: 80, rows: 24 },
  { columns: 40, rows: 12 },
];

test("a store that is replaced while two UIs read it, its -shm left behind, ends neither", async () => {
  const store = sampleStore();
  const others = [
    makeStore([{ label: "first" }]),
    makeStore([{ label: "second" }, { label: "b" }]),
  ];
  const uis = [await openUiAt(store), await openUiAt(store)];
  for (const [i, other] of others.entries()) {
    renameSync(store, `${store}.${i}`);
    for (const ui of uis) await ui.waitFor("the store was removed");
    copyFileSync(other, store);
    for (const ui of uis) await ui.waitFor(i === 0 ? /1 run · 1 fin/ : /2 runs · 2 fin/);
    for (const ui of uis) ui.press("2", "3", "6", "1");
  }
  for (const ui of uis) {
    ui.press("q");
    expect(await ui.exit).toBe(0);
  }
});

test.each(VIEW_NAMES)("resizing leaves one clean frame of the view %s", async (view) => {
  const store = sampleStore();
  const ui = await openUiAt(store, {
    arguments: ["--view", view],
    size: { columns: 40, rows: 12 },
  });
  const expected = session(store, { columns: 40, rows: 12, settings: { view } });
  expect(ui.screen).toEqual(screen(expected));

  for (const size of SIZES) {
    ui.resize(size);
    expected.resize(size);
    const frame = screen(expected);
    await vi.waitFor(() => expect(ui.screen).toEqual(frame), PATIENCE);
  }
});

// Ink's layout of the size before comes late, and its lines below the new last row are erased on it.
test("a terminal that grows and shrinks at once still has its last line", async () => {
  const store = sampleStore();
  const size = { columns: 100, rows: 30 };
  const ui = await openUiAt(store, { size });

  for (let i = 0; i < 10; i++) {
    ui.resize({ columns: 300, rows: 100 });
    await vi.waitFor(() => expect(ui.screen[99]).toMatch(/q quit$/), { ...PATIENCE, interval: 1 });
    ui.resize(size);
    await vi.waitFor(() => expect(ui.screen).toEqual(frameOf(store, size)), {
      ...PATIENCE,
      interval: 1,
    });
  }
});

// Node says nothing of a size that is the same again, and the terminal has cut what it showed.
test("a terminal that shrinks and grows back at once shows its frame again", async () => {
  const store = sampleStore();
  const size = { columns: 100, rows: 30 };
  const ui = await openUiAt(store, { size });

  ui.resize({ columns: 40, rows: 10 });
  ui.resize(size);

  await vi.waitFor(() => expect(ui.screen).toEqual(frameOf(store, size)), PATIENCE);
});

test("many resizes at once leave one clean frame", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);

  for (let columns = 40; columns <= 240; columns += 5) ui.resize({ columns, rows: columns / 5 });

  const frame = frameOf(store, { columns: 240, rows: 48 });
  await vi.waitFor(() => expect(ui.screen).toEqual(frame), PATIENCE);
});

test.each([undefined, "true", "1"])("CI=%s changes nothing", async (CI) => {
  const store = sampleStore();
  const ui = await openUiAt(store, { environment: { CI } });
  const size = { columns: 120, rows: 40 };

  expect(ui.screen).toEqual(frameOf(store, { columns: 100, rows: 30 }));
  ui.resize(size);
  await vi.waitFor(() => expect(ui.screen).toEqual(frameOf(store, size)), PATIENCE);
  ui.press("4");
  await vi.waitFor(() => expect(ui.screen).toEqual(frameOf(store, size, "compare")), PATIENCE);
  ui.press("q");

  expect(await ui.exit).toBe(0);
});

test("a terminal that cannot place its cursor gets one plain frame", async () => {
  const store = sampleStore();
  const terminal = new Terminal([ABLATE, "ui", "--store", store, "--view", "findings"], {
    folder: dirname(store),
    environment: { TERM: "dumb" },
  });

  expect(await terminal.exit).toBe(0);
  await terminal.drawn();
  expect(terminal.output).toContain(" 6 Findings");
  expect(terminal.output).not.toContain("\u001b");
});

test("without a terminal one plain frame is printed", () => {
  const store = sampleStore();
  const env = environmentAt(dirname(store));

  const { status, stdout, stderr } = spawnSync(ABLATE, ["ui", "--store", store], {
    encoding: "utf8",
    env,
  });

  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("plain-1 ×3");
  expect(stdout).not.toContain("\x1b");
  expect(stdout.split("\n")).toHaveLength(41);
});

type UiInShell = { readonly shell: Terminal; readonly pid: number; readonly store: string };

const LINES = Array.from({ length: 200 }, (_, i) => `before-${i + 1}`);

/** The UI, started in a shell that has printed 200 lines. */
async function uiInShell(): Promise<UiInShell> {
  const store = sampleStore();
  const folder = dirname(store);
  writeFileSync(join(folder, "crash.mjs"), CRASH);
  const shell = await openShell({ folder });
  shell.run("for i in $(seq 200); do echo before-$i; done");
  await shell.waitFor("before-200");
  shell.run("export NODE_OPTIONS=--import=./crash.mjs");
  shell.run("sh -c 'echo $$ >pid; exec ablate ui --store ablate.db'");
  await shell.waitFor("plain-1 ×3");
  return { shell, store, pid: Number(readFileSync(join(folder, "pid"), "utf8")) };
}

/** Has a process crash on a signal. */
const CRASH = `process.on("SIGUSR2", () => { throw new Error("thrown on purpose\\nin two lines"); });`;

/** The frame of a fresh start. */
function frameOf(store: string, size: Size, view = "runs"): string[] {
  const theme = { depth: "256", background: "dark" } as const; // what has fewer colours has other dashes
  const drawn = stripVTControlCharacters(drawOnce({ store, size, view, glyphs: "braille", theme }));
  return drawn
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Cursor, wrapping of lines, alternate screen and mouse of a terminal that is as before. */
const GIVEN_BACK = {
  cursor: "h",
  wrap: "h",
  alternate: "l",
  mouse: ["l", "l", "l"],
} as const;

/** How the last sequences left the modes of the terminal. */
function lastModes({ output }: Terminal): Readonly<Record<string, unknown>> {
  const last = (mode: number) => output.split(`\x1b[?${mode}`).at(-1)?.[0];
  const mouse = [1002, 1003, 1006].map(last);
  return { cursor: last(25), wrap: last(7), alternate: last(1049), mouse };
}
