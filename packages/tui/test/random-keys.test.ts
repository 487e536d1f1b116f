import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  type Random,
  randomFrom,
  randomKey,
  randomPointer,
  randomSize,
  reportOf,
} from "./random.ts";
import { sampleStore } from "./samples.ts";
import { ABLATE, sequenceOf, Terminal } from "./terminal.ts";

const SIZES = { columns: [10, 300], rows: [3, 100] } as const;
const BATCH = 25;

/** `pnpm test:long` has the long form: 20,000 in all. */
const INPUTS = process.env.ABLATE_LONG ? 5000 : 2500;

test.each([11, 12, 13, 14])(
  `${INPUTS} random keys, clicks, drags and sizes on a store that grows do not end the UI (seed %i)`,
  async (seed) => {
    const store = sampleStore();
    train(store);
    const ui = openQuietly(store);
    await ui.waitFor("1 Runs");
    const random = randomFrom(seed);

    for (let sent = 0; sent < INPUTS; sent += BATCH) {
      ui.type(batch(random));
      ui.resize(randomSize(random, SIZES));
      await answered(ui, 81 + sent / BATCH); // another size each time: the same again is none
    }

    await quit(ui);
    expect(readFileSync(join(dirname(store), "errors"), "utf8")).toBe("");
    const modes = [25, 7, 1049, 1002, 1003, 1006];
    const last = modes.map((mode) => ui.output.split(`\x1b[?${mode}`).at(-1)?.[0]);
    expect(last.join("")).toBe("hhllll");
  },
);

/** Keys and what the mouse does, in one write. */
function batch(random: Random): string {
  return Array.from({ length: BATCH }, () =>
    random.between(0, 2) === 0
      ? reportOf(randomPointer(random, { columns: 300, rows: 26 }))
      : sequenceOf(randomKey(random, random.between(0, 1) === 0)),
  )
    .join("")
    .replaceAll("\x1b\x1b", "\x1b");
}

/** Waits until what was pressed is drawn: a frame of a new size is written as a whole. */
async function answered(ui: Terminal, columns: number): Promise<void> {
  const before = ui.output.length;
  ui.resize({ columns, rows: 26 });
  await vi.waitFor(
    () => {
      expect(ui.output.slice(before).includes("\x1b[2J")).toBe(true);
      expect(ui.text).toMatch(/1 Runs {2}2 Charts|the store/);
    },
    { timeout: 60_000, interval: 2 },
  );
}

async function quit(ui: Terminal): Promise<void> {
  ui.press("ctrl-c");
  expect(await ui.exit).toBe(0);
}

/** The UI with its errors in a file beside the store. */
function openQuietly(store: string): Terminal {
  const command = 'exec "$0" ui --store ablate.db 2>errors';
  return new Terminal(["sh", "-c", command, ABLATE], { folder: dirname(store) });
}

/** Has another process train into the store until the test is over. */
function train(store: string): void {
  const program = fileURLToPath(new URL("writing.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@ablate/source", program, store]);
  onTestFinished(() => void child.kill("SIGKILL"));
}
