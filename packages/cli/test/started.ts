/** A command that a test has started, and what it has said so far. */
import type { ChildProcess } from "node:child_process";
import { expect, onTestFinished, vi } from "vitest";
import { startAblateWith } from "./make.ts";
import { PATIENCE } from "./start-run.ts";

export type Started = {
  readonly child: ChildProcess;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when it has said this on either stream. */
  readonly said: (text: string | RegExp) => Promise<void>;
};

/** Starts the real command; it is killed where the test ends before it. */
export function startTold(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: readonly string[]
): Started {
  const { child, ended } = startAblateWith(variables, folder, ...args);
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  }
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = (text: string | RegExp): Promise<void> =>
    vi.waitFor(() => expect(output.stdout + output.stderr).toMatch(text), PATIENCE);
  return { child, ended, said, stdout: () => output.stdout, stderr: () => output.stderr };
}
