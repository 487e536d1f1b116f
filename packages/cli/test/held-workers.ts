/** Workers of a real command that stand still where a test wants them, however fast the machine is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import { stateOf } from "../../runner/test/processes.ts";

const BREAKPOINT = new URL("./breakpoint.ts", import.meta.url).href;
const SOON = { timeout: 60_000, interval: 20 };

/** Variables under which workers get a signal before they send a message, as `steps 3 SIGSTOP 2` says. */
export function breakAt(where: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${BREAKPOINT}`, BREAK_AT: where };
}

export type HeldWorkers = {
  readonly pids: readonly number[];
  /** Lets them go on. */
  readonly release: () => void;
};

/** Resolves when so many workers of a command that was started in `folder` stand still. */
export async function heldWorkers(folder: string, count = 1): Promise<HeldWorkers> {
  const pids = await vi.waitFor(() => {
    const files = Array.from({ length: count }, (_, place) => join(folder, `worker-${place}.pid`));
    const found = files.map((file) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0));
    expect(found.map((pid) => pid > 0 && stateOf(pid).startsWith("T"))).toEqual(
      files.map(() => true),
    );
    return found;
  }, SOON);
  let isHeld = true;
  const letGo = (signal: NodeJS.Signals): void => {
    if (!isHeld) return;
    isHeld = false;
    for (const pid of pids.filter((one) => stateOf(one).startsWith("T"))) process.kill(pid, signal);
  };
  const isInTest = expect.getState().currentTestName !== undefined; // not in `beforeAll`
  if (isInTest) onTestFinished(() => letGo("SIGKILL"));
  return { pids, release: () => letGo("SIGCONT") };
}
