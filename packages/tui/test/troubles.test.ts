import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openWriter } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeStore, temporaryFolder } from "./make.ts";
import { sampleStore } from "./samples.ts";
import { ABLATE, environmentAt, openUiAt, PATIENCE, type Terminal } from "./terminal.ts";

test("a store that is deleted is missed, and found again when it is back", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);

  moveStore(store, `${store}-away`);
  await ui.waitFor("the store was removed; waiting until it is back");
  expect(ui.text).toContain("plain-1 ×3");
  ui.press("2");
  await ui.waitFor("loss, nats");
  moveStore(`${store}-away`, store);

  await ui.waitFor("12 runs · 9 finished");
  await quit(ui);
});

test("another store in its place is shown instead", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);
  const other = makeStore([{ label: "new-one" }], "other");

  removeStore(store);
  await ui.waitFor("the store was removed");
  copyFileSync(other, store);

  await ui.waitFor("new-one");
  await ui.waitWithout("plain-1");
  await quit(ui);
});

test("a store that another process writes to answers keys", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);
  await hold(store, "begin exclusive", "update run set seed = seed");

  ui.press("j");
  await ui.waitFor(/^ small-1 ·/m);
  ui.press("2");
  await ui.waitFor("loss, nats");
});

// Writing waits in SQLite, for 5 s and in the process that draws.
test("a tag that waits for another process does not stop the UI", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store);
  await hold(store, "begin exclusive", "update run set seed = seed");

  ui.type("tx\r");
  await ui.waitWithout("tags of");
  ui.press("2");
  await ui.waitFor("loss, nats");

  expect(ui.text).not.toContain("locked"); // what the wait ends with
});

test("a tag that cannot be written says so", async () => {
  const store = sampleStore();
  const ui = await openUiAt(store, { size: { columns: 250, rows: 30 } });
  await hold(store, "begin exclusive", "update run set seed = seed");

  ui.type("tx\r");

  await ui.waitFor(/another process keeps it locked/);
  await quit(ui);
});

test("a store that another process keeps to itself is waited for in a sentence", async () => {
  const store = sampleStore();
  await hold(
    store,
    "pragma locking_mode = exclusive",
    "begin exclusive",
    "update run set seed = seed",
  );

  const { status, stderr } = ui(store);

  expect(status).toBe(2);
  expect(stderr).toMatch(/^ablate: .*another process.*\n$/);
});

test("a store of a newer program is one sentence and exit code 2", async () => {
  const store = sampleStore();
  await hold(store, "pragma user_version = 9999");

  const { status, stdout, stderr } = ui(store);

  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^ablate: .*newer.*\n$/);
});

test("a store that becomes newer while it is shown does not end the UI", async () => {
  const store = sampleStore();
  const shown = await openUiAt(store);

  await hold(store, "pragma user_version = 9999");
  shown.press("j");

  await shown.waitFor(/^ small-1 ·/m);
  await quit(shown);
});

test("a file that is no store while it is shown is said, and kept showing", async () => {
  const store = sampleStore();
  const shown = await openUiAt(store);

  removeStore(store);
  writeFileSync(store, "this is no database, only a text that is long enough to be read as one");

  await shown.waitFor("not an ablate store");
  expect(shown.text).toContain("plain-1");
  await quit(shown);
});

test("garbage in the place of an open store is said in our words, without those of SQLite", async () => {
  const store = sampleStore();
  const shown = await openUiAt(store);

  writeFileSync(store, "x".repeat(5000));
  shown.press("3");

  await shown.waitFor(/the store (is damaged|cannot be)|is not an ablate store|is damaged/);
  expect(shown.text).not.toMatch(/malformed|disk image|file is not a database/);
  await quit(shown);
});

test.each([
  ["--view", "runs"],
  ["--view", "charts"],
  ["--once", "--size", "80x24"],
])("without a store there is a sentence (%s %s)", (...more) => {
  const { status, stdout, stderr } = ui(join(temporaryFolder(), "ablate.db"), ...more);

  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^ablate: there is no store at .*\n$/);
});

test("every view of an empty store can be looked at, and runs appear when they are planned", async () => {
  const store = join(temporaryFolder(), "ablate.db");
  openWriter(store).close();
  const shown = await openUiAt(store);
  await shown.waitFor("0 runs");

  shown.type("2341jk s\rgGl\rtTeERbvnN");
  shown.press("escape");
  addSample(store);

  await shown.waitFor("1 run");
  // On a busy machine the keys are read only now, and `v` has opened a chooser: what is typed there, then itself.
  shown.press("escape");
  shown.press("escape");
  await quit(shown);
});

test("a run with nothing but NaN has charts without curves", async () => {
  const nan = () => Number.NaN;
  const store = makeStore([
    { label: "nan", loss: nan, ratio: nan },
    { label: "nan-2", gain: 2, loss: nan, ratio: nan },
  ]);
  const shown = await openUiAt(store, { arguments: ["--view", "charts"] });

  for (const [keys, seen] of [
    ["3", "g/nan"],
    ["LxXzcZ", "log"],
    ["4", "state"],
    ["2", "loss, nats"],
  ] as const) {
    shown.type(keys);
    await shown.waitFor(seen);
  }

  await quit(shown);
});

test.each([
  { columns: 1, rows: 24 },
  { columns: 1, rows: 1 },
  { columns: 10, rows: 3 },
  { columns: 80, rows: 1 },
  { columns: 2, rows: 2 },
])("a terminal of $columns x $rows can be used", async (size) => {
  const store = sampleStore();
  const shown = await openUiAt(store, { size });

  for (const key of "2341/j?\r") shown.press(key);
  shown.resize({ columns: 80, rows: 24 });

  await shown.waitFor(/ 1 Runs {2}2 .* \/ j\?$/m);
  await quit(shown);
});

test("LANG=C gets nothing but ASCII", async () => {
  const shown = await openUiAt(sampleStore(), { environment: { LANG: "C" } });

  for (const [key, seen] of [
    ["2", "loss, nats"],
    ["3", "update:data"],
    ["4", "finished"],
    ["?", "keys"],
  ] as const) {
    shown.press(key);
    await shown.waitFor(seen);
  }

  expect(shown.output.match(/[^\p{ASCII}]/gu)).toBeNull();
  shown.press("escape");
  await shown.waitWithout("keys and commands");
  await quit(shown);
});

test("LC_ALL=POSIX wins over LANG", async () => {
  const shown = await openUiAt(sampleStore(), {
    environment: { LC_ALL: "POSIX", LANG: "C.UTF-8" },
  });

  expect(shown.output.match(/[^\p{ASCII}]/gu)).toBeNull();
});

test("TERM=linux gets half blocks and no braille", async () => {
  const shown = await openUiAt(sampleStore(), {
    environment: { TERM: "linux" },
    arguments: ["--view", "charts"],
  });

  shown.press("3");
  await shown.waitFor("300 of 300 steps");

  expect(shown.output).toMatch(/[▀▄]/);
  expect(shown.output).not.toMatch(/[\u2801-\u28ff]/);
});

test("NO_COLOR takes the colours away, not bold and inverse", async () => {
  const shown = await openUiAt(sampleStore(), { environment: { NO_COLOR: "1" } });

  shown.press("2");
  await shown.waitFor("loss, nats");

  expect(styles(shown).filter((code) => /^(3|4|9|10)\d$/.test(code))).toEqual([]);
  expect(styles(shown)).toEqual(expect.arrayContaining(["1", "7"]));
});

test("colours are there without NO_COLOR", async () => {
  const shown = await openUiAt(sampleStore());

  const colours = shown.output.split("\x1b[").flatMap((part) => /^38;5;\d+m/.exec(part) ?? []);
  expect(new Set(colours).size).toBeGreaterThanOrEqual(4);
});

test.each(["{", "[]", "null", '{"view":"nothing","marks":7,"smoothing":-1,"metrics":[1]}', "\0\0"])(
  "a broken memory (%j) is as none",
  async (text) => {
    const store = sampleStore();
    const first = await openUiAt(store);
    const frame = first.screen;
    await quit(first);
    const folder = join(dirname(store), "state", "ablate", "ui");
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), text);

    const second = await openUiAt(store);

    await vi.waitFor(() => expect(second.screen).toEqual(frame), PATIENCE);
    await quit(second);
  },
);

test("a home that cannot be written to is no trouble", async () => {
  const store = sampleStore();
  const home = join(dirname(store), "home");
  writeFileSync(home, "a file where a folder should be");
  const shown = await openUiAt(store, { environment: { HOME: home, XDG_STATE_HOME: undefined } });

  shown.press("j");
  await shown.waitFor(/^ small-1 ·/m);

  await quit(shown);
});

test("a store in a folder that cannot be written to can be looked at", async () => {
  const store = sampleStore();
  chmodSync(dirname(store), 0o555);
  onTestFinished(() => chmodSync(dirname(store), 0o755));
  const shown = await openUiAt(store);

  shown.press("2");
  await shown.waitFor("loss, nats");

  await quit(shown);
});

/** The codes of all colours and styles that were sent. */
function styles({ output }: Terminal): string[] {
  const ends = output.split("\x1b[").map((part) => /^([\d;]*)m/.exec(part)?.[1] ?? "");
  return [...new Set(ends.flatMap((codes) => codes.split(";")))];
}

/** Quits; the UI must end well. */
async function quit(shown: Terminal): Promise<void> {
  shown.press("q");
  expect(await shown.exit).toBe(0);
}

/** The command without a terminal. */
function ui(
  store: string,
  ...more: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const folder = dirname(store);
  return spawnSync(ABLATE, ["ui", "--store", store, ...more], {
    cwd: folder,
    encoding: "utf8",
    env: environmentAt(folder),
  });
}

const HOLDING = fileURLToPath(new URL("holding.ts", import.meta.url));

/** Has another process carry out these statements and stay, until the test is over. */
async function hold(store: string, ...statements: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    HOLDING,
    store,
    ...statements,
  ]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await vi.waitFor(() => expect(output).toBe("held\n"), { timeout: 10_000 });
}

const PARTS = ["", "-wal", "-shm"];

function moveStore(from: string, to: string): void {
  for (const part of PARTS) {
    try {
      renameSync(`${from}${part}`, `${to}${part}`);
    } catch {
      // The file of this part is only there while the store is open.
    }
  }
}

function removeStore(store: string): void {
  for (const part of PARTS) rmSync(`${store}${part}`, { force: true });
}

function addSample(store: string): void {
  const writer = openWriter(store);
  writer.planGrid({
    name: "g",
    description: "",
    spec: "name: g",
    runs: [
      {
        hash: "0123456789",
        name: "g/one",
        label: "one",
        config: "{}",
        seed: 1,
        engine: "simd",
        steps: 10,
      },
    ],
  });
  writer.close();
}
