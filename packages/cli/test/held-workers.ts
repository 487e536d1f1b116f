/** Workers of a real command that stand still where a test wants them, however fast the machine is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, stateOf } from "@ablate/runner/test/processes";
import { expect, onTestFinished, vi } from "vitest";

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

/** Resolves when so many workers that were started in `folder` stand still, or have ended since. */
export async function heldWorkers(folder: string, count = 1): Promise<HeldWorkers> {
  const files = Array.from({ length: count }, (_, place) => join(folder, `worker-${place}.pid`));
  const pids = await vi.waitFor(() => {
    const found = files
      .filter((file) => existsSync(file))
      .map((file) => Number(readFileSync(file)));
    expect(found.filter((pid) => pid > 0 && (isHalted(pid) || !isRunning(pid)))).toHaveLength(
      count,
    );
    return found;
  }, SOON);
  let isHeld = true;
  const letGo = (signal: NodeJS.Signals): void => {
    if (!isHeld) return;
    isHeld = false;
    for (const pid of pids.filter(isHalted)) process.kill(pid, signal);
  };
  const isInTest = expect.getState().currentTestName !== undefined; // not in `beforeAll`
  if (isInTest) onTestFinished(() => letGo("SIGKILL"));
  return { pids, release: () => letGo("SIGCONT") };
}

function isHalted(pid: number): boolean {
  return stateOf(pid).startsWith("T");
}
