import type { ChildProcess } from "node:child_process";
import { expect, vi } from "vitest";
import { breakAt } from "./held-workers.ts";
import { startAblateWith } from "./make.ts";

export type Event = Readonly<Record<string, unknown>>;

export const PATIENCE = { timeout: 60_000, interval: 100 };

export type StartedRun = {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** What it has said so far, of this name or all. */
  readonly events: (name?: string) => readonly Event[];
  readonly errors: () => string;
  /** Resolves when steps were recorded. */
  readonly begun: () => Promise<void>;
  /** Sends a signal; resolves when its workers were told to stop. */
  readonly interrupt: (signal?: NodeJS.Signals) => Promise<void>;
};

/** Starts `ablate run --json` and keeps what it says. */
export function startRun(folder: string, ...args: readonly string[]): StartedRun {
  return startRunWith({}, folder, ...args);
}

/** The same with workers that stand still at a message: `steps 3 SIGSTOP 2` (breakpoint.ts). */
export function startHeldRun(
  where: string,
  folder: string,
  ...args: readonly string[]
): StartedRun {
  return startRunWith(breakAt(where), folder, ...args);
}

/** The same under more environment variables. */
export function startRunWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): StartedRun {
  const { child, ended } = startAblateWith(variables, folder, "run", ...args, "--json");
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const events = (name?: string): Event[] =>
    output
      .split("\n")
      .slice(0, -1)
      .map((line): Event => JSON.parse(line))
      .filter(({ event }) => name === undefined || event === name);
  const begun = () => vi.waitFor(() => expect(events("progress")).not.toEqual([]), PATIENCE);
  const interrupt = async (signal: NodeJS.Signals = "SIGINT"): Promise<void> => {
    child.kill(signal);
    await vi.waitFor(() => expect(errors).toMatch(/Ctrl-C again stops at once/), PATIENCE);
  };
  return { child, ended, events, begun, interrupt, errors: () => errors, pid: child.pid ?? 0 };
}
