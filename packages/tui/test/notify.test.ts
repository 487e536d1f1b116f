/** The end of a grid, told to a terminal: by `run`, `watch` and the UI, where it is asked for. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openReader } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { Feed } from "../src/data/feed.ts";
import { temporaryFolder } from "./make.ts";
import { sampleStore } from "./samples.ts";
import { ABLATE, openUiAt, PATIENCE, Terminal } from "./terminal.ts";

const CONFIG = `
name: small
data: { file: names.txt, context: 2 }
model: { embedding: 2, hidden: [4], activation: tanh }
train: { steps: 100000000, batch_size: 4, lr: 0.1, stop: { budget: 2s } }
variants: { one: {}, two: { train: { lr: 0.2 } } }
`;

/** A folder with a config whose runs take two seconds. */
function folderWithConfig(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "small.yaml"), CONFIG);
  writeFileSync(join(folder, "names.txt"), "anna\nbob\ncarl\ndora\nemil\nfritz\ngerd\nhanna\n");
  return folder;
}

const ENDED = "ablate: small ended: 2 finished";
const DESKTOP = `\x1b]9;${ENDED}\x07`;

test("a grid that ends is told once by each program that was asked to", async () => {
  const folder = folderWithConfig();
  const open = (words: readonly string[], environment = {}): Terminal =>
    new Terminal([ABLATE, ...words], { folder, environment });
  const asked = open(["ui", "--notify"]);
  const silent = open(["ui"]);
  await asked.waitFor("waiting for ablate.db");

  const run = open(["run", "small.yaml", "--notify"], { TMUX: "/tmp/tmux,1,0" });
  await asked.waitFor("running");
  const watch = open(["watch", "small"], { ABLATE_NOTIFY: "desktop" });

  for (const one of [run, watch]) expect(await one.exit).toBe(0);
  expect(run.output).toContain(`\x1bPtmux;\x1b${DESKTOP}\x1b\\\x07`);
  expect(watch.output.split(DESKTOP)).toHaveLength(2);
  expect(watch.output).not.toContain(`${DESKTOP}\x07`);
  await vi.waitFor(() => expect(asked.output).toContain(`${DESKTOP}\x07`), PATIENCE);
  await asked.waitFor(ENDED);
  await silent.waitFor("2 finished");
  expect(silent.output).not.toContain("\x1b]9;");
  // Opened later, it has nothing to tell.
  const later = open(["ui", "--notify"]);
  await later.waitFor("2 finished");
  for (const ui of [asked, silent, later]) {
    ui.press("q");
    expect(await ui.exit).toBe(0);
  }
  expect(asked.output.split(DESKTOP)).toHaveLength(2);
  expect(later.output).not.toContain("\x1b]9;");
});

/** Starts a process that trains `sample/alive` into a store. */
function startWriting(store: string): ChildProcess {
  const program = fileURLToPath(new URL("writing.ts", import.meta.url));
  const writer = spawn(process.execPath, ["--conditions=@ablate/source", program, store]);
  onTestFinished(() => void writer.kill("SIGKILL"));
  return writer;
}

test("a grid whose process is killed is told, too", async () => {
  const store = sampleStore();
  const writer = startWriting(store);
  const ui = await openUiAt(store, { folder: dirname(store), arguments: ["--notify"] });
  await ui.waitFor("● alive");
  expect(ui.output).not.toContain("\x1b]9;");

  writer.kill("SIGKILL");

  await vi.waitFor(() => {
    const [, told = ""] = ui.output.split("\x1b]9;");
    expect(told).toMatch(/^ablate: sample ended: 9 finished, .*\d interrupted/);
  }, PATIENCE);
});

test("a grid whose process is killed between the first poll and the next is told", async () => {
  const store = sampleStore();
  const writer = startWriting(store);
  const reader = openReader(store);
  await vi.waitFor(() => expect(reader.run("sample/alive")?.state).toBe("running"), PATIENCE);
  reader.close();
  const feed = new Feed(store);
  onTestFinished(() => feed.close());

  writer.kill("SIGKILL");
  await once(writer, "exit");
  const told: string[] = [];
  await vi.waitFor(() => {
    feed.poll(Date.now());
    told.push(...feed.ended(Date.now()));
    expect(told).toEqual([expect.stringMatching(/^ablate: sample ended: 9 finished/)]);
  }, PATIENCE);
});

test("what the environment asks for and is none of them is one sentence", async () => {
  const folder = temporaryFolder();

  const ui = new Terminal([ABLATE, "ui"], { folder, environment: { ABLATE_NOTIFY: "loud" } });

  expect(await ui.exit).toBe(2);
  await ui.waitFor('ablate: ABLATE_NOTIFY takes one of bell, desktop, both, not "loud"');
});
